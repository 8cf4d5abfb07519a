import { isCurrency, isInstant, isLocalDate, parseMoney, toInstant, Refusal } from '../../../libs/kernel/index.js';
import { amongst, type Problems, RowRefused } from './problems.js';
import { type Section, textOf } from './section.js';
import { instantOf } from './zone.js';

/** What a mapping says for all of its files. */
export interface Defaults {
  readonly zone: string;
  readonly currency: string | undefined;
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Reads one field of a file as the value that it stands for; `undefined`: the field is empty. */
export type ReadField = (text: string) => unknown;

export const columnTypes = ['text', 'integer', 'decimal', 'money', 'date', 'instant', 'boolean'] as const;
type ColumnType = (typeof columnTypes)[number];

const settings = ['type', 'alias', 'only', 'default', 'currency', 'times', 'format', 'decimal'];
const dateParts = /^(?=.*YYYY)(?=.*MM)(?=.*DD)[YMD ./-]+$/;

/** How a column is read, from what stands behind its name: a type, or a map with a type and how it is written. */
export function columnOf(section: Section, defaults: Defaults): ReadField {
  const { problems, path } = section;
  const spec = typeof section.node === 'string' ? section.with({ type: section.node }) : section;
  spec.only(settings);
  const type = spec.text('type', 'text') as ColumnType;
  if (!columnTypes.includes(type))
    problems.add(path, `There is no column type "${type}". ${amongst(type, columnTypes)}`);
  const aliases = aliasesOf(spec, defaults);
  const only = spec.texts('only');
  const fallback = spec.get('default');
  const read = columnTypes.includes(type) ? readers[type](spec, defaults) : readers.text(spec, defaults);
  return (text) => {
    const trimmed = text.trim();
    if (trimmed === '') return fallback ?? undefined;
    const known = aliases.get(trimmed) ?? trimmed;
    if (only && !only.includes(known)) {
      throw new RowRefused('UNEXPECTED_VALUE', `"${shorten(known)}" is none of: ${only.join(', ')}.`);
    }
    return read(known);
  };
}

function aliasesOf(spec: Section, { aliases }: Defaults): ReadonlyMap<string, string> {
  const name = spec.get('alias');
  if (name === undefined) return new Map();
  const found = typeof name === 'string' ? aliases.get(name) : undefined;
  if (!found)
    spec.problems.add(
      `${spec.path}.alias`,
      `There is no alias list "${textOf(name)}". ${amongst(textOf(name), aliases.keys())}`,
    );
  return found ?? new Map();
}

const readers: Record<ColumnType, (spec: Section, defaults: Defaults) => ReadField> = {
  text: () => (text) => text,
  integer: (spec) => {
    const plain = decimalOf(spec);
    return (text) => {
      const number = Number(plain(text));
      if (!Number.isSafeInteger(number)) throw wrong(text, 'a whole number');
      return number;
    };
  },
  decimal: (spec) => {
    const plain = decimalOf(spec);
    return (text) => Number(plain(text));
  },
  money: (spec, defaults) => {
    const plain = decimalOf(spec);
    const currency = spec.text('currency', defaults.currency ?? '');
    const times = spec.get('times') ?? 1;
    if (!isCurrency(currency)) needCurrency(spec.problems, spec.path, currency);
    if (!Number.isSafeInteger(times) || Number(times) < 1) {
      spec.problems.add(`${spec.path}.times`, 'Say a whole number, as 1000000 for a column in millions.');
      return () => undefined;
    }
    return (text) => {
      try {
        return parseMoney(multiplied(plain(text), BigInt(Number(times))), currency);
      } catch (error) {
        if (error instanceof Refusal) throw new RowRefused(error.code, `"${shorten(text)}": ${error.message}`);
        throw error;
      }
    };
  },
  date: (spec) => {
    const format = spec.text('format', 'YYYY-MM-DD');
    if (!dateParts.test(format)) {
      spec.problems.add(`${spec.path}.format`, 'Say where year, month and day stand, as DD.MM.YYYY.');
    }
    return dateReader(format);
  },
  instant:
    (_, { zone }) =>
    (text) => {
      if (isInstant(text)) return toInstant(text);
      const [, day, time] = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)$/.exec(text) ?? [];
      if (!isLocalDate(day) || time === undefined || !isTime(time))
        throw wrong(text, 'an instant as 2017-06-30T14:00:00Z');
      return instantOf(day, time, zone);
    },
  boolean: () => (text) => {
    const word = text.toLowerCase();
    if (['true', 'yes', 'y', '1'].includes(word)) return true;
    if (['false', 'no', 'n', '0'].includes(word)) return false;
    throw wrong(text, 'yes or no');
  },
};

/** Whether the text is a time of day, `HH:MM` or `HH:MM:SS`. */
export const isTime = (text: unknown): text is string =>
  typeof text === 'string' && /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(text);

function needCurrency(problems: Problems, path: string, currency: string): void {
  const message = currency ? `"${currency}" is not an ISO 4217 currency code.` : 'Money needs a currency.';
  problems.add(path, `${message} Set "currency" here or for the whole mapping, as currency: EUR.`);
}

/** Turns a number as the file writes it into digits with a point. */
function decimalOf(spec: Section): (text: string) => string {
  const comma = spec.text('decimal', '.');
  if (comma !== '.' && comma !== ',') spec.problems.add(`${spec.path}.decimal`, 'Say "." or ",".');
  const [grouped, groups] =
    comma === ',' ? [/^-?\d{1,3}(?:[. ]\d{3})+(?:,\d+)?$/, /[. ]/g] : [/^-?\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?$/, /[, ]/g];
  return (text) => {
    const plain = (grouped.test(text) ? text.replace(groups, '') : text).replace(comma, '.');
    if (!/^-?\d+(\.\d+)?$/.test(plain)) throw wrong(text, 'a number');
    return plain;
  };
}

/** Exact: no float is passed through. */
function multiplied(decimal: string, times: bigint): string {
  if (times === 1n) return decimal;
  const [whole = '', fraction = ''] = decimal.split('.');
  const scaled = (BigInt(whole.replace('-', '') + fraction) * times).toString().padStart(fraction.length + 1, '0');
  const point = scaled.length - fraction.length;
  return `${decimal.startsWith('-') ? '-' : ''}${scaled.slice(0, point)}${fraction && `.${scaled.slice(point)}`}`;
}

function dateReader(format: string): ReadField {
  const named = format
    .replace(/[./-]/g, '\\$&')
    .replace('YYYY', '(?<year>\\d{4})')
    .replace('MM', '(?<month>\\d{1,2})')
    .replace('DD', '(?<day>\\d{1,2})');
  const pattern = new RegExp(`^${named}$`);
  return (text) => {
    const { year = '', month = '', day = '' } = pattern.exec(text)?.groups ?? {};
    const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
    if (!isLocalDate(date)) throw wrong(text, `a day written as ${format}`);
    return date;
  };
}

const wrong = (text: string, expected: string): RowRefused =>
  new RowRefused('INVALID_FIELD', `"${shorten(text)}" is not ${expected}.`);

const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
