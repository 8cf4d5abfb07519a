import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { customerGroups } from '../../libs/domain/account/customer-group.rules.js';
import { type Rule, type SegmentAudience, segmentAudiences } from '../../libs/domain/segment/segment.rules.js';
import type { Instant } from '../../libs/kernel/index.js';
import { type Database, ensureReadModels, type Moment, type Projection, waitFor } from '../../libs/read-model/index.js';
import { allRows, type GivenEvent, MemoryLog, recorded } from '../../libs/testing/projection.js';
import { inGroup } from '../../projections/customers/in-group.js';
import { customers } from '../../projections/customers/index.js';
import { customersList } from '../../projections/customers/queries.js';
import { segmentsModel } from '../../projections/segments/index.js';
import { membersOfSegment } from '../../projections/segments/queries.js';
import { segmentWhatIf } from '../../projections/segments/what-if.js';
import { aTellingOfGroups, day, eventsOf } from './customers-told.js';
import { running, withDatabase } from './ledger.js';

const groupIs = (group: string): Rule => ({ field: 'group', operator: 'one-of', value: [group] });
const grouped: Rule = { field: 'group', operator: 'known' };

interface Segment {
  readonly id: string;
  readonly of: SegmentAudience;
  readonly rule: Rule;
}

const ofGroups: readonly Segment[] = segmentAudiences.flatMap((of) =>
  customerGroups.map((group) => ({ id: `${group}-${of}`, of, rule: groupIs(group) })),
);
const others: readonly Segment[] = [
  { id: 'everybody', of: 'people', rule: { any: [grouped, { not: grouped }] } },
  {
    id: 'mixed',
    of: 'people',
    rule: { all: [groupIs('dog'), { field: 'phase', operator: 'one-of', value: ['active'] }] },
  },
  { id: 'near', of: 'people', rule: { field: 'last-interaction', operator: 'newer-than', value: { days: 50 } } },
];

const defined = ({ id, of, rule }: Segment, recordedAt: Instant): GivenEvent => ({
  stream: `segment-${id}`,
  type: 'SegmentDefined',
  data: { name: id, of, rule, version: 1 },
  occurredAt: day(0),
  recordedAt,
});

/** Without it, hardly anybody would be more than a dog. */
const kind: GivenEvent = {
  stream: 'policy-customer-group',
  type: 'PolicyChanged',
  data: {
    policy: 'customer-group',
    version: 1,
    value: {
      periodDays: 90,
      relationship: { satisfaction: 50, response: 40, interaction: 2, needed: 1 },
      buying: { value: 90, share: 50, recency: 40, needed: 2 },
    },
  },
  occurredAt: day(0),
};

/** Half of the segments are there before all that their rules ask for, the others come in between. */
const history = fc
  .tuple(fc.array(aTellingOfGroups, { minLength: 40, maxLength: 110, size: 'max' }), fc.nat(100))
  .map(([told, place]) => {
    const events = eventsOf(told, { 'customer-group': 1 });
    const middle = Math.min(events.length, 7 + place);
    const known = events[middle - 1]?.recordedAt ?? day(0);
    const early = [...others, ...ofGroups.filter((_, turn) => turn % 2 === 0)];
    const late = ofGroups.filter((segment) => !early.includes(segment));
    return {
      knownSince: new Map(ofGroups.map((segment) => [segment.id, early.includes(segment) ? day(0) : known])),
      given: [
        kind,
        ...early.map((segment) => defined(segment, day(0))),
        ...events.slice(0, middle),
        ...late.map((segment) => defined(segment, known)),
        ...events.slice(middle),
      ],
    };
  });

async function projected(
  given: readonly GivenEvent[],
  { projections, batch }: { readonly projections: readonly Projection[]; readonly batch: number },
  check: (database: Database) => Promise<void>,
): Promise<void> {
  await withDatabase(async (database) => {
    await ensureReadModels(database, projections);
    const log = new MemoryLog(recorded(given));
    const run = running({ feed: log, database, projections, batch });
    try {
      await waitFor(database, projections, log.events.at(-1)?.position ?? 0n, 60_000);
      await check(database);
    } finally {
      await run.stop();
    }
  });
}

const membersAt = async (database: Database, id: string, moment: Moment): Promise<readonly string[]> =>
  (await membersOfSegment(database, { id, seesNames: true, ...moment }))?.items.map((member) => member.id) ?? [];

const runs = Number(process.env['KRONIEK_GROUP_RUNS'] ?? 8);

describe('the group of a customer', () => {
  it('is the same at any instant, on both axes, for segments, for lists of customers and for some of whom it is asked', async () => {
    const moment = fc.tuple(
      fc.integer({ min: 0, max: 420 }),
      fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constant(400)),
    );
    const told = new Map<string, number>();
    const asked = [
      history,
      fc.array(moment, { minLength: 15, maxLength: 15 }),
      fc.integer({ min: 1, max: 40 }),
    ] as const;
    // Every group has members in this one, whatever is drawn besides.
    const examples = fc.sample(fc.tuple(...asked), { seed: 3, numRuns: 1 });
    await fc.assert(
      fc.asyncProperty(...asked, async ({ given, knownSince }, moments, batch) => {
        await projected(given, { projections: [customers, segmentsModel], batch }, async (database) => {
          for (const [t, k] of moments) {
            const at = { asOf: day(t + 0.5), knownAt: day(k) };
            const everybody = new Set(await membersAt(database, 'everybody', at));
            const organisations = (await customersList(database, { ...at, kind: 'account' })).items.map(({ id }) => id);
            for (const group of customerGroups) {
              const listed = (await customersList(database, { ...at, group })).items;
              const accounts = listed.filter((one) => one.kind === 'account').map(({ id }) => id);
              const found = await inGroup(database, group, [...everybody, ...organisations], at);
              expect(organisations.filter((id) => found.has(id))).toEqual(accounts);
              // Who continues as somebody else is on no list of its own.
              const people = [...found].filter((id) => everybody.has(id)).sort();
              for (const [of, expected] of Object.entries({ accounts, people })) {
                const id = `${group}-${of}`;
                if (at.knownAt < (knownSince.get(id) ?? '')) continue;
                expect({ id, ...at, members: await membersAt(database, id, at) }).toEqual({
                  ...{ id, ...at, members: expected },
                });
                told.set(group, (told.get(group) ?? 0) + expected.length);
              }
            }
            const mixed = { segmentId: 'mixed', seesNames: true, ...at };
            expect(await segmentWhatIf(database, mixed, {})).toMatchObject({ entering: 0, leaving: 0 });
          }
        });
      }),
      { numRuns: runs + 1, examples, endOnFailure: true },
    );
    expect(customerGroups.filter((group) => (told.get(group) ?? 0) === 0)).toEqual([]);
  }, 600_000);

  it('is followed to the same rows however the log is cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 25 }), async ({ given }, batch) => {
        const rowsOf = async (size: number): Promise<unknown> => {
          let rows: unknown;
          await projected(given, { projections: [segmentsModel], batch: size }, async (database) => {
            rows = (await allRows(database, segmentsModel))['members'];
          });
          return rows;
        };
        expect(await rowsOf(batch)).toEqual(await rowsOf(1_000));
      }),
      { numRuns: runs, endOnFailure: true },
    );
  }, 600_000);
});
