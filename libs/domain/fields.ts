import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  isEmail,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { isCurrency, isInstant, isLocalDate, isRate, isPeriod, Reference, toInstant } from '../kernel/index.js';

/*
 * The kinds of field that commands are made of. Each says in one message what it expects, whatever is wrong with the
 * value, and describes itself in the OpenAPI document.
 */

type Part = new () => object;

const all =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (prototype, field) => {
    for (const decorate of decorators) decorate(prototype, field);
  };

type Schema = Extract<Parameters<typeof JSONSchema>[0], (...given: never) => unknown>;

/** How the field stands in the OpenAPI document, in place of what its checks would say. */
const Described =
  (schema: ReturnType<Schema> | Schema): PropertyDecorator =>
  (prototype, field) =>
    JSONSchema(typeof schema === 'function' ? schema : () => schema)(prototype, String(field));

/** PostgreSQL and terminals choke on control characters and on halves of surrogate pairs. */
const oneLine = /^(?=\s*\S)(?:[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])*$/;
const manyLines =
  /^(?=\s*\S)(?:[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])*$/;

/** Whether a value is one line of text, not blank, that PostgreSQL and terminals can take. */
export const isOneLine = (value: unknown): boolean => typeof value === 'string' && oneLine.test(value);

/** May be left out. `null` is not left out: it is refused like any other value of the wrong type. */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** One line of text, not blank, of at most `max` characters. */
export function Text(max: number): PropertyDecorator {
  const message = `$property must be text of 1 to ${max} characters, not blank, without control characters.`;
  const described = Described({ type: 'string', minLength: 1, maxLength: max });
  return all(IsString({ message }), MaxLength(max, { message }), Matches(oneLine, { message }), described);
}

/** Different lines of text, `least` to `count` of them, each of at most `max` characters. */
export function Texts(max: number, count: number, least = 0): PropertyDecorator {
  const many = least > 0 ? `${least} to ${count}` : `at most ${count}`;
  const message = `$property must be a list of ${many} different texts of 1 to ${max} characters.`;
  const described = Described({
    type: 'array',
    ...(least > 0 ? { minItems: least } : {}),
    maxItems: count,
    uniqueItems: true,
    items: { type: 'string', minLength: 1, maxLength: max },
  });
  return all(
    IsArray({ message }),
    ...(least > 0 ? [ArrayMinSize(least, { message })] : []),
    ArrayMaxSize(count, { message }),
    ArrayUnique({ message }),
    IsString({ each: true, message }),
    MaxLength(max, { each: true, message }),
    Matches(oneLine, { each: true, message }),
    described,
  );
}

/** Free text, also of many lines, not blank, of at most `max` characters. */
export function Prose(max: number): PropertyDecorator {
  const message = `$property must be text of 1 to ${max} characters, not blank; line breaks are allowed.`;
  const described = Described({ type: 'string', minLength: 1, maxLength: max });
  return all(IsString({ message }), MaxLength(max, { message }), Matches(manyLines, { message }), described);
}

/** The id of a person, account, opportunity or activity; with `category`, of one that must exist. Stored in lower case. */
export function Id(category?: string): PropertyDecorator {
  const message = '$property must be a UUID, for instance 5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11.';
  const checks = [IsUUID('all', { message }), Transform(({ value }: { value: unknown }) => lowerCase(value))];
  return all(...checks, ...(category === undefined ? [] : [Reference(category)]));
}

/** The same, where it may be left out. */
export const OptionalId = (category?: string): PropertyDecorator => all(Optional(), Id(category));

/** `least` to `max` ids, each once. */
export function Uuids(max: number, least = 0): PropertyDecorator {
  const many = least > 0 ? `${least} to ${max}` : `at most ${max}`;
  const message = `$property must be a list of ${many} different UUIDs.`;
  return all(
    IsArray({ message }),
    ...(least > 0 ? [ArrayMinSize(least, { message })] : []),
    ArrayMaxSize(max, { message }),
    ArrayUnique({ message }),
    IsUUID('all', { each: true, message }),
    Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(lowerCase) : value)),
  );
}

/** Ids of existing aggregates, each once. */
export const Ids = (category: string, max: number): PropertyDecorator => all(Uuids(max), Reference(category));

const slug = /^[a-z0-9-]{1,40}$/;

/** A short name for machines: `needs-analysis`; with `category`, the id of an aggregate that must exist. */
export function Slug(category?: string): PropertyDecorator {
  const message = '$property must be 1 to 40 characters of a-z, 0-9 and -.';
  return all(Matches(slug, { message }), ...(category === undefined ? [] : [Reference(category)]));
}

/** Short names for machines, each once. */
export function Slugs(min: number, max: number): PropertyDecorator {
  const message = `$property must be a list of ${min} to ${max} different names of a-z, 0-9 and -.`;
  return all(
    IsArray({ message }),
    ArrayMinSize(min, { message }),
    ArrayMaxSize(max, { message }),
    ArrayUnique({ message }),
    Matches(slug, { each: true, message }),
  );
}

/** One of a closed list of words. */
export const OneOf = (values: readonly string[]): PropertyDecorator =>
  IsIn(values, { message: `$property must be one of: ${values.join(', ')}.` });

/** Some of a closed list of words, each once. */
export function SomeOf(values: readonly string[]): PropertyDecorator {
  const message = `$property must be a list of: ${values.join(', ')}; each at most once.`;
  return all(IsArray({ message }), ArrayUnique({ message }), IsIn(values, { each: true, message }));
}

