import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { currencies, type Instant } from '../../kernel/index.js';
import { channels } from '../person/person.events.js';
import { canonical, sameRule } from './canonical.rules.js';
import { dependenciesOf, evaluate, nextChange } from './evaluate.rules.js';
import { readRule } from './parse.rules.js';
import {
  ageFields,
  type Condition,
  conditionsOf,
  consentStandings,
  type Facts,
  lifetimeValueKinds,
  noFacts,
  type Rule,
  ruleBounds,
  type SegmentAudience,
  textFields,
  wordFields,
} from './segment.rules.js';

const now: Instant = '2026-06-30T12:00:00.000Z';
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const daysAgo = (days: number): Instant => new Date(Date.parse(now) - days * 86_400_000).toISOString();
const silent: Rule = { field: 'last-interaction', operator: 'older-than', value: { days: 90 } };
const energy: Rule = { field: 'industry', operator: 'one-of', value: ['Energy', 'shipping'] };
const spentMuch: Rule = { field: 'purchases', operator: 'at-least', value: eur(500), within: { days: 30 } };

const holds = (rule: Rule, facts: Partial<Facts>, at = now) => evaluate(rule, { ...noFacts, ...facts }, at);
const wrong = (rule: unknown, audience: SegmentAudience = 'people') =>
  readRule(rule, audience).errors.map(({ path }) => path);

const of = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const some = <T>(...values: readonly T[]) => fc.uniqueArray(of(...values), { minLength: 1, maxLength: 3 });
const words = Object.entries(wordFields) as [keyof typeof wordFields, readonly string[]][];
const days = fc.record({ days: fc.integer({ min: 1, max: 60 }) });
const money = fc.record({ amount: fc.integer({ min: 0, max: 20 }), currency: of('EUR', 'USD') });
const bound = of('at-least' as const, 'at-most' as const);
const texts = ['NL', 'nl ', 'Energy', 'energy', 'Straße', 'İzmir'];

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field: of(...textFields), operator: of('one-of' as const), value: some(...texts) }),
  of(...words).chain(([field, known]) =>
    fc.record({ field: of(field), operator: of('one-of' as const), value: some(...known) }),
  ),
  fc.record({ field: of('rating' as const), operator: bound, value: fc.integer({ min: 0, max: 5 }) }),
  fc.record(
    {
      field: of('purchases' as const),
      operator: bound,
      value: money,
      within: fc.oneof(days, of({ from: '2026-05-01', to: '2026-06-15' })),
    },
    { requiredKeys: ['field', 'operator', 'value'] },
  ),
  fc.record({
    field: of('lifetime-value' as const),
    of: of(...lifetimeValueKinds),
    operator: bound,
    value: money,
  }),
  fc.record({ field: of(...ageFields), operator: of('older-than' as const, 'newer-than' as const), value: days }),
  fc.record({
    field: of('consent' as const),
    channel: of(...channels),
    operator: of('one-of' as const),
    value: some(...consentStandings),
  }),
  fc.record({
    field: of('attribute' as const),
    name: of('turbines', 'offshore', 'constructor'),
    operator: of('one-of' as const),
    value: some<string | number | boolean>('Yes', 'yes', 1, true, '2026-01-01'),
  }),
  fc.record({
    field: of('attribute' as const),
    name: of('turbines', 'contract-ends'),
    operator: bound,
    value: of<string | number>(1, 2, '2026-01-01', '2026-12-31'),
  }),
  fc.record({
    field: of('city' as const, 'rating' as const, 'phase' as const, 'last-purchase' as const),
    operator: of('known' as const),
  }),
);

const anyRule: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    condition,
    fc.record({ all: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('rule') }),
  ),
})).rule;

const instant = fc.integer({ min: 0, max: 80 * 24 }).map((hours) => daysAgo(hours / 24));

