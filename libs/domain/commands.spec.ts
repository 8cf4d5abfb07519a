import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import fc from 'fast-check';
import { type CommandClass, Refusal, referencesOf } from '../kernel/index.js';
import { command, decide } from '../testing/decider.js';
import {
  aggregates,
  AssignOpportunityAccount,
  ChangeOpportunityAmount,
  commandNamed,
  commands,
  ConvertLead,
  DefinePipeline,
  defaultPipeline,
  domainCatalogue,
  filled,
  LogActivity,
  OpenAccount,
  OpenOpportunity,
  PlanActivity,
  processes,
  QualifyLead,
  RegisterName,
} from './index.js';

type Body = Readonly<Record<string, unknown>>;

/** What is wrong with a body, each as `path: message`. */
const problems = (type: CommandClass, body: object): readonly string[] =>
  filled(type, body).errors.map(({ path, message }) => `${path}: ${message}`);

const example = (type: CommandClass): Body => commandNamed(type.name)?.options.example ?? {};

const wrong = (type: CommandClass, change: Body): readonly string[] => problems(type, { ...example(type), ...change });

const schemas = validationMetadatasToSchemas({ refPointerPrefix: '#/components/schemas/' });

describe('the catalogue', () => {
  it('names every command once, with the aggregate that decides on it', () => {
    const handled = aggregates.flatMap(({ commands: known }) => Object.keys(known));
    expect([...commands.keys()]).toEqual(handled);
    expect(commandNamed('ConvertLead')).toMatchObject({ type: ConvertLead, aggregate: { category: 'person' } });
    expect(commandNamed('DropEverything')).toBeUndefined();
  });

  it('knows every event of every aggregate', () => {
    const declared = aggregates.flatMap(({ events }) => Object.keys(events.types));
    expect([...domainCatalogue.keys()].sort()).toEqual(declared.sort());
  });

  it('has processes hear only events that exist', () => {
    for (const { hears } of processes) for (const type of hears) expect(domainCatalogue.has(type)).toBe(true);
  });

  it('refers only to categories that exist', () => {
    const categories = new Set(aggregates.map(({ category }) => category));
    for (const { type } of commands.values()) {
      for (const category of referencesOf(new type()).values()) expect(categories).toContain(category);
    }
    expect(referencesOf(new PlanActivity()).get('personId')).toBe('person');
    expect(referencesOf(new OpenOpportunity())).toEqual(
      new Map([
        ['accountId', 'account'],
        ['contactIds', 'person'],
        ['campaignId', 'campaign'],
      ]),
    );
  });
});

