import { ValidateBy, type ValidationArguments } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { type Attribute, type AttributeType, attributeTypes, isOfType, mostAttributes } from './attributes.js';
import { isOneLine, OneOf, PartsOf, Slug } from './fields.js';

/** A custom attribute: a name for machines, the type of what it holds, and the value. */
export class AttributeField {
  @Slug()
  readonly name!: string;

  @OneOf(attributeTypes)
  readonly type!: AttributeType;

  @ValidateBy(
    { name: 'isOfItsType', validator: { validate: isOfItsType } },
    {
      message:
        '$property must be of its type: text of one line (at most 500 characters), a whole number, true or false, or a day as YYYY-MM-DD.',
    },
  )
  @JSONSchema(() => ({ oneOf: [{ type: 'string', maxLength: 500 }, { type: 'integer' }, { type: 'boolean' }] }))
  readonly value!: string | number | boolean;
}

/** Custom attributes, each name once. */
export const Attributes = (): PropertyDecorator => PartsOf(AttributeField, 1, mostAttributes, 'name');

/** Attributes as they were validated: each value is of its type. */
export const attributesOf = (fields: readonly AttributeField[]): readonly Attribute[] =>
  fields.map(({ name, type, value }) => ({ name, type, value }) as Attribute);

function isOfItsType(value: unknown, details?: ValidationArguments): boolean {
  const type = (details?.object as Partial<AttributeField> | undefined)?.type;
  const known = attributeTypes.find((one) => one === type);
  // A type that does not exist is reported as such, once.
  if (known === undefined) return true;
  return isOfType[known](value) && (known !== 'text' || isOneLine(value));
}