const anyFacts: fc.Arbitrary<Facts> = fc.record({
  text: fc.dictionary(of(...textFields), some(...texts)),
  words: fc
    .tuple(...words.map(([, known]) => fc.option(of(...known), { nil: undefined })))
    .map((chosen) => Object.fromEntries(words.map(([field], place) => [field, chosen[place]]))),
  rating: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }) as fc.Arbitrary<number>,
  purchases: fc.array(fc.record({ at: instant, amount: money }), { maxLength: 4 }),
  lifetimeValue: fc.record({
    realised: fc.array(money, { maxLength: 2 }),
    projected: fc.array(money, { maxLength: 2 }),
  }),
  last: fc.dictionary(of(...ageFields), instant),
  consent: fc.dictionary(of(...channels), of('opted-in', 'opted-out')),
  attributes: fc.dictionary(
    of('turbines', 'offshore', 'contract-ends'),
    of<string | number | boolean>(1, 2, true, 'yes', '2026-06-01'),
  ),
});

describe('A rule', () => {
  it('asks for industry, geography, products in use and whatever else is text, without regard to case', () => {
    expect(holds(energy, { text: { industry: ['ENERGY '] } })).toBe(true);
    expect(holds(energy, { text: { industry: ['mining'] } })).toBe(false);
    expect(holds(energy, {})).toBe(false);
    const country: Rule = { field: 'country', operator: 'one-of', value: ['NL'] };
    expect(holds({ all: [country, { not: energy }] }, { text: { country: ['nl'] } })).toBe(true);
    const product: Rule = { field: 'product', operator: 'one-of', value: ['Turbine care'] };
    expect(holds(product, { text: { product: ['Blades', 'turbine care'] } })).toBe(true);
  });

  it('asks for billing in a period, in one currency', () => {
    const purchases = [
      { at: daysAgo(10), amount: eur(300) },
      { at: daysAgo(29), amount: eur(200) },
      { at: daysAgo(31), amount: eur(900) },
      { at: daysAgo(1), amount: { amount: 900, currency: 'USD' } },
    ];
    expect(holds(spentMuch, { purchases })).toBe(true);
    expect(holds(spentMuch, { purchases }, daysAgo(-1))).toBe(false);
    const inMay: Rule = { ...spentMuch, within: { from: '2026-05-01', to: '2026-05-30' } };
    expect(holds(inMay, { purchases })).toBe(true);
    expect(holds({ ...inMay, within: { from: '2026-06-02', to: '2026-06-30' } }, { purchases })).toBe(false);
    expect(holds({ field: 'purchases', operator: 'at-most', value: eur(0) }, {})).toBe(true);
  });

  it('asks for phase, group, kind, level, rating, lifetime value, consent and custom attributes', () => {
    const facts: Partial<Facts> = {
      words: { phase: 'inactive', group: 'friend', kind: 'contact', 'lead-level': 'sales-qualified' },
      rating: 25,
      lifetimeValue: { realised: [eur(100), { amount: 7, currency: 'USD' }] },
      consent: { 'e-mail': 'opted-in', phone: 'opted-out' },
      attributes: { turbines: 40, 'contract-ends': '2027-12-31', offshore: true },
    };
    const answers: readonly [Condition, boolean][] = [
      [{ field: 'phase', operator: 'one-of', value: ['inactive', 'active'] }, true],
      [{ field: 'group', operator: 'one-of', value: ['dog'] }, false],
      [{ field: 'kind', operator: 'one-of', value: ['contact'] }, true],
      [{ field: 'lead-level', operator: 'one-of', value: ['unqualified'] }, false],
      [{ field: 'rating', operator: 'at-least', value: 25 }, true],
      [{ field: 'rating', operator: 'at-most', value: 24 }, false],
      [{ field: 'lifetime-value', of: 'realised', operator: 'at-least', value: eur(100) }, true],
      [{ field: 'lifetime-value', of: 'projected', operator: 'at-least', value: eur(1) }, false],
      [{ field: 'consent', channel: 'e-mail', operator: 'one-of', value: ['opted-in'] }, true],
      [{ field: 'consent', channel: 'phone', operator: 'one-of', value: ['opted-in', 'unknown'] }, false],
      [{ field: 'consent', channel: 'post', operator: 'one-of', value: ['unknown'] }, true],
      [{ field: 'attribute', name: 'turbines', operator: 'at-least', value: 40 }, true],
      [{ field: 'attribute', name: 'turbines', operator: 'one-of', value: [41, '40'] }, false],
      [{ field: 'attribute', name: 'contract-ends', operator: 'at-most', value: '2027-12-31' }, true],
      [{ field: 'attribute', name: 'constructor', operator: 'known' }, false],
      [{ field: 'attribute', name: 'offshore', operator: 'known' }, true],
      [{ field: 'rating', operator: 'known' }, true],
      [{ field: 'last-purchase', operator: 'known' }, false],
      [{ field: 'city', operator: 'known' }, false],
      [{ field: 'phase', operator: 'known' }, true],
    ];
    for (const [asked, answer] of answers) expect([asked, holds(asked, facts)]).toEqual([asked, answer]);
  });

  it('asks how long ago something was; what never was is neither older nor newer', () => {
    const recent: Rule = { field: 'last-interaction', operator: 'newer-than', value: { days: 90 } };
    for (const [days, old] of [
      [89, false],
      [90, true],
      [91, true],
    ] as const) {
      const last = { 'last-interaction': daysAgo(days) };
      expect([days, holds(silent, { last }), holds(recent, { last })]).toEqual([days, old, !old]);
    }
    expect([holds(silent, {}), holds(recent, {}), holds({ not: recent }, {})]).toEqual([false, false, true]);
  });

  it('says what it rests on, and which windows move with time', () => {
    const rule: Rule = {
      any: [{ not: silent }, { all: [energy, spentMuch] }, { field: 'attribute', name: 'turbines', operator: 'known' }],
    };
    expect(dependenciesOf(rule)).toEqual({
      fields: new Set(['last-interaction', 'industry', 'purchases', 'attribute']),
      attributes: new Set(['turbines']),
      windows: [
        { field: 'last-interaction', days: 90 },
        { field: 'purchases', days: 30 },
      ],
    });
  });

  it('tells when its answer changes if nothing happens', () => {
    const facts: Facts = { ...noFacts, last: { 'last-interaction': daysAgo(80) } };
    expect(nextChange(silent, facts, now)).toBe(daysAgo(-10));
    expect(nextChange(silent, facts, daysAgo(-10))).toBeUndefined();
    expect(nextChange({ all: [silent, energy] }, facts, now)).toBeUndefined();
    const purchases = [
      { at: daysAgo(10), amount: eur(600) },
      { at: daysAgo(20), amount: eur(600) },
    ];
    expect(nextChange(spentMuch, { ...noFacts, purchases }, now)).toBe(daysAgo(-20));
  });
});

