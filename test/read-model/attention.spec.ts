import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Database, ensureReadModels, waitFor } from '../../libs/read-model/index.js';
import { type GivenEvent, MemoryLog, recorded } from '../../libs/testing/projection.js';
import { attentionDue, type AttentionAsked } from '../../projections/customers/attention-due.js';
import { customers } from '../../projections/customers/index.js';
import { segmentsModel } from '../../projections/segments/index.js';
import { aTelling, day, eventsOf } from './customers-told.js';
import { running, withDatabase } from './ledger.js';
import { Analyst } from './views.js';

const inView = `select concat_ws('|', due_at at time zone 'UTC', customer_id, phase, rule, days_overdue, failed_attempts, owner)
  from analytics.attention`;

/** All pages of two, as lines. */
async function lines(database: Database, asked: AttentionAsked): Promise<readonly string[]> {
  const found: string[] = [];
  for (let cursor: string | null | undefined = undefined; cursor !== null;) {
    const page: Awaited<ReturnType<typeof attentionDue>> = await attentionDue(database, { ...asked, limit: 2, cursor });
    found.push(
      ...page.items.map(({ dueAt, customerId, phase, rule, daysOverdue, failedAttempts, owner }) =>
        [dueAt.replace('T', ' ').replace(/(\.000)?Z$/, ''), customerId, phase, rule, daysOverdue, failedAttempts, owner]
          .filter((value) => value !== null)
          .join('|'),
      ),
    );
    cursor = page.next;
  }
  return found;
}

/** Every customer has an owner from the beginning. */
const withOwners = (given: readonly GivenEvent[]): readonly GivenEvent[] =>
  given.map((event) =>
    event.type === 'AccountOpened' || event.type === 'LeadRegistered'
      ? { ...event, data: { ...event.data, owner: event.stream.length % 2 === 0 ? 'kim' : 'sam' } }
      : event,
  );

const cadence = fc.array(
  fc.record(
    {
      phase: fc.constantFrom('suspect', 'prospect', 'potential', 'active', 'inactive'),
      group: fc.constantFrom('partner', 'friend', 'economist', 'dog'),
      days: fc.integer({ min: 1, max: 120 }),
    },
    { requiredKeys: [] },
  ),
  { minLength: 1, maxLength: 5 },
);

describe('who is due for attention', () => {
  it('comes page by page as the view tells it of everybody, and of an owner', async () => {
    const moment = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 400 }));
    let due = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(aTelling, { minLength: 30, maxLength: 90, size: 'max' }),
        fc.option(cadence, { nil: undefined }),
        fc.array(moment, { minLength: 12, maxLength: 12 }),
        async (said, rules, moments) => {
          const policy = { policy: 'attention.cadence', version: 1, value: { rules } };
          const given = [
            ...(rules
              ? [{ stream: 'policy-attention.cadence', type: 'PolicyChanged', data: policy, occurredAt: day(0) }]
              : []),
            ...withOwners(eventsOf(said)),
          ];
          await withDatabase(async (database) => {
            const models = [segmentsModel, customers];
            await ensureReadModels(database, models);
            const log = new MemoryLog(recorded(given));
            const run = running({ feed: log, database, projections: models, batch: 40 });
            const analyst = await Analyst.at(database);
            try {
              await waitFor(database, models, log.events.at(-1)?.position ?? 0n, 20_000);
              for (const [t, k] of moments) {
                const at = { asOf: day(t + 0.5), knownAt: day(k) };
                const all = await analyst.lines(inView, at);
                expect(await lines(database, at)).toEqual(all);
                expect(await lines(database, { ...at, owner: 'sam' })).toEqual(
                  all.filter((line) => line.endsWith('|sam')),
                );
                due += all.length;
              }
            } finally {
              await analyst.end();
              await run.stop();
            }
          });
        },
      ),
      { numRuns: 6, endOnFailure: true },
    );
    expect(due).toBeGreaterThan(0);
  }, 240_000);
});