/** The specs of the domain, in which every refusal has to be stated. */
const specs = readdirSync('libs/domain', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.spec.ts'))
  .map((file) => readFileSync(`libs/domain/${file}`, 'utf8'))
  .join('\n');

describe.each([...commands.values()])('$name', ({ name, type, options, aggregate }) => {
  it('has an example that is valid', () => {
    expect(problems(type, options.example)).toEqual([]);
  });

  it('is refused only for reasons that a spec states', () => {
    const codes = Object.entries(options.refuses ?? {});
    expect(codes.map(([code]) => code).filter((code) => !specs.includes(`'${code}'`))).toEqual([]);
    for (const [code, when] of codes) {
      expect(code).toMatch(/^[A-Z0-9]+(_[A-Z0-9]+)+$/);
      expect(when).toMatch(/^[A-Z"].+\.$/);
    }
  });

  it('can be left without an id only where it opens a stream, or where the rest of it tells the id', () => {
    const schema = schemas[name];
    expect(Object.keys(schema?.properties ?? {})).toContain(aggregate.id);
    if (options.opens || aggregate.naturalId?.(command(type, options.example)) !== undefined) return;
    expect(schema?.required).toContain(aggregate.id);
  });

  it('describes every field in a way that OpenAPI understands', () => {
    const schema = schemas[name];
    expect(schema?.type).toBe('object');
    for (const field of Object.keys(options.example)) expect(schema?.properties).toHaveProperty(field);
    for (const described of Object.values(schema?.properties ?? {})) {
      expect(described).toEqual(
        expect.objectContaining('$ref' in described ? { $ref: expect.anything() } : { type: expect.anything() }),
      );
    }
    const references = JSON.stringify(schema).matchAll(/#\/components\/schemas\/(\w+)/g);
    for (const [, part] of references) expect(schemas).toHaveProperty(part ?? '');
  });

  it('takes no field that it does not know, and no null', () => {
    expect(problems(type, { ...options.example, colour: 'red' })).toEqual(['colour: colour is not a field here.']);
    for (const field of Object.keys(schemas[name]?.properties ?? {})) {
      const found = problems(type, { ...options.example, [field]: null });
      expect(found).toEqual([
        expect.stringMatching(new RegExp(`^${field}: (${field}|each value in ${field}) must be `)),
      ]);
    }
  });

  it('is either turned down or decided on, whatever is sent', () => {
    const places = pathsOf(options.example);
    fc.assert(
      fc.property(fc.constantFrom(...places), anything, (place, value) => {
        const body = replaced(options.example, place, value) as Body;
        const { filled: issued, errors } = filled(type, body);
        if (errors.length > 0) return;
        try {
          decide(aggregate, aggregate.initial, issued);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a field', () => {
  it('says in one message what it expects', () => {
    expect(wrong(RegisterName, { name: 7 })).toEqual([
      'name: name must be text of 1 to 200 characters, not blank, without control characters.',
    ]);
    expect(wrong(QualifyLead, { to: 'hot' })).toEqual(['to: to must be one of: marketing-qualified, sales-qualified.']);
    expect(wrong(OpenAccount, { employees: 1.5 })).toEqual([
      'employees: employees must be a whole number from 0 to 100000000.',
    ]);
  });

  it('takes text of any script, and neither blanks, control characters nor halves of characters', () => {
    for (const name of ['Ilse', "D'Arc-Ñandú", '株式会社', 'Fjord 🚢 AS', 'x'.repeat(200)]) {
      expect(wrong(RegisterName, { name })).toEqual([]);
    }
    for (const name of [
      '',
      '  ',
      'a\u0000b',
      'a\nb',
      '\ud83d',
      'a\udea2b',
      'x'.repeat(201),
      ['Ilse'],
      { a: 1 },
      true,
    ]) {
      expect(wrong(RegisterName, { name })).toHaveLength(1);
    }
  });

  it('takes free text of many lines', () => {
    expect(wrong(LogActivity, { note: 'Called.\r\n\tNo answer.' })).toEqual([]);
    expect(wrong(LogActivity, { note: 'a\u0000' })).toHaveLength(1);
  });

  it('takes an id of any version, and keeps it in lower case', () => {
    const id = '5F0C9D1E-7A54-7A36-9D0B-0A4F3F0F8C11';
    expect(command(QualifyLead, { personId: id, to: 'sales-qualified' }).personId).toBe(id.toLowerCase());
    expect(command(OpenOpportunity, { ...example(OpenOpportunity), contactIds: [id] }).contactIds).toEqual([
      id.toLowerCase(),
    ]);
    expect(wrong(QualifyLead, { personId: 'person-1' })).toEqual([
      'personId: personId must be a UUID, for instance 5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11.',
    ]);
    expect(wrong(OpenOpportunity, { contactIds: ['a'] })).toHaveLength(1);
    expect(wrong(OpenOpportunity, { contactIds: [id, id.toLowerCase()] })).toHaveLength(1);
    expect(wrong(OpenOpportunity, { contactIds: id })).toHaveLength(1);
  });

  it('takes amounts as whole minor units that are not negative, of a known currency', () => {
    expect(wrong(ChangeOpportunityAmount, { amount: { amount: 0, currency: 'JPY' } })).toEqual([]);
    for (const amount of [-1, 0.5, '100', 2 ** 53, null, undefined, NaN, [1]]) {
      expect(wrong(ChangeOpportunityAmount, { amount: { amount, currency: 'EUR' } })).toEqual([
        `amount.amount: amount must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`,
      ]);
    }
    for (const currency of ['eur', 'EURO', 'QQQ', '', 978, null, undefined, ['EUR']]) {
      expect(wrong(ChangeOpportunityAmount, { amount: { amount: 1, currency } })).toEqual([
        'amount.currency: currency must be an ISO 4217 currency code, for instance EUR.',
      ]);
    }
    for (const amount of [5, 'EUR 5', [], [{ amount: 1, currency: 'EUR' }], undefined]) {
      expect(wrong(ChangeOpportunityAmount, { amount })).toContainEqual(
        expect.stringMatching(/^amount: amount must be /),
      );
    }
    expect(wrong(ChangeOpportunityAmount, { amount: { amount: 1, currency: 'EUR', scale: 2 } })).toEqual([
      'amount.scale: scale is not a field here.',
    ]);
  });

  it('takes days of the calendar and instants with an offset, kept in UTC', () => {
    expect(wrong(OpenOpportunity, { expectedClose: '2024-02-29' })).toEqual([]);
    for (const expectedClose of ['2023-02-29', '2024-2-9', '29.02.2024', '2024-02-29T00:00:00Z', 20240229]) {
      expect(wrong(OpenOpportunity, { expectedClose })).toHaveLength(1);
    }
    const dueAt = '2026-05-04T11:30:00+02:00';
    expect(command(PlanActivity, { ...example(PlanActivity), dueAt }).dueAt).toBe('2026-05-04T09:30:00.000Z');
    for (const wrongDue of ['2026-05-04', '2026-05-04T11:30:00', '2026-13-04T11:30:00Z', 'tomorrow', 1777887000]) {
      expect(wrong(PlanActivity, { dueAt: wrongDue })).toHaveLength(1);
    }
  });

  it('takes e-mail addresses and phone numbers', () => {
    for (const email of ['ilse', 'ilse@', '@example.com', 'a@b@example.com', `${'a'.repeat(250)}@example.com`]) {
      expect(wrong(RegisterName, { email })).toHaveLength(1);
    }
    for (const phone of ['+31 10 555 01 23', '(020) 555-0123', '112'])
      expect(wrong(RegisterName, { phone })).toEqual([]);
    for (const phone of ['call me', '1', 3110555, '+31 10 555 01 23'.repeat(3)]) {
      expect(wrong(RegisterName, { phone })).toHaveLength(1);
    }
  });

  it('takes 1 to 40 stages of 10 to 90 whole per cents', () => {
    const stages = (...probabilities: readonly unknown[]) =>
      probabilities.map((probability, place) => ({ stage: `s${place}`, probability }));
    const tooMany = stages(...Array.from({ length: 41 }, () => 50));
    expect(wrong(DefinePipeline, { stages: stages(10, 90) })).toEqual([]);
    for (const probability of [9, 91, 50.5, '50']) {
      expect(wrong(DefinePipeline, { stages: stages(20, probability) })).toEqual([
        'stages[1].probability: probability must be a whole number from 10 to 90.',
      ]);
    }
    for (const wrongStages of [[], tooMany, { stage: 'a', probability: 20 }, ['a'], [[]], [null]]) {
      expect(wrong(DefinePipeline, { stages: wrongStages }).length).toBeGreaterThan(0);
    }
    expect(problems(DefinePipeline, defaultPipeline)).toEqual([]);
  });

  it('is never one of those that every object has, nor deep enough to exhaust the stack', () => {
    expect(
      wrong(OpenAccount, { location: JSON.parse('{"country":"NL","constructor":{"name":"x"}}') as unknown }),
    ).toEqual(['location.constructor: constructor is not a field here.']);
    expect(problems(OpenAccount, JSON.parse('{"name":"x","__proto__":{"name":"x"}}') as Body)).toEqual([
      '__proto__: __proto__ is not a field here.',
    ]);
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
    expect(wrong(OpenAccount, { name: deep })).toEqual(['name[0][0][0][0][0]: The value is nested too deeply.']);
  });

  it('is described in OpenAPI', () => {
    expect(schemas['OpenOpportunity']).toEqual({
      type: 'object',
      required: ['title'],
      properties: {
        opportunityId: { type: 'string', format: 'uuid' },
        title: { type: 'string', minLength: 1, maxLength: 200 },
        pipelineId: { type: 'string', pattern: '^[a-z0-9-]{1,40}$' },
        stage: { type: 'string', pattern: '^[a-z0-9-]{1,40}$' },
        amount: { $ref: '#/components/schemas/MoneyField' },
        lines: { type: 'array', minItems: 1, maxItems: 200, items: { $ref: '#/components/schemas/LineField' } },
        accountId: { type: 'string', format: 'uuid' },
        contactIds: { type: 'array', maxItems: 100, uniqueItems: true, items: { type: 'string', format: 'uuid' } },
        expectedClose: { type: 'string', format: 'date' },
        owner: { type: 'string', minLength: 1, maxLength: 100 },
        product: { type: 'string', minLength: 1, maxLength: 200 },
        campaignId: { type: 'string', format: 'uuid' },
      },
    });
    expect(schemas['MoneyField']).toEqual({
      type: 'object',
      required: ['amount', 'currency'],
      properties: {
        amount: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
        currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217' },
      },
    });
    expect(schemas['DefinePipeline']?.properties?.['stages']).toEqual({
      type: 'array',
      minItems: 1,
      maxItems: 40,
      items: { $ref: '#/components/schemas/StageField' },
    });
    expect(schemas['PlanActivity']?.properties).toMatchObject({
      dueAt: { type: 'string', format: 'date-time' },
      direction: { type: 'string', enum: ['inbound', 'outbound'] },
    });
    expect(schemas['AssignOpportunityAccount']?.required).toEqual(['opportunityId', 'accountId']);
    expect(referencesOf(new AssignOpportunityAccount())).toEqual(new Map([['accountId', 'account']]));
  });
});

type Path = readonly (string | number)[];

/** The places of a JSON value, from the root inwards. */
const pathsOf = (value: unknown, path: Path = []): readonly Path[] => [
  path,
  ...(Array.isArray(value)
    ? value.flatMap((part, i) => pathsOf(part, [...path, i]))
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key]))
      : []),
];

const replaced = (value: unknown, [step, ...rest]: Path, by: unknown): unknown => {
  if (step === undefined) return typeof by === 'object' && by !== null && !Array.isArray(by) ? by : {};
  if (Array.isArray(value)) return value.map((part, i) => (i === step ? end(part, rest, by) : (part as unknown)));
  const parts = value as Body;
  return { ...parts, [step]: end(parts[step], rest, by) };
};

const end = (value: unknown, rest: Path, by: unknown) => (rest.length === 0 ? by : replaced(value, rest, by));

const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    ...['', ' ', '\u0000', '\ud800', '__proto__', 'constructor', 'won', 'a'.repeat(5000), '0000-01-01', '9999-12-31'],
    ...['-271821-04-20T00:00:00Z', '2024-02-30T00:00:00Z', -0, 0, -1, 1e308, 2 ** 53, [], {}, [[]], [null], null, true],
    ...[{ __proto__: { a: 1 } }, { length: 3 }, { toString: 'x' }, { constructor: { name: 'x' } }, { then: 1 }],
  ),
);