describe('Whatever the rule and the facts', () => {
  it('the language takes it, and it answers yes or no', () => {
    fc.assert(
      fc.property(anyRule, anyFacts, instant, (rule, facts, at) => {
        expect(readRule(rule, 'people')).toEqual({ rule, errors: [] });
        expect(typeof evaluate(rule, facts, at)).toBe('boolean');
      }),
    );
  });

  it('not all is any not, and not any is all not', () => {
    fc.assert(
      fc.property(fc.array(anyRule, { minLength: 1, maxLength: 4 }), anyFacts, (rules, facts) => {
        const negated = rules.map((not): Rule => ({ not }));
        expect(evaluate({ not: { all: rules } }, facts, now)).toBe(evaluate({ any: negated }, facts, now));
        expect(evaluate({ not: { any: rules } }, facts, now)).toBe(evaluate({ all: negated }, facts, now));
      }),
    );
  });

  it('its canonical form says the same, is a rule, and is its own canonical form', () => {
    fc.assert(
      fc.property(anyRule, anyFacts, (rule, facts) => {
        const form = canonical(rule);
        expect(evaluate(form, facts, now)).toBe(evaluate(rule, facts, now));
        expect(wrong(form)).toEqual([]);
        expect(canonical(form)).toEqual(form);
        expect(sameRule(rule, { all: [form, { not: { not: rule } }] })).toBe(true);
      }),
    );
    expect(sameRule({ all: [energy, silent] }, { all: [silent, { any: [energy] }, energy] })).toBe(true);
    expect(sameRule(energy, { field: 'industry', operator: 'one-of', value: ['Shipping ', 'energy'] })).toBe(true);
    expect(sameRule(energy, silent)).toBe(false);
    expect(sameRule({ all: [energy, silent] }, { any: [energy, silent] })).toBe(false);
  });

  it('its answer changes at the instant foretold and not before', () => {
    fc.assert(
      fc.property(anyRule, anyFacts, (rule, facts) => {
        const change = nextChange(rule, facts, now);
        const answer = evaluate(rule, facts, now);
        if (change !== undefined) {
          expect(change > now).toBe(true);
          expect(evaluate(rule, facts, change)).toBe(!answer);
        }
        const end = change ?? daysAgo(-200);
        for (let later = now; later < end; later = new Date(Date.parse(later) + 3_600_000 * 7).toISOString()) {
          expect(evaluate(rule, facts, later)).toBe(answer);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('facts that it does not rest on do not matter', () => {
    fc.assert(
      fc.property(anyRule, anyFacts, anyFacts, (rule, facts, other) => {
        const { fields } = dependenciesOf(rule);
        const keep = <T extends object>(mine: T, others: T): T =>
          Object.fromEntries([
            ...Object.entries(others).filter(([field]) => !fields.has(field as never)),
            ...Object.entries(mine).filter(([field]) => fields.has(field as never)),
          ]) as T;
        const mixed: Facts = {
          text: keep(facts.text, other.text),
          words: keep(facts.words, other.words),
          ...((fields.has('rating') ? facts : other).rating !== undefined && {
            rating: (fields.has('rating') ? facts : other).rating,
          }),
          purchases: (fields.has('purchases') ? facts : other).purchases,
          lifetimeValue: (fields.has('lifetime-value') ? facts : other).lifetimeValue,
          last: keep(facts.last, other.last),
          consent: (fields.has('consent') ? facts : other).consent,
          attributes: (fields.has('attribute') ? facts : other).attributes,
        };
        expect(evaluate(rule, mixed, now)).toBe(evaluate(rule, facts, now));
      }),
    );
  });
});

describe('What is no rule', () => {
  it('is turned down with the path of each place', () => {
    const rating = { field: 'rating', operator: 'at-least', value: 'high' };
    expect(wrong({ all: [energy, { not: rating }] })).toEqual(['rule.all[1].not.value']);
    expect(
      wrong({
        any: [
          { ...silent, value: { days: 0 } },
          { ...spentMuch, value: { amount: -1, currency: 'eur' } },
        ],
      }),
    ).toEqual(['rule.any[0].value.days', 'rule.any[1].value.amount', 'rule.any[1].value.currency']);
    const cases: readonly [unknown, string][] = [
      [null, 'rule'],
      [[], 'rule'],
      ['all', 'rule'],
      [{}, 'rule.field'],
      [{ field: 'colour', operator: 'one-of', value: ['red'] }, 'rule.field'],
      [{ field: 'constructor' }, 'rule.field'],
      [{ all: [] }, 'rule.all'],
      [{ all: { 0: energy } }, 'rule.all'],
      [{ all: [energy], any: [energy] }, 'rule.any'],
      [{ not: [energy] }, 'rule.not'],
      [{ ...energy, operator: 'is' }, 'rule.operator'],
      [{ ...energy, value: 'energy' }, 'rule.value'],
      [{ ...energy, value: ['energy', ''] }, 'rule.value[1]'],
      [{ ...energy, note: 'x' }, 'rule.note'],
      [{ field: 'phase', operator: 'one-of', value: ['gone'] }, 'rule.value[0]'],
      [{ field: 'rating', operator: 'known', value: 1 }, 'rule.value'],
      [{ ...silent, value: { days: 1.5 } }, 'rule.value.days'],
      [{ ...silent, value: 90 }, 'rule.value'],
      [{ ...spentMuch, within: { from: '2026-02-30', to: '2026-03-01' } }, 'rule.within.from'],
      [{ ...spentMuch, within: { from: '2026-03-02', to: '2026-03-01' } }, 'rule.within.to'],
      [{ ...spentMuch, within: { days: 5, from: '2026-03-02', to: '2026-03-03' } }, 'rule.within.days'],
      [{ ...spentMuch, within: null }, 'rule.within'],
      [{ field: 'purchases', operator: 'known' }, 'rule.operator'],
      [{ field: 'lifetime-value', operator: 'at-least', value: eur(1) }, 'rule.of'],
      [{ field: 'consent', operator: 'one-of', channel: 'fax', value: ['opted-in'] }, 'rule.channel'],
      [{ field: 'attribute', operator: 'known' }, 'rule.name'],
      [{ field: 'attribute', name: 'turbines', operator: 'at-least', value: 'many' }, 'rule.value'],
      [{ field: 'attribute', name: 'turbines', operator: 'one-of', value: [1.5] }, 'rule.value[0]'],
    ];
    for (const [rule, path] of cases) expect([rule, wrong(rule)]).toEqual([rule, [path]]);
  });

  it('is what accounts do not have, asked of accounts', () => {
    const consent = { field: 'consent', channel: 'post', operator: 'one-of', value: ['opted-in'] };
    expect(wrong({ all: [energy, consent] }, 'accounts')).toEqual(['rule.all[1].field']);
    expect(wrong(energy, 'accounts')).toEqual([]);
  });

  it('is what is too deep or too long', () => {
    const nested = (levels: number): Rule => (levels === 0 ? energy : { not: nested(levels - 1) });
    expect(wrong(nested(ruleBounds.depth))).toEqual([]);
    expect(wrong(nested(ruleBounds.depth + 1))).toEqual([`rule${'.not'.repeat(ruleBounds.depth + 1)}`]);
    const many = (count: number) => Array.from({ length: count }, () => energy);
    expect(wrong({ all: many(ruleBounds.conditions) })).toEqual([]);
    expect(wrong({ any: [{ all: many(ruleBounds.conditions) }, energy] })).toEqual(['rule']);
    expect(wrong({ all: many(ruleBounds.conditions + 1) })).toEqual(['rule.all']);
  });

  it('is anything else: whatever comes is read or turned down with a path, and nothing throws', () => {
    const paths = /^rule(\.[^.[\]]*|\[\d+\])*$/;
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.object(), fc.anything()), (value) => {
        const { rule, errors } = readRule(value, 'accounts');
        expect(rule === undefined).toBe(errors.length > 0);
        for (const { path, message } of errors) expect([path.startsWith('rule'), message !== '']).toEqual([true, true]);
      }),
    );
    const keys = of('all', 'any', 'not', 'field', 'operator', 'value', 'name', 'channel', 'within', 'of');
    const likely = of<unknown>(
      ...currencies.slice(0, 2),
      'one-of',
      'rating',
      'consent',
      'purchases',
      1,
      -1,
      null,
      [],
      {},
      [energy],
    );
    fc.assert(
      fc.property(anyRule, keys, likely, (rule, key, value) => {
        const read = readRule({ ...conditionsOf(rule)[0], [key]: value }, 'people');
        for (const { path } of read.errors) expect(path).toMatch(paths);
        if (read.rule) expect(typeof evaluate(read.rule, noFacts, now)).toBe('boolean');
      }),
    );
  });
});
