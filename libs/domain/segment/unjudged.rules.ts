import type { FieldError } from '../../kernel/index.js';
import { type Condition, isAll, isAny, isNot, type Rule } from './segment.rules.js';

interface Placed {
  readonly condition: Condition;
  readonly path: string;
}

/** The conditions of a rule, each with its path. */
function placed(rule: Rule, path = 'rule'): readonly Placed[] {
  if (isAll(rule)) return rule.all.flatMap((part, place) => placed(part, `${path}.all[${place}]`));
  if (isAny(rule)) return rule.any.flatMap((part, place) => placed(part, `${path}.any[${place}]`));
  return isNot(rule) ? placed(rule.not, `${path}.not`) : [{ condition: rule, path }];
}

/**
 * Conditions that no membership can rest on, each with its path. The projected value is computed when it is asked for,
 * from the retention of all customers: who entered when, and because of which event, would be told by none of the
 * customer's own (docs/decisions/0022).
 */
export const unjudged = (rule: Rule): readonly FieldError[] =>
  placed(rule).flatMap(({ condition, path }) =>
    condition.field === 'lifetime-value' && condition.of === 'projected'
      ? [
          {
            path: `${path}.of`,
            message: 'No membership can rest on the projected value, which is computed when it is asked for.',
          },
        ]
      : [],
  );

/**
 * Conditions that a segment with a window of its own in `inactivity.window` cannot have: the phase follows from the
 * window, and would follow from itself. Nothing else that a rule can ask for rests on the phase (docs/decisions/0032).
 */
export const aboutThePhase = (rule: Rule): readonly FieldError[] =>
  placed(rule).flatMap(({ condition, path }) =>
    condition.field === 'phase'
      ? [
          {
            path: `${path}.field`,
            message:
              'inactivity.window has a window for this segment: its rule cannot ask for the phase, which follows from the window.',
          },
        ]
      : [],
  );
