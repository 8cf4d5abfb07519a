import { channels } from '../person/person.events.js';
import { ageFields, consentStandings, type FieldName, ruleBounds, textFields, wordFields } from './segment.rules.js';

type Schema = Readonly<Record<string, unknown>>;

/** The language as a JSON schema: OpenAPI's description of a rule. `self` refers to it. */
export function ruleSchema(self: string): Schema {
  const nested = { $ref: self };
  const parts = { type: 'array', minItems: 1, maxItems: ruleBounds.conditions, items: nested };
  return {
    description:
      `all / any / not of typed conditions; at most ${ruleBounds.depth} levels deep and ${ruleBounds.conditions} ` +
      'conditions. Of accounts: kind, lead-level, source and consent cannot be asked for.',
    oneOf: [
      object({ all: parts }, 'Every one of them holds.'),
      object({ any: parts }, 'At least one of them holds.'),
      object({ not: nested }, 'It does not hold.'),
      ...conditions,
    ],
  };
}

const object = (
  properties: Record<string, unknown>,
  description: string,
  optional: readonly string[] = [],
): Schema => ({
  type: 'object',
  description,
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});

const words = (...allowed: readonly string[]): Schema => ({ type: 'string', enum: allowed });
const text: Schema = { type: 'string', minLength: 1, maxLength: ruleBounds.text };
const attributeName: Schema = { type: 'string', pattern: '^[a-z0-9-]{1,40}$' };
const listOf = (items: Schema): Schema => ({ type: 'array', minItems: 1, maxItems: ruleBounds.values, items });
const whole: Schema = { type: 'integer' };
const day: Schema = { type: 'string', format: 'date' };
const bounds = words('at-least', 'at-most');
const days = object({ days: { type: 'integer', minimum: 1, maximum: ruleBounds.days } }, 'So many days of 24 hours.');
const money = object(
  {
    amount: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217' },
  },
  'Whole minor units of a currency.',
);
const fixed = object({ from: day, to: day }, 'Both days are included, in UTC.');

const wordsAsked = Object.entries(wordFields) as [keyof typeof wordFields, readonly string[]][];

const fieldsKnown: readonly FieldName[] = [
  ...textFields,
  ...wordsAsked.map(([field]) => field),
  ...ageFields,
  'rating',
];

const conditions: readonly Schema[] = [
  object(
    { field: words(...textFields), operator: words('one-of'), value: listOf(text) },
    'It is one of these, without regard to case; of the products in use or the roles, one of them is.',
  ),
  ...wordsAsked.map(([field, allowed]) =>
    object(
      { field: words(field), operator: words('one-of'), value: listOf(words(...allowed)) },
      `The ${field} is one of these.`,
    ),
  ),
  object({ field: words('rating'), operator: bounds, value: whole }, 'The rating; who has none is neither.'),
  object(
    { field: words('purchases'), operator: bounds, value: money, within: { oneOf: [days, fixed] } },
    'What was bought in that currency within the last days, from one day to another, or ever.',
    ['within'],
  ),
  object(
    { field: words('lifetime-value'), of: words('realised'), operator: bounds, value: money },
    'What was bought in that currency, ever.',
  ),
  object(
    { field: words(...ageFields), operator: words('older-than', 'newer-than'), value: days },
    'So many days have passed since, or fewer; what never happened is neither.',
  ),
  object(
    {
      field: words('consent'),
      channel: words(...channels),
      operator: words('one-of'),
      value: listOf(words(...consentStandings)),
    },
    'The consent for a channel is one of these; unknown: never given and never withdrawn.',
  ),
  object(
    {
      field: words('attribute'),
      name: attributeName,
      operator: words('one-of'),
      value: listOf({ oneOf: [text, whole, { type: 'boolean' }] }),
    },
    'The custom attribute is one of these.',
  ),
  object(
    { field: words('attribute'), name: attributeName, operator: bounds, value: { oneOf: [whole, day] } },
    'The custom attribute, a whole number or a day, is not less or not more.',
  ),
  object({ field: words(...fieldsKnown), operator: words('known') }, 'Anything is known of it at all.'),
  object({ field: words('attribute'), name: attributeName, operator: words('known') }, 'It has the custom attribute.'),
];
