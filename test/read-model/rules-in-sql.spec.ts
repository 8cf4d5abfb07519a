import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { policyDefaults } from '../../libs/domain/policy/policy.events.js';
import type { Rule, SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import {
  ensureReadModels,
  instantOf,
  type Moment,
  type Reading,
  readSteadily,
  rows,
  statesAt,
  waitFor,
} from '../../libs/read-model/index.js';
import { type GivenEvent, MemoryLog, recorded } from '../../libs/testing/projection.js';
import type { Customer } from '../../projections/segments/customer.js';
import type { Windows } from '../../projections/segments/facts.js';
import { type Decided, RuleInSql } from '../../projections/segments/in-sql.js';
import { segmentsModel } from '../../projections/segments/index.js';
import { categories, type Definition, isWide, restsOnGroups, verdict } from '../../projections/segments/rules.js';
import type { SegmentTables } from '../../projections/segments/tables.js';
import { aTelling, aTellingOfGroups, day, eur, eventsOf } from './customers-told.js';
import { running, withDatabase } from './ledger.js';

/** What besides rules ask for that the histories of customers do not tell. */
const aFact = fc.record({
  what: fc.constantFrom('details', 'owner', 'roles', 'rated', 'name', 'other', 'transferred', 'supplier', 'invoice'),
  who: fc.nat(2),
  value: fc.nat(2),
  occurred: fc.integer({ min: 0, max: 300 }),
  recorded: fc.integer({ min: 0, max: 300 }),
});

type Fact = typeof aFact extends fc.Arbitrary<infer T> ? T : never;

function factOf({ what, who, value, occurred, recorded: learnt }: Fact, place: number): GivenEvent {
  const [account, person] = [`account-${['a', 'b', 'c'][who] ?? ''}`, `person-${['p', 'q', 'r'][who] ?? ''}`];
  const word = ['Energy', ' steel', 'PAPER'][value] ?? '';
  const given = (stream: string, type: string, data: object): GivenEvent => ({
    ...{ stream, type, data, occurredAt: day(occurred), recordedAt: day(learnt) },
  });
  const more = `person-more-${place}`;
  const invoice = {
    source: { system: 'erp', reference: `i${place}` },
    kind: 'invoice',
    date: day(occurred).slice(0, 10),
  };
  switch (what) {
    case 'details':
      return given(account, 'AccountDetailsChanged', {
        ...(value === 2 ? { cleared: ['industry'] } : { cleared: [], industry: word }),
        location: { country: word.slice(0, 2) },
      });
    case 'owner':
      return given(account, 'AccountTransferred', { to: word });
    case 'roles':
      return given(account, 'AccountRolesAssigned', { roles: [[], ['partner'], ['customer', 'partner']][value] });
    case 'rated':
      return given(account, 'AccountRated', { rating: value * 10, maximum: 20 });
    case 'name':
      return given(more, 'NameRegistered', { source: { kind: 'bought-list', name: 'Fair' } });
    case 'other':
      return given(more, 'OtherPersonRegistered', {});
    case 'supplier':
      return given(more, 'LeadRegistered', { source: 'fair', potential: 'supplier', owner: word });
    case 'transferred':
      return given(person, 'PersonTransferred', { to: word });
    case 'invoice': {
      const bought = { ...invoice, ...(value === 0 ? {} : { orderId: 'other' }), lines: [], amount: eur(50) };
      const of = value === 2 ? { personId: person.slice(7) } : { accountId: account.slice(8) };
      return given(`purchase-i${place}`, 'PurchaseRecorded', { ...bought, ...of });
    }
  }
}

const days = fc.integer({ min: 1, max: 300 }).map((value) => ({ days: value }));
const bound = fc.constantFrom('at-least', 'at-most');
const amount = fc.record({ amount: fc.integer({ min: 0, max: 250 }), currency: fc.constantFrom('EUR', 'EUR', 'USD') });
const oneOf = (field: string, ...values: readonly string[]) =>
  fc.subarray([...values], { minLength: 1 }).map((value) => ({ field, operator: 'one-of', value }));
const known = (...fields: readonly string[]) =>
  fc.constantFrom(...fields).map((field) => ({ field, operator: 'known' }));
const span = fc.constantFrom(
  { from: '2024-02-01', to: '2024-05-31' },
  { from: '2024-03-15', to: '2024-03-15' },
  { from: '2023-01-01', to: '2024-12-31' },
);

const ofAll = [
  oneOf('phase', 'suspect', 'prospect', 'potential', 'active', 'inactive'),
  oneOf('phase', 'active'),
  oneOf('phase', 'active', 'inactive'),
  oneOf('industry', 'energy', 'Steel '),
  oneOf('country', 'en', 'PA'),
  oneOf('owner', 'sam', 'Paper', 'steel'),
  oneOf('group', 'dog', 'friend'),
  known('phase', 'industry', 'country', 'owner', 'rating', 'last-purchase', 'group', 'last-interaction'),
  fc.record({ field: fc.constant('rating'), operator: bound, value: fc.constantFrom(0, 10, 15) }),
  fc.record({
    field: fc.constantFrom('last-purchase', 'last-purchase', 'last-interaction'),
    operator: fc.constantFrom('older-than', 'newer-than'),
    value: days,
  }),
  fc.record(
    { field: fc.constant('purchases'), operator: bound, value: amount, within: fc.oneof(days, days, span) },
    { requiredKeys: ['field', 'operator', 'value'] },
  ),
  fc.record({
    field: fc.constant('lifetime-value'),
    of: fc.constant('realised'),
    operator: bound,
    value: amount,
  }),
];
const ofPeople = [
  oneOf('kind', 'name', 'lead', 'contact', 'other'),
  oneOf('lead-level', 'unqualified', 'sales-qualified'),
  known('kind', 'lead-level'),
];

const ruleOf = (of: SegmentAudience): fc.Arbitrary<Rule> =>
  fc.letrec<{ rule: Rule }>((tie) => ({
    rule: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(...ofAll, ...(of === 'people' ? ofPeople : [])) as unknown as fc.Arbitrary<Rule>,
      tie('rule').map((not) => ({ not })),
      fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
      fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    ),
  })).rule;

