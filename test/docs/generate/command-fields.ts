import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import { type CommandClass, referencesOf } from '../../../libs/kernel/index.js';

/** A field of a command as the catalogue shows it; of a nested part, with its path: `lines[].price`. */
export interface CommandField {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly doc: string;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const schemas = validationMetadatasToSchemas({
  classTransformerMetadataStorage: defaultMetadataStorage,
  refPointerPrefix: '',
}) as Readonly<Record<string, Schema>>;

/** Shown by what it means, not by its parts. */
const money = 'MoneyField';

const formats: Readonly<Record<string, string>> = {
  date: 'day',
  'date-time': 'instant',
  uuid: 'UUID',
  email: 'e-mail address',
};

const patterns: Readonly<Record<string, string>> = {
  '^[a-z0-9-]{1,40}$': 'short name of `a-z`, `0-9`, `-`',
  '^[A-Z]{3}$': 'currency',
  '^[+0-9(][0-9 ()./-]{2,39}$': 'phone number',
};

/** "1 to 200", "at least 1", "at most 200"; a bound that is only where numbers end says nothing. */
function range(min: number | undefined, max: number | undefined): string {
  const least = min === -Number.MAX_SAFE_INTEGER ? undefined : min;
  const most = max === Number.MAX_SAFE_INTEGER ? undefined : max;
  if (least !== undefined && most !== undefined) return least === most ? `exactly ${least}` : `${least} to ${most}`;
  if (least !== undefined) return `at least ${least}`;
  return most === undefined ? '' : `at most ${most}`;
}

const bounded = (words: string, bounds: string): string => (bounds === '' ? words : `${words}, ${bounds}`);

/** What a field takes, in words. */
function described(schema: Schema, category: string | undefined): string {
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return [...new Set(choices.map((choice) => described(choice, category)))].join(' or ');
  if (schema.$ref !== undefined) return schema.$ref === money ? 'money' : 'object';
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  switch (schema.type) {
    case 'array': {
      const of =
        schema.items?.$ref !== undefined && schema.items.$ref !== money
          ? 'objects'
          : described(schema.items ?? {}, category);
      return `${bounded('list', range(schema.minItems, schema.maxItems))} of ${of}`;
    }
    case 'integer':
    case 'number':
      return bounded('whole number', range(schema.minimum, schema.maximum));
    case 'boolean':
      return 'true or false';
    case 'string':
      return ofText(schema, category);
    default:
      return schema.type === undefined ? 'any value' : 'object';
  }
}

function ofText(schema: Schema, category: string | undefined): string {
  if (category !== undefined) return `id of a ${category}`.replace(/\ba (?=[aeiou])/, 'an ');
  const known = formats[schema.format ?? ''] ?? patterns[schema.pattern ?? ''];
  if (known !== undefined) return known;
  if (schema.pattern !== undefined) return `text as \`${schema.pattern}\``;
  const bounds = range(schema.minLength, schema.maxLength);
  return bounded('text', bounds === '' ? '' : `${bounds} characters`);
}

/** The fields of a command and of its nested parts. */
export function commandFields(
  type: CommandClass,
  comments: ReadonlyMap<string, ReadonlyMap<string, string>>,
): readonly CommandField[] {
  return fieldsOf(type, '', [], comments);
}

function fieldsOf(
  part: CommandClass,
  prefix: string,
  within: readonly string[],
  comments: ReadonlyMap<string, ReadonlyMap<string, string>>,
): readonly CommandField[] {
  const { properties = {}, required = [] } = schemas[part.name] ?? {};
  const references = referencesOf(new part());
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${prefix}${name}`;
    const field: CommandField = {
      path,
      type: described(schema, references.get(name)),
      required: required.includes(name),
      doc: comments.get(part.name)?.get(name) ?? '',
    };
    const used = schema.$ref ?? schema.items?.$ref;
    if (used === undefined || used === money || within.includes(used)) return [field];
    const nested = classOf(part, name);
    if (!nested) return [field];
    const inner = `${path}${schema.items ? '[]' : ''}.`;
    return [field, ...fieldsOf(nested, inner, [...within, used], comments)];
  });
}

/** The class of a nested part, where there is one. */
function classOf(part: CommandClass, field: string): CommandClass | undefined {
  const noted = defaultMetadataStorage.findTypeMetadata(part, field) as
    ReturnType<typeof defaultMetadataStorage.findTypeMetadata> | undefined;
  return noted?.typeFunction() as CommandClass | undefined;
}
