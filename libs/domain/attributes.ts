import { isLocalDate, refused } from '../kernel/index.js';
import { same } from './values.js';

/** What a custom attribute can hold: one line of text, a whole number, yes or no, a day of the calendar. */
export const attributeTypes = ['text', 'whole-number', 'boolean', 'date'] as const;
export type AttributeType = (typeof attributeTypes)[number];

/** What we know of somebody or something beyond the fields that everybody has. On disk: compensate, never change. */
export type Attribute =
  | { readonly name: string; readonly type: 'text' | 'date'; readonly value: string }
  | { readonly name: string; readonly type: 'whole-number'; readonly value: number }
  | { readonly name: string; readonly type: 'boolean'; readonly value: boolean };

/** Longest text of an attribute. */
export const longestAttribute = 500;

/** Most attributes of an account; of a person that many which are personal, and as many which are not. */
export const mostAttributes = 100;

/** Whether a value is of the type that it is said to be. What text may contain is the field's matter. */
export const isOfType: Readonly<Record<AttributeType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value.length <= longestAttribute,
  'whole-number': (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === 'boolean',
  date: isLocalDate,
};

/** What `changedAttributes` refuses, for the `refuses` of the commands that use it. */
export const attributeRefusals = {
  ATTRIBUTE_OF_OTHER_TYPE: 'An attribute of that name holds another type; remove it first.',
  TOO_MANY_ATTRIBUTES: `There would be more than ${mostAttributes} attributes.`,
} as const;

/**
 * Those of the attributes asked for that say something new; none: it was all so already.
 *
 * @throws Refusal `ATTRIBUTE_OF_OTHER_TYPE`, `TOO_MANY_ATTRIBUTES`
 */
export function changedAttributes(known: readonly Attribute[], asked: readonly Attribute[]): readonly Attribute[] {
  const changed = asked.filter((attribute) => {
    const before = known.find(({ name }) => name === attribute.name);
    if (before && before.type !== attribute.type) {
      const message = `The attribute "${attribute.name}" holds a ${before.type}; remove it before it holds another type.`;
      throw refused('ATTRIBUTE_OF_OTHER_TYPE', message);
    }
    return !same(before, attribute);
  });
  if (withAttributes(known, changed).length > mostAttributes) {
    throw refused('TOO_MANY_ATTRIBUTES', `There can be ${mostAttributes} attributes at most.`);
  }
  return changed;
}

/** The attributes after some of them were set, by name. */
export const withAttributes = (known: readonly Attribute[], set: readonly Attribute[]): readonly Attribute[] => [
  ...withoutAttributes(
    known,
    set.map(({ name }) => name),
  ),
  ...set,
];

/** The attributes after some of them were removed. */
export const withoutAttributes = (known: readonly Attribute[], names: readonly string[]): readonly Attribute[] =>
  known.filter(({ name }) => !names.includes(name));

/** Those of the names that there is an attribute of. */
export const knownAttributes = (known: readonly Attribute[], names: readonly string[]): readonly string[] =>
  names.filter((asked) => known.some(({ name }) => name === asked));