const window: fc.Arbitrary<Windows> = fc.record({
  days: fc.integer({ min: 5, max: 200 }),
  segments: fc.constantFrom([], [], [{ segmentId: 'list', days: 250 }], [{ segmentId: 'list', days: 3 }]),
});

const question = fc.constantFrom<SegmentAudience>('accounts', 'people').chain((of) =>
  fc.record({
    of: fc.constant(of),
    rule: ruleOf(of),
    windows: window,
    asOf: fc.option(fc.integer({ min: 0, max: 320 }), { freq: 5, nil: undefined }),
    knownAt: fc.option(fc.integer({ min: 0, max: 320 }), { freq: 3, nil: undefined }),
  }),
);

/** Whom a rule holds of by the judgement of memberships, whatever the columns tell. */
async function judged(
  reading: Reading<SegmentTables>,
  moment: Moment,
  definition: Definition,
): Promise<ReadonlyMap<string, boolean>> {
  const found = await rows(
    reading,
    sql<{
      key: string;
    }>`select key from ${sql.id(reading.schema, 'members_heads')} h where key like ${`${categories[definition.of]}-%`}`,
  );
  const keys = found.map(({ key }) => key);
  const of = await statesAt<SegmentTables, Customer>(reading, 'members', moment, keys, { wide: isWide(definition) });
  const at = await instantOf(reading);
  return new Map(
    keys.map((key) => {
      const own = of(key);
      return [key, own !== undefined && verdict(definition, own, of, at, key).holds] as const;
    }),
  );
}

type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

/** Tells a history, and asks of everybody, of each question, whether the columns tell anything else than the judgement. */
async function compared(
  given: readonly GivenEvent[],
  questions: readonly Question[],
  count: { told: number; open: number; holding: number },
): Promise<void> {
  await withDatabase(async (database) => {
    await ensureReadModels(database, [segmentsModel]);
    const log = new MemoryLog(recorded(given));
    const run = running({ feed: log, database, projections: [segmentsModel], batch: 50 });
    try {
      await waitFor(database, [segmentsModel], log.events.at(-1)?.position ?? 0n, 30_000);
      for (const { of, rule, windows, asOf, knownAt } of questions) {
        const moment = {
          asOf: asOf === undefined ? undefined : day(asOf + 0.5),
          knownAt: knownAt === undefined ? undefined : day(knownAt),
        };
        const groups = { policy: policyDefaults['customer-group'], currency: 'EUR' };
        const definition = { of, rule, windows, groups: restsOnGroups(rule) ? groups : undefined };
        await readSteadily(database, segmentsModel, moment, async (reading) => {
          const expected = await judged(reading, moment, definition);
          const inSql = new RuleInSql(reading, moment, definition, await instantOf(reading)).everybody();
          const found = await rows(reading, sql<Decided>`select * from ${inSql} e`);
          const answers = new Map(found.map(({ key, holds }) => [key, holds]));
          expect(answers.size).toBe(found.length);
          for (const [key, holds] of expected) {
            const answer = answers.has(key) ? answers.get(key) : false;
            if (answer === null) count.open++;
            else {
              count.told++;
              if (holds) count.holding++;
              expect([key, moment, rule, answer]).toEqual([key, moment, rule, holds]);
            }
          }
        });
      }
    } finally {
      await run.stop();
    }
  });
}

