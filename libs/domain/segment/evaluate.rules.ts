import { type Instant, type Money, plusDays } from '../../kernel/index.js';
import {
  type AgeCondition,
  type AttributeCondition,
  type AttributeValue,
  type Condition,
  conditionsOf,
  type Facts,
  type FieldName,
  folded,
  isAll,
  isAny,
  isNot,
  type KnownCondition,
  type PurchasesCondition,
  type Rule,
  textFields,
  type TextField,
  type Window,
} from './segment.rules.js';

/** Whether the rule holds of what is known, at an instant. It answers for every valid rule and any facts. */
export function evaluate(rule: Rule, facts: Facts, at: Instant): boolean {
  if (isAll(rule)) return rule.all.every((part) => evaluate(part, facts, at));
  if (isAny(rule)) return rule.any.some((part) => evaluate(part, facts, at));
  return isNot(rule) ? !evaluate(rule.not, facts, at) : holds(rule, facts, at);
}

/**
 * The first instant after `at` at which the answer differs if nothing else happens: a purchase leaves its window, a
 * silence grows too long. `undefined`: it stays as it is.
 */
export function nextChange(rule: Rule, facts: Facts, at: Instant): Instant | undefined {
  const now = evaluate(rule, facts, at);
  return [...new Set(conditionsOf(rule).flatMap((condition) => turnsOf(condition, facts)))]
    .filter((instant) => instant > at)
    .sort()
    .find((instant) => evaluate(rule, facts, instant) !== now);
}

/** What a rule rests on: only when one of these changes, or at `nextChange`, can its answer differ. */
export interface Dependencies {
  readonly fields: ReadonlySet<FieldName>;
  /** Names of the custom attributes that it asks for. */
  readonly attributes: ReadonlySet<string>;
  /** Windows that move with time, in days. */
  readonly windows: readonly { readonly field: FieldName; readonly days: number }[];
}

export function dependenciesOf(rule: Rule): Dependencies {
  const conditions = conditionsOf(rule);
  return {
    fields: new Set(conditions.map(({ field }) => field)),
    attributes: new Set(
      conditions.flatMap((condition) => ('name' in condition && condition.name !== undefined ? [condition.name] : [])),
    ),
    windows: conditions.flatMap((condition) => {
      const days = movingDays(condition);
      return days === undefined ? [] : [{ field: condition.field, days }];
    }),
  };
}

function holds(condition: Condition, facts: Facts, at: Instant): boolean {
  if (condition.operator === 'known') return known(condition, facts);
  switch (condition.field) {
    case 'rating':
      return facts.rating !== undefined && compared(condition.operator, facts.rating, condition.value);
    case 'purchases':
      return compared(condition.operator, spent(condition, facts, at), condition.value.amount);
    case 'lifetime-value': {
      const value = facts.lifetimeValue[condition.of] ?? [];
      return compared(condition.operator, sumIn(condition.value.currency, value), condition.value.amount);
    }
    case 'last-purchase':
    case 'last-interaction':
      return aged(condition, facts.last[condition.field], at);
    case 'consent':
      return condition.value.includes(facts.consent[condition.channel] ?? 'unknown');
    case 'attribute':
      return attributeHolds(condition, own(facts.attributes, condition.name));
    case 'phase':
    case 'group':
    case 'kind':
    case 'lead-level':
      return condition.value.includes(facts.words[condition.field] ?? '');
    default: {
      const wanted = new Set(condition.value.map(folded));
      return (facts.text[condition.field] ?? []).some((text) => wanted.has(folded(text)));
    }
  }
}

function known({ field, name = '' }: KnownCondition, facts: Facts): boolean {
  if (field === 'rating') return facts.rating !== undefined;
  if (field === 'last-purchase' || field === 'last-interaction') return facts.last[field] !== undefined;
  if (field === 'attribute') return own(facts.attributes, name) !== undefined;
  if (isText(field)) return (facts.text[field] ?? []).length > 0;
  return facts.words[field] !== undefined;
}

const isText = (field: FieldName): field is TextField => (textFields as readonly string[]).includes(field);

/** A name such as "constructor" is no attribute that everything has. */
const own = (attributes: Facts['attributes'], name: string): AttributeValue | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;

function compared<T extends number | string>(operator: 'at-least' | 'at-most', found: T, bound: T): boolean {
  return operator === 'at-least' ? found >= bound : found <= bound;
}

const sumIn = (currency: string, amounts: readonly Money[]): number =>
  amounts.reduce((sum, money) => (money.currency === currency ? sum + money.amount : sum), 0);

function spent({ value, within }: PurchasesCondition, { purchases }: Facts, at: Instant): number {
  const counted = purchases.filter(({ at: bought }) => !within || inWindow(within, bought, at));
  return sumIn(
    value.currency,
    counted.map(({ amount }) => amount),
  );
}

/** A moving window holds what happened less than so many days ago. */
function inWindow(window: Window, happened: Instant, at: Instant): boolean {
  if ('days' in window) return at < plusDays(happened, window.days);
  const day = happened.slice(0, 10);
  return window.from <= day && day <= window.to;
}

function aged({ operator, value }: AgeCondition, last: Instant | undefined, at: Instant): boolean {
  if (last === undefined) return false;
  const old = at >= plusDays(last, value.days);
  return operator === 'older-than' ? old : !old;
}

function attributeHolds(condition: AttributeCondition, found: AttributeValue | undefined): boolean {
  if (found === undefined) return false;
  if (condition.operator === 'one-of') {
    return condition.value.some((wanted) =>
      typeof wanted === 'string' && typeof found === 'string' ? folded(wanted) === folded(found) : wanted === found,
    );
  }
  const { operator, value } = condition;
  if (typeof value === 'number') return typeof found === 'number' && compared(operator, found, value);
  return typeof found === 'string' && compared(operator, found, value);
}

/** The days of a window that moves with time. */
function movingDays(condition: Condition): number | undefined {
  if (condition.operator === 'older-than' || condition.operator === 'newer-than') return condition.value.days;
  if (condition.field !== 'purchases') return undefined;
  return condition.within && 'days' in condition.within ? condition.within.days : undefined;
}

/** When the answer to a condition may turn, if nothing happens. */
function turnsOf(condition: Condition, facts: Facts): readonly Instant[] {
  const days = movingDays(condition);
  const since =
    condition.field === 'purchases'
      ? facts.purchases.map(({ at }) => at)
      : condition.field === 'last-purchase' || condition.field === 'last-interaction'
        ? [facts.last[condition.field]]
        : [];
  return days === undefined
    ? []
    : since.flatMap((instant) => {
        const turn = instant === undefined ? endOfTime : plusDays(instant, days);
        return turn < endOfTime ? [turn] : [];
      });
}

const endOfTime = '9999-12-31T23:59:59.999Z';
