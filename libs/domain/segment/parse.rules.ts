import { type FieldError, isCurrency, isLocalDate } from '../../kernel/index.js';
import { channels } from '../person/person.events.js';
import {
  ageFields,
  consentStandings,
  fieldsOfPeople,
  lifetimeValueKinds,
  type Rule,
  ruleBounds,
  type SegmentAudience,
  textFields,
  wordFields,
} from './segment.rules.js';

/** A rule as it was read, or everything that is wrong with it, each with its path: `rule.all[1].not.value`. */
export type ReadRule =
  | { readonly rule: Rule; readonly errors: readonly [] }
  | { readonly rule?: undefined; readonly errors: readonly [FieldError, ...FieldError[]] };

/** Reads a rule from JSON, whatever it is. Nothing but a rule of the language, within its bounds, is taken. */
export function readRule(json: unknown, audience: SegmentAudience, path = 'rule'): ReadRule {
  const errors: FieldError[] = [];
  const count = { conditions: 0 };
  const wrong = (at: string, message: string): void => {
    if (errors.length < mostErrors) errors.push({ path: at, message });
  };
  readPart(json, path, { audience, wrong, count, depth: 0 });
  if (count.conditions > ruleBounds.conditions) {
    wrong(path, `A rule has at most ${ruleBounds.conditions} conditions.`);
  }
  const [first, ...others] = errors;
  return first ? { errors: [first, ...others] } : { rule: json as Rule, errors: [] };
}

const mostErrors = 50;

interface Reading {
  readonly audience: SegmentAudience;
  readonly wrong: (path: string, message: string) => void;
  readonly count: { conditions: number };
  readonly depth: number;
}

type Parts = Readonly<Record<string, unknown>>;

const isParts = (value: unknown): value is Parts =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readPart(part: unknown, path: string, reading: Reading): void {
  const { wrong, depth, count } = reading;
  if (!isParts(part)) {
    wrong(path, 'A rule is {"all": […]}, {"any": […]}, {"not": {…}} or a condition with its field.');
    return;
  }
  if (depth > ruleBounds.depth) {
    wrong(path, `A rule is nested at most ${ruleBounds.depth} levels deep.`);
    return;
  }
  const inner = { ...reading, depth: depth + 1 };
  const way = (['all', 'any', 'not'] as const).find((key) => Object.hasOwn(part, key));
  if (way === undefined) {
    count.conditions++;
    readCondition(part, path, reading);
    return;
  }
  onlyFields(part, [way], path, reading);
  if (way === 'not') {
    readPart(part['not'], `${path}.not`, inner);
    return;
  }
  const parts = part[way];
  if (!Array.isArray(parts) || parts.length === 0 || parts.length > ruleBounds.conditions) {
    wrong(`${path}.${way}`, `${way} must be a list of 1 to ${ruleBounds.conditions} rules.`);
    return;
  }
  parts.forEach((inside: unknown, place) => readPart(inside, `${path}.${way}[${place}]`, inner));
}

type ReadField = (condition: Parts, path: string, reading: Reading) => void;

const oneOf = (allowed: readonly unknown[]): string => allowed.map(String).join(', ');

function onlyFields(part: Parts, allowed: readonly string[], path: string, { wrong }: Reading): void {
  for (const key of Object.keys(part)) {
    if (!allowed.includes(key)) wrong(`${path}.${key}`, `${key} is not a field here; these are: ${oneOf(allowed)}.`);
  }
}

/** The operator, if it is one of those; `undefined` and an error otherwise. */
function operatorOf(condition: Parts, allowed: readonly string[], path: string, { wrong }: Reading) {
  const { operator } = condition;
  if (typeof operator === 'string' && allowed.includes(operator)) return operator;
  wrong(`${path}.operator`, `operator must be one of: ${oneOf(allowed)}.`);
  return undefined;
}

function values(value: unknown, path: string, valid: (one: unknown) => boolean, says: string, { wrong }: Reading) {
  if (!Array.isArray(value) || value.length === 0 || value.length > ruleBounds.values) {
    wrong(path, `value must be a list of 1 to ${ruleBounds.values}: ${says}.`);
    return;
  }
  value.forEach((one: unknown, place) => {
    if (!valid(one)) wrong(`${path}[${place}]`, `must be ${says}.`);
  });
}

const oneLine = /^(?=\s*\S)(?:[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])*$/;

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= ruleBounds.text && oneLine.test(value);

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && !Object.is(value, -0);

const isAttribute = (value: unknown): boolean => isText(value) || isWhole(value) || typeof value === 'boolean';

const textSays = `text of 1 to ${ruleBounds.text} characters, not blank`;

const readOneOf =
  (valid: (one: unknown) => boolean, says: string): ReadField =>
  (condition, path, reading) => {
    const operator = operatorOf(condition, ['one-of', 'known'], path, reading);
    if (operator === 'known') {
      onlyFields(condition, ['field', 'operator'], path, reading);
      return;
    }
    onlyFields(condition, ['field', 'operator', 'value'], path, reading);
    if (operator) values(condition['value'], `${path}.value`, valid, says, reading);
  };

const readRating: ReadField = (condition, path, reading) => {
  const operator = operatorOf(condition, ['at-least', 'at-most', 'known'], path, reading);
  if (operator === 'known') {
    onlyFields(condition, ['field', 'operator'], path, reading);
    return;
  }
  onlyFields(condition, ['field', 'operator', 'value'], path, reading);
  if (operator && !isWhole(condition['value'])) reading.wrong(`${path}.value`, 'value must be a whole number.');
};