describe('A rule as PostgreSQL judges it', () => {
  it('follows who counts for whom, and what counts as bought', async () => {
    const order = { kind: 'order', lines: [], amount: eur(100) };
    const bought = (id: string, at: number, who: object): GivenEvent => ({
      ...{ stream: `purchase-${id}`, type: 'PurchaseRecorded', occurredAt: day(at) },
      data: { ...order, ...who, source: { system: 'erp', reference: id }, date: day(at).slice(0, 10) },
    });
    const said = (at: number, stream: string, type: string, data: object): GivenEvent => ({
      ...{ stream, type, data, occurredAt: day(at) },
    });
    const deal = { title: 'Deal', pipelineId: 'default', stage: 'proposal', amount: eur(70), contactIds: [] };
    const lead = { source: 'fair', potential: 'customer' };
    const given = [
      ...['a', 'b'].map((id) => said(0, `account-${id}`, 'AccountOpened', { name: id, roles: ['customer'] })),
      ...['p', 'q'].map((id) => said(1, `person-${id}`, 'LeadRegistered', lead)),
      bought('of-p', 4, { personId: 'p' }),
      said(8, 'person-p', 'LeadConverted', { accountId: 'a', owner: 'sam', requirement: 'sales-qualified' }),
      said(12, 'person-p', 'PersonMergedInto', { survivorId: 'q' }),
      said(16, 'person-p', 'PersonSeparated', { survivorId: 'q' }),
      said(20, 'person-p', 'ContactAccountAssigned', { accountId: 'b', before: 'a' }),
      said(24, 'purchase-of-p', 'PurchaseCancelled', { amount: eur(100), reason: 'Wrong' }),
      said(28, 'opportunity-o', 'OpportunityOpened', { ...deal, accountId: 'a' }),
      said(32, 'opportunity-o', 'OpportunityWon', { from: 'proposal', amount: eur(70) }),
      bought('of-b', 36, { accountId: 'b', orderId: 'other', opportunityId: 'o' }),
      bought('of-a', 40, { accountId: 'a', orderId: 'other', opportunityId: 'o' }),
      said(44, 'opportunity-o', 'OpportunityReopened', { to: 'proposal', reason: 'Mistake' }),
      said(48, 'account-b', 'AccountMergedInto', { survivorId: 'a' }),
    ];
    const rules: readonly Rule[] = [
      { field: 'phase', operator: 'one-of', value: ['active'] },
      { field: 'phase', operator: 'one-of', value: ['potential', 'inactive'] },
      { field: 'last-purchase', operator: 'known' },
      { field: 'lifetime-value', of: 'realised', operator: 'at-least', value: eur(80) },
    ];
    const moments = Array.from({ length: 14 }, (_, turn) => 4 * turn);
    const questions = moments.flatMap((asOf) =>
      rules.flatMap((rule) =>
        (['accounts', 'people'] as const).map((of) => ({
          ...{ of, rule, windows: { days: 15, segments: [] }, asOf, knownAt: undefined },
        })),
      ),
    );
    const count = { told: 0, open: 0, holding: 0 };
    await compared(given, questions, count);
    expect(count.open).toBeGreaterThan(0);
    expect(count.holding).toBeGreaterThan(30);
  }, 60_000);

  it('says of nobody what the judgement of memberships does not say, on any history and at any moment', async () => {
    const count = { told: 0, open: 0, holding: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(aTelling, aTellingOfGroups), { minLength: 30, maxLength: 90, size: 'max' }),
        fc.array(aFact, { minLength: 10, maxLength: 25, size: 'max' }),
        fc.array(question, { minLength: 40, maxLength: 40 }),
        async (told, facts, questions) => {
          const given = [...eventsOf(told), ...facts.map(factOf)].sort((a, b) =>
            (a.recordedAt ?? '') < (b.recordedAt ?? '') ? -1 : Number((a.recordedAt ?? '') > (b.recordedAt ?? '')),
          );
          await compared(given, questions, count);
        },
      ),
      { numRuns: Number(process.env['RULE_RUNS'] ?? 3), endOnFailure: true },
    );
    expect(count.told).toBeGreaterThan(count.open);
    expect(count.holding).toBeGreaterThan(count.told / 20);
  }, 240_000);
});
