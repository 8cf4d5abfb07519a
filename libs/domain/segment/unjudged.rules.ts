import type { FieldError } from '../../kernel/index.js';
import { type Condition, isAll, isAny, isNot, type Rule } from './segment.rules.js';

/**
 * Conditions that no membership can rest on, each with its path. The projected value is computed when it is asked for,
 * from the retention of all customers: who entered when, and because of which event, would be told by none of the
 * customer's own (docs/decisions/0022).
 */
export function unjudged(rule: Rule, path = 'rule'): readonly FieldError[] {
  if (isAll(rule)) return rule.all.flatMap((part, place) => unjudged(part, `${path}.all[${place}]`));
  if (isAny(rule)) return rule.any.flatMap((part, place) => unjudged(part, `${path}.any[${place}]`));
  return isNot(rule) ? unjudged(rule.not, `${path}.not`) : ofCondition(rule, path);
}

function ofCondition(condition: Condition, path: string): readonly FieldError[] {
  if (condition.field === 'lifetime-value' && condition.of === 'projected') {
    const message = 'No membership can rest on the projected value, which is computed when it is asked for.';
    return [{ path: `${path}.of`, message }];
  }
  return [];
}