const readAge: ReadField = (condition, path, reading) => {
  const operator = operatorOf(condition, ['older-than', 'newer-than', 'known'], path, reading);
  if (operator === 'known') {
    onlyFields(condition, ['field', 'operator'], path, reading);
    return;
  }
  onlyFields(condition, ['field', 'operator', 'value'], path, reading);
  if (operator) readDays(condition['value'], `${path}.value`, reading);
};

function readDays(value: unknown, path: string, reading: Reading): void {
  if (!isParts(value)) {
    reading.wrong(path, 'must be {"days": a whole number}.');
    return;
  }
  onlyFields(value, ['days'], path, reading);
  const { days } = value;
  if (!isWhole(days) || days < 1 || days > ruleBounds.days) {
    reading.wrong(`${path}.days`, `days must be a whole number from 1 to ${ruleBounds.days}.`);
  }
}

function readMoney(value: unknown, path: string, reading: Reading): void {
  if (!isParts(value)) {
    reading.wrong(path, 'value must be {"amount": whole minor units, "currency": an ISO 4217 code}.');
    return;
  }
  onlyFields(value, ['amount', 'currency'], path, reading);
  const { amount, currency } = value;
  if (!isWhole(amount) || amount < 0) reading.wrong(`${path}.amount`, 'amount must be a whole number from 0 on.');
  if (typeof currency !== 'string' || !isCurrency(currency)) {
    reading.wrong(`${path}.currency`, 'currency must be an ISO 4217 currency code, for instance EUR.');
  }
}

const readPurchases: ReadField = (condition, path, reading) => {
  onlyFields(condition, ['field', 'operator', 'value', 'within'], path, reading);
  if (!operatorOf(condition, ['at-least', 'at-most'], path, reading)) return;
  readMoney(condition['value'], `${path}.value`, reading);
  if (Object.hasOwn(condition, 'within')) readWindow(condition['within'], `${path}.within`, reading);
};

function readWindow(window: unknown, path: string, reading: Reading): void {
  if (!isParts(window) || !Object.hasOwn(window, 'from')) {
    readDays(window, path, reading);
    return;
  }
  onlyFields(window, ['from', 'to'], path, reading);
  const { from, to } = window;
  const days = { from, to };
  for (const [name, day] of Object.entries(days)) {
    if (!isLocalDate(day)) reading.wrong(`${path}.${name}`, `${name} must be a day of the calendar as YYYY-MM-DD.`);
  }
  if (isLocalDate(from) && isLocalDate(to) && to < from) reading.wrong(`${path}.to`, 'to must not be before from.');
}

const readLifetimeValue: ReadField = (condition, path, reading) => {
  onlyFields(condition, ['field', 'of', 'operator', 'value'], path, reading);
  readWord(condition['of'], 'of', lifetimeValueKinds, path, reading);
  if (operatorOf(condition, ['at-least', 'at-most'], path, reading)) {
    readMoney(condition['value'], `${path}.value`, reading);
  }
};

function readWord(value: unknown, name: string, allowed: readonly string[], path: string, { wrong }: Reading): void {
  if (typeof value === 'string' && allowed.includes(value)) return;
  wrong(`${path}.${name}`, `${name} must be one of: ${oneOf(allowed)}.`);
}

const isWord = (allowed: readonly string[]) => (value: unknown) => typeof value === 'string' && allowed.includes(value);

const readConsent: ReadField = (condition, path, reading) => {
  onlyFields(condition, ['field', 'channel', 'operator', 'value'], path, reading);
  readWord(condition['channel'], 'channel', channels, path, reading);
  if (!operatorOf(condition, ['one-of'], path, reading)) return;
  values(condition['value'], `${path}.value`, isWord(consentStandings), oneOf(consentStandings), reading);
};

const readAttribute: ReadField = (condition, path, reading) => {
  const { name, value } = condition;
  if (typeof name !== 'string' || !/^[a-z0-9-]{1,40}$/.test(name)) {
    reading.wrong(`${path}.name`, 'name must be 1 to 40 characters of a-z, 0-9 and -.');
  }
  const operator = operatorOf(condition, ['one-of', 'at-least', 'at-most', 'known'], path, reading);
  if (operator === 'known') {
    onlyFields(condition, ['field', 'name', 'operator'], path, reading);
    return;
  }
  onlyFields(condition, ['field', 'name', 'operator', 'value'], path, reading);
  if (operator === 'one-of') {
    values(value, `${path}.value`, isAttribute, `${textSays}, a whole number, true or false`, reading);
  } else if (operator && !isWhole(value) && !isLocalDate(value)) {
    reading.wrong(`${path}.value`, 'value must be a whole number, or a day as YYYY-MM-DD.');
  }
};

const readers: ReadonlyMap<string, ReadField> = new Map<string, ReadField>([
  ...textFields.map((field): [string, ReadField] => [field, readOneOf(isText, textSays)]),
  ...Object.entries(wordFields).map(([field, words]): [string, ReadField] => [
    field,
    readOneOf(isWord(words), oneOf(words)),
  ]),
  ...ageFields.map((field): [string, ReadField] => [field, readAge]),
  ['rating', readRating],
  ['purchases', readPurchases],
  ['lifetime-value', readLifetimeValue],
  ['consent', readConsent],
  ['attribute', readAttribute],
]);

function readCondition(condition: Parts, path: string, reading: Reading): void {
  const { field } = condition;
  const read = typeof field === 'string' ? readers.get(field) : undefined;
  if (!read) {
    reading.wrong(`${path}.field`, `field must be one of: ${oneOf([...readers.keys()])}.`);
  } else if (reading.audience === 'accounts' && (fieldsOfPeople as readonly unknown[]).includes(field)) {
    reading.wrong(`${path}.field`, `Only people have this field; this is a segment of accounts.`);
  } else {
    read(condition, path, reading);
  }
}
