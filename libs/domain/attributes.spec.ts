import { describe, expect, it } from '@jest/globals';
import { Refusal } from '../kernel/index.js';
import {
  type Attribute,
  changedAttributes,
  knownAttributes,
  mostAttributes,
  withAttributes,
  withoutAttributes,
} from './attributes.js';
import { AttributeField, Attributes, attributesOf } from './attributes.commands.js';
import { filled } from './filled.js';

class SetAttributes {
  @Attributes()
  readonly attributes!: readonly AttributeField[];
}

const wrong = (...attributes: readonly unknown[]) =>
  filled(SetAttributes, { attributes }).errors.map(({ path }) => path);

const turbines: Attribute = { name: 'turbines', type: 'whole-number', value: 40 };
const offshore: Attribute = { name: 'offshore', type: 'boolean', value: true };

const refusalOf = (decide: () => unknown): string => {
  try {
    decide();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'nothing';
};

describe('A custom attribute', () => {
  it('holds one line of text, a whole number, yes or no, or a day', () => {
    const all = [
      { name: 'motto', type: 'text', value: 'Wind, always' },
      { name: 'turbines', type: 'whole-number', value: -3 },
      { name: 'offshore', type: 'boolean', value: false },
      { name: 'contract-ends', type: 'date', value: '2027-12-31' },
    ];
    const { filled: command, errors } = filled(SetAttributes, { attributes: all });
    expect(errors).toEqual([]);
    expect(attributesOf(command.attributes)).toEqual(all);
  });

  it('holds nothing that is not of its type', () => {
    const values: Readonly<Record<string, readonly unknown[]>> = {
      text: ['', ' ', 'a\nb', 'a'.repeat(501), 7, true, null, undefined, ['a'], {}],
      'whole-number': [1.5, 2 ** 53, '7', null, true, Number.NaN],
      boolean: [0, 'true', null],
      date: ['2026-02-30', '2026-2-1', 20260201, '2026-02-01T00:00:00Z'],
    };
    for (const [type, several] of Object.entries(values)) {
      for (const value of several) expect(wrong({ name: 'a', type, value })).toEqual(['attributes[0].value']);
    }
    expect(wrong({ name: 'a', type: 'float', value: 1.5 })).toEqual(['attributes[0].type']);
    expect(wrong({ name: 'Fleet Size', type: 'whole-number', value: 1 })).toEqual(['attributes[0].name']);
    expect(wrong({ type: 'text', value: 'a' }, { type: 'text', value: 'b' })).toEqual([
      'attributes[0].name',
      'attributes[1].name',
    ]);
  });

  it('is named once in a list', () => {
    expect(wrong(turbines, { ...turbines, value: 41 })).toEqual(['attributes']);
    expect(wrong()).toEqual(['attributes']);
  });

  it('changes only where it says something new', () => {
    expect(changedAttributes([turbines], [turbines, offshore])).toEqual([offshore]);
    expect(changedAttributes([turbines], [{ ...turbines, value: 41 }])).toEqual([{ ...turbines, value: 41 }]);
    expect(changedAttributes([turbines, offshore], [offshore, turbines])).toEqual([]);
  });

  it('keeps its type until it is removed', () => {
    const asText: Attribute = { name: 'turbines', type: 'text', value: 'forty' };
    expect(refusalOf(() => changedAttributes([turbines], [asText]))).toBe('ATTRIBUTE_OF_OTHER_TYPE');
    expect(changedAttributes(withoutAttributes([turbines], ['turbines']), [asText])).toEqual([asText]);
  });

  it(`is one of ${mostAttributes} at most`, () => {
    const many = Array.from({ length: mostAttributes }, (_, n): Attribute => ({ ...turbines, name: `a${n}` }));
    expect(changedAttributes([], many)).toEqual(many);
    expect(refusalOf(() => changedAttributes(many, [turbines]))).toBe('TOO_MANY_ATTRIBUTES');
    expect(changedAttributes(many, [{ ...turbines, name: 'a7', value: 1 }])).toHaveLength(1);
  });

  it('is found by its name, whatever the name', () => {
    const known = withAttributes([turbines], [offshore, { name: 'constructor', type: 'text', value: 'Jan' }]);
    expect(known).toHaveLength(3);
    expect(knownAttributes(known, ['offshore', 'to-string', 'constructor'])).toEqual(['offshore', 'constructor']);
    expect(knownAttributes([], ['constructor'])).toEqual([]);
    expect(withoutAttributes(known, ['constructor', 'offshore'])).toEqual([turbines]);
  });
});