/** Yes or no. */
export function YesOrNo(): PropertyDecorator {
  return all(IsBoolean({ message: '$property must be true or false.' }));
}

/** A whole number within bounds. */
export function Whole(min: number, max: number): PropertyDecorator {
  const message = `$property must be a whole number from ${min} to ${max}.`;
  return all(
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
    Described({ type: 'integer', minimum: min, maximum: max }),
  );
}

/** A day of the calendar: `2017-06-30`. */
export const Day = (): PropertyDecorator =>
  all(
    ValidateBy(
      { name: 'isDay', validator: { validate: isLocalDate } },
      { message: '$property must be a day of the calendar as YYYY-MM-DD, for instance 2017-06-30.' },
    ),
    Described({ type: 'string', format: 'date' }),
  );

/** A month or a quarter: `2026-07`, `2026-Q3`. */
export const InPeriod = (): PropertyDecorator =>
  all(
    ValidateBy(
      { name: 'isPeriod', validator: { validate: isPeriod } },
      { message: '$property must be a month as YYYY-MM or a quarter as YYYY-Qn, for instance 2026-Q3.' },
    ),
    Described({ type: 'string', pattern: '^[0-9]{4}-(0[1-9]|1[0-2]|Q[1-4])$' }),
  );

/** An instant with its offset; stored in UTC. */
export const Moment = (): PropertyDecorator =>
  all(
    ValidateBy(
      { name: 'isMoment', validator: { validate: isInstant } },
      { message: '$property must be an RFC 3339 instant, for instance 2017-06-30T23:59:59Z.' },
    ),
    Transform(({ value }: { value: unknown }) => (isInstant(value) ? toInstant(value) : value)),
    Described({ type: 'string', format: 'date-time' }),
  );

export const Email = (): PropertyDecorator =>
  all(
    // The length and the characters first: isEmail throws on halves of characters.
    ValidateBy(
      {
        name: 'isReachableEmail',
        validator: {
          validate: (value) =>
            typeof value === 'string' && value.length <= 254 && oneLine.test(value) && isEmail(value),
        },
      },
      { message: '$property must be an e-mail address of at most 254 characters.' },
    ),
    Described({ type: 'string', format: 'email', maxLength: 254 }),
  );

export const Phone = (): PropertyDecorator =>
  Matches(/^[+0-9(][0-9 ()./-]{2,39}$/, {
    message: '$property must be a phone number of 3 to 40 digits, spaces, and any of + ( ) . / -.',
  });

/** ISO 4217, in capitals. */
export function Currency(): PropertyDecorator {
  const message = '$property must be an ISO 4217 currency code, for instance EUR.';
  return all(
    Matches(/^[A-Z]{3}$/, { message }),
    ValidateBy(
      { name: 'isKnownCurrency', validator: { validate: (value) => typeof value === 'string' && isCurrency(value) } },
      { message },
    ),
    Described({ type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217' }),
  );
}

/** An exchange rate as a decimal text; a JSON number would come through a float. */
export const Rate = (): PropertyDecorator =>
  all(
    ValidateBy(
      { name: 'isRate', validator: { validate: isRate } },
      { message: '$property must be a decimal text of at most 12 digits, greater than 0, as "1.085".' },
    ),
    Described({ type: 'string', pattern: '^\\d+(\\.\\d+)?$', maxLength: 13, description: 'A decimal greater than 0.' }),
  );

/** A nested part of a command, of the class `part`. */
export function PartOf(part: Part, message = '$property must be an object.'): PropertyDecorator {
  return all(
    Type(() => part),
    IsObject({ message }),
    ValidateNested({ message }),
    Described((_, options) => ({ $ref: `${options.refPointerPrefix}${part.name}` })),
  );
}

/** A list of `min` to `max` nested parts of the class `part`; with `key`, no two of them with the same one. */
export function PartsOf(part: Part, min: number, max: number, key?: string): PropertyDecorator {
  const different = key === undefined ? '' : `, each with another ${key}`;
  const message = `$property must be a list of ${min} to ${max} objects${different}.`;
  const identity = (item: unknown): unknown =>
    key === undefined ? item : ((item as Readonly<Record<string, unknown>>)[key] ?? item);
  return all(
    Type(() => part),
    IsArray({ message }),
    ArrayMinSize(min, { message }),
    ArrayMaxSize(max, { message }),
    ArrayUnique(identity, { message }),
    IsObject({ each: true, message }),
    ValidateNested({ each: true, message }),
    Described((_, options) => ({
      type: 'array',
      minItems: min,
      maxItems: max,
      items: { $ref: `${options.refPointerPrefix}${part.name}` },
    })),
  );
}

/** No two parts of the list are the same in the field `by`. */
export const EachOnce = (by: string): PropertyDecorator =>
  ArrayUnique((part: Readonly<Record<string, unknown>>) => part[by], {
    message: `$property must name each ${by} once.`,
  });

/** An amount that is not negative, in integer minor units. */
export class MoneyField {
  /** In minor units: cents for EUR, yen for JPY. */
  @Whole(0, Number.MAX_SAFE_INTEGER)
  readonly amount!: number;

  @Currency()
  readonly currency!: string;
}

export const IsMoney = (): PropertyDecorator =>
  PartOf(MoneyField, '$property must be {"amount": a whole number of minor units, "currency": an ISO 4217 code}.');

const lowerCase = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);
