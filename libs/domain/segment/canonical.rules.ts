import { type Condition, folded, isAll, isAny, isNot, type Rule, textFields } from './segment.rules.js';

/**
 * The one form of all rules that differ in nothing but the order of their parts, in doubled parts, in brackets and in
 * how text is written. It holds of the same facts.
 */
export function canonical(rule: Rule): Rule {
  if (isNot(rule)) {
    const inner = canonical(rule.not);
    return isNot(inner) ? inner.not : { not: inner };
  }
  if (isAll(rule))
    return gathered(
      rule.all,
      isAll,
      ({ all }) => all,
      (all) => ({ all }),
    );
  if (isAny(rule))
    return gathered(
      rule.any,
      isAny,
      ({ any }) => any,
      (any) => ({ any }),
    );
  return ofCondition(rule);
}

/** Whether two rules say the same but for their form. */
export const sameRule = (a: Rule, b: Rule): boolean => text(canonical(a)) === text(canonical(b));

function gathered<R extends Rule>(
  parts: readonly Rule[],
  alike: (rule: Rule) => rule is R,
  inside: (rule: R) => readonly Rule[],
  together: (rules: readonly Rule[]) => Rule,
): Rule {
  const flat = parts.map(canonical).flatMap((part) => (alike(part) ? inside(part) : [part]));
  const byText = new Map(flat.map((part) => [text(part), part]));
  const sorted = [...byText].sort(([a], [b]) => compare(a, b)).map(([, part]) => part);
  const [only, ...others] = sorted;
  return only && others.length === 0 ? only : together(sorted);
}

function ofCondition(condition: Condition): Condition {
  if (condition.operator !== 'one-of') return condition;
  if (condition.field === 'attribute') {
    const values = condition.value.map((one) => (typeof one === 'string' ? folded(one) : one));
    return { ...condition, value: sorted(values) };
  }
  const isText = (textFields as readonly string[]).includes(condition.field);
  return { ...condition, value: sorted(condition.value.map((one) => (isText ? folded(one) : one))) } as Condition;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const sorted = <T>(values: readonly T[]): readonly T[] =>
  [...new Set(values)].sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b)));

/** The same text for the same value, whatever the order of its keys. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${entries
    .sort(([a], [b]) => compare(a, b))
    .map(([key, part]) => `${JSON.stringify(key)}:${text(part)}`)
    .join()}}`;
}
