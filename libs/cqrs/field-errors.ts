import type { ValidationError } from 'class-validator';
import type { FieldError } from '../kernel/index.js';

/**
 * What class-validator found, by path (`lines[2].price`). A message that several rules of a field share is told once.
 *
 * @param whole what the fields belong to: `this command`
 */
export function fieldErrorsOf(errors: readonly ValidationError[], whole: string, prefix = ''): FieldError[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const path = /^\d+$/.test(property) ? `${prefix}[${property}]` : `${prefix}${prefix && '.'}${property}`;
    const messages = Object.entries(constraints).map(([rule, message]) =>
      rule === 'whitelistValidation' ? `${property} is not a field of ${whole}.` : message,
    );
    return [...[...new Set(messages)].map((message) => ({ path, message })), ...fieldErrorsOf(children, whole, path)];
  });
}
