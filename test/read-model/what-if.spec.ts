import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PolicyName } from '../../libs/domain/policy/policy.events.js';
import type { Rule, SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import { type Database, ensureReadModels, type Moment, waitFor } from '../../libs/read-model/index.js';
import { allRows, type GivenEvent, MemoryLog, recorded } from '../../libs/testing/projection.js';
import { customers } from '../../projections/customers/index.js';
import { customersList } from '../../projections/customers/queries.js';
import { customersWhatIf, type PhasesAssumption, phasesBy, phasesWhatIf } from '../../projections/customers/what-if.js';
import { segmentsModel } from '../../projections/segments/index.js';
import { membersOfSegment } from '../../projections/segments/queries.js';
import { membersWhatIf, type SegmentAssumption, segmentWhatIf } from '../../projections/segments/what-if.js';
import { aTelling, day, eventsOf } from './customers-told.js';
import { running, withDatabase } from './ledger.js';

const models = [segmentsModel, customers];

const defined = (id: string, at: number, of: SegmentAudience, rule: Rule, version: number): GivenEvent => ({
  stream: `segment-${id}`,
  type: 'SegmentDefined',
  data: { name: id, of, rule, version },
  occurredAt: day(at),
});
const changed = (policy: PolicyName, at: number, version: number, value: object): GivenEvent => ({
  stream: `policy-${policy}`,
  type: 'PolicyChanged',
  data: { policy, version, value },
  occurredAt: day(at),
});

async function withModels(given: readonly GivenEvent[], check: (database: Database) => Promise<void>): Promise<void> {
  await withDatabase(async (database) => {
    await ensureReadModels(database, models);
    const log = new MemoryLog(recorded(given));
    const run = running({ feed: log, database, projections: models, batch: 200 });
    try {
      await waitFor(database, models, log.events.at(-1)?.position ?? 0n, 30_000);
      await check(database);
    } finally {
      await run.stop();
    }
  });
}

const membersAt = async (database: Database, id: string, moment: Moment): Promise<readonly string[]> =>
  (await membersOfSegment(database, { id, seesNames: true, ...moment }))?.items.map((member) => member.id) ?? [];

/** All pages of two. */
async function every<Item>(
  page: (cursor: string | undefined) => Promise<{ items: readonly Item[]; next: string | null } | null>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (let cursor: string | null | undefined = undefined; cursor !== null;) {
    const found: { items: readonly Item[]; next: string | null } | null = await page(cursor);
    all.push(...(found?.items ?? []));
    cursor = found?.next ?? null;
  }
  return all;
}

/** Phase, and the group of who bought. */
type Place = readonly [phase: string, group: string | null];

const phasesAt = async (database: Database, moment: Moment): Promise<ReadonlyMap<string, Place>> =>
  new Map((await customersList(database, moment)).items.map(({ id, phase, group }) => [id, [phase, group]]));

const counted = (places: Iterable<string>): object => {
  const counts: Record<string, number> = {};
  for (const place of places) counts[place] = (counts[place] ?? 0) + 1;
  return counts;
};

const placeOf = ({ phase, group }: { phase: string | null; group: string | null }): string =>
  [phase, group].filter((name) => name !== null).join(' ');

const inBy = (by: (typeof phasesBy)[number], [phase, group]: Place): string =>
  placeOf({ phase: by === 'group' ? null : phase, group: by === 'phase' ? null : group });

const conditions: readonly Rule[] = [
  { field: 'phase', operator: 'one-of', value: ['inactive'] },
  { field: 'phase', operator: 'one-of', value: ['active', 'potential'] },
  { field: 'purchases', operator: 'at-least', value: { amount: 100, currency: 'EUR' }, within: { days: 150 } },
  { field: 'purchases', operator: 'at-most', value: { amount: 60, currency: 'EUR' } },
  { field: 'last-purchase', operator: 'older-than', value: { days: 100 } },
  { field: 'last-interaction', operator: 'newer-than', value: { days: 200 } },
  { field: 'last-interaction', operator: 'known' },
  { field: 'group', operator: 'one-of', value: ['dog'] },
  { field: 'group', operator: 'one-of', value: ['friend', 'economist'] },
];
const condition = fc.constantFrom(...conditions);
const rule: fc.Arbitrary<Rule> = fc.oneof(
  condition,
  condition.map((not) => ({ not })),
  fc.tuple(condition, condition).map((all) => ({ all })),
  fc.tuple(condition, condition).map((any) => ({ any })),
);
const windows = fc.record({
  days: fc.integer({ min: 5, max: 400 }),
  segments: fc.constantFrom([], [{ segmentId: 'list', days: 350 }], [{ segmentId: 'none', days: 350 }]),
});
const groups = fc.record({
  periodDays: fc.integer({ min: 10, max: 700 }),
  relationship: fc.record({
    satisfaction: fc.constant(70),
    response: fc.constantFrom(0, 40, 60),
    interaction: fc.nat(3),
    needed: fc.constantFrom(1, 2),
  }),
  buying: fc.record({
    value: fc.nat(200),
    share: fc.constant(50),
    recency: fc.integer({ min: 10, max: 600 }),
    needed: fc.constantFrom(1, 2),
  }),
});

/** What could be so at the end, and what is asked on the way. */
const question = fc.record({
  of: fc.constantFrom<SegmentAudience>('accounts', 'people'),
  standing: rule,
  assumed: rule,
  inactivityWindow: fc.option(windows, { nil: undefined }),
  customerGroup: fc.option(groups, { nil: undefined }),
  moments: fc.array(fc.tuple(fc.integer({ min: 0, max: 420 }), fc.integer({ min: 0, max: 300 })), {
    minLength: 5,
    maxLength: 5,
  }),
});

/** Everything is told by then. */
const end = 600;

describe('what if', () => {
  it('is on any history what becomes of it, differs in nothing from what stands, and changes nothing', async () => {
    let moved = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(aTelling, { minLength: 30, maxLength: 90, size: 'max' }),
        question,
        async (told, { of, standing, assumed, inactivityWindow, customerGroup, moments }) => {
          const given = [defined('tried', 0, of, standing, 1), ...eventsOf(told)];
          const asOf = day(end + 1);
          const policies: PhasesAssumption = {
            ...(inactivityWindow && { inactivityWindow }),
            ...(customerGroup && { customerGroup }),
          };
          const trial: SegmentAssumption = { rule: assumed, ...policies };
          const asked = { segmentId: 'tried', seesNames: true };
          let members: readonly string[] = [];
          const places = new Map<string, object>();
          let leaving: ReadonlyMap<string, Place> = new Map();
          await withModels(given, async (database) => {
            const before = await Promise.all(models.map((model) => allRows(database, model)));
            for (const moment of [{}, ...moments.map(([t, k]) => ({ asOf: day(t + 0.5), knownAt: day(k) }))]) {
              const standingStill = await segmentWhatIf(database, { ...asked, ...moment }, {});
              const today = await membersAt(database, 'tried', moment);
              expect(standingStill).toMatchObject({
                ...{ today: today.length, assumed: today.length, difference: 0, entering: 0, leaving: 0 },
              });
              const phases = await phasesAt(database, moment);
              for (const by of ['phase', 'phase-and-group'] as const) {
                const still = await phasesWhatIf(database, { by, ...moment }, {});
                expect(still.moves).toEqual([]);
                expect(Object.fromEntries(still.rows.map((row) => [placeOf(row), row.today]))).toEqual(
                  counted([...phases.values()].map((place) => inBy(by, place))),
                );
              }
            }
            const counts = await segmentWhatIf(database, { ...asked, asOf }, trial);
            const moves = await every((cursor) => membersWhatIf(database, { ...asked, asOf, limit: 2, cursor }, trial));
            const today = await membersAt(database, 'tried', { asOf });
            const those = (move: string) => moves.filter((one) => one.move === move).map(({ id }) => id);
            members = [...today.filter((id) => !those('leaves').includes(id)), ...those('enters')].sort();
            expect(counts).toMatchObject({
              ...{ today: today.length, assumed: members.length, entering: those('enters').length },
              ...{ leaving: those('leaves').length, difference: members.length - today.length },
            });
            for (const by of phasesBy) {
              const { rows } = await phasesWhatIf(database, { by, asOf }, policies);
              const there = rows.filter((row) => row.assumed > 0).map((row) => [placeOf(row), row.assumed]);
              places.set(by, Object.fromEntries(there) as object);
              expect(rows.reduce((sum, { difference }) => sum + difference, 0)).toBe(0);
            }
            const elsewhere = await every((cursor) =>
              customersWhatIf(database, { by: 'phase-and-group', asOf, limit: 2, cursor }, policies),
            );
            const is = await phasesAt(database, { asOf });
            expect(elsewhere.map(({ id, today: at }) => [id, [at.phase, at.group]])).toEqual(
              elsewhere.map(({ id }) => [id, is.get(id)]),
            );
            leaving = new Map(elsewhere.map(({ id, assumed: at }) => [id, [at.phase, at.group]]));
            moved += moves.length + elsewhere.length;
            expect(await Promise.all(models.map((model) => allRows(database, model)))).toEqual(before);
          });
          const held = given.filter(({ stream }) => stream === 'policy-inactivity.window').length;
          const madeSo = [
            ...(inactivityWindow ? [changed('inactivity.window', end, held + 1, inactivityWindow)] : []),
            ...(customerGroup ? [changed('customer-group', end, 1, customerGroup)] : []),
            defined('tried', end, of, assumed, 2),
          ];
          await withModels([...given, ...madeSo], async (database) => {
            expect([...(await membersAt(database, 'tried', { asOf }))].sort()).toEqual(members);
            const then = await phasesAt(database, { asOf });
            for (const by of phasesBy) {
              expect(places.get(by)).toEqual(counted([...then.values()].map((place) => inBy(by, place))));
            }
            for (const [id, place] of leaving) expect([id, then.get(id)]).toEqual([id, place]);
          });
        },
      ),
      { numRuns: Number(process.env['WHAT_IF_RUNS'] ?? 4), endOnFailure: true },
    );
    expect(moved).toBeGreaterThan(0);
  }, 240_000);
});
