import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { later } from '../../libs/kernel/index.js';
import { ensureReadModels, read, waitFor } from '../../libs/read-model/index.js';
import { type GivenEvent, MemoryLog, recorded } from '../../libs/testing/projection.js';
import { ledger, running, withDatabase } from './ledger.js';

const second = (seconds: number): string => new Date(Date.UTC(2020, 0, 1) + seconds * 1_000).toISOString();

interface Step {
  readonly account: number;
  readonly amount: number;
  /** Seconds since the account's event before; often none. */
  readonly occurred: number;
  /** The store's clock may step back. */
  readonly recorded: number;
}

const steps = fc.array(
  fc.record<Step>({
    account: fc.integer({ min: 1, max: 3 }),
    amount: fc.integer({ min: 1, max: 100 }),
    occurred: fc.constantFrom(0, 0, 1, 3),
    recorded: fc.constantFrom(0, 0, 1, 2, 5, -1),
  }),
  { minLength: 1, maxLength: 40 },
);

/** Events whose accounts' times of happening never run backwards, recorded by a clock that may. */
function eventsOf(given: readonly Step[]): GivenEvent[] {
  const occurred = new Map<number, number>();
  let clock = 0;
  return given.map(({ account, amount, occurred: passed, recorded: ticked }) => {
    const before = occurred.get(account);
    const at = (before ?? 0) + passed;
    occurred.set(account, at);
    clock += ticked;
    return {
      stream: `account-${account}`,
      type: before === undefined ? 'Opened' : 'Booked',
      data: before === undefined ? { owner: 'ann' } : { amount },
      occurredAt: second(at),
      recordedAt: second(clock),
    };
  });
}

/** What a replay of the events that happened by `asOf` and were known by `knownAt` gives: account → total. */
function replayed(events: readonly GivenEvent[], asOf: string, knownAt: string): Record<string, number> {
  const totals: Record<string, number> = {};
  const learnt = new Map<string, string>();
  for (const { stream, data, occurredAt, recordedAt = occurredAt } of events) {
    const known = later(learnt.get(stream) ?? recordedAt, recordedAt);
    learnt.set(stream, known);
    if (occurredAt > asOf || known > knownAt) continue;
    const id = stream.slice('account-'.length);
    totals[id] = (totals[id] ?? 0) + ((data as { amount?: number }).amount ?? 0);
  }
  return totals;
}

describe('as of any instant, on both axes', () => {
  it('the rows are those of a replay that is cut there', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.array(fc.tuple(fc.integer({ min: -1, max: 45 }), fc.integer({ min: -5, max: 60 })), {
          minLength: 8,
          maxLength: 8,
        }),
        fc.integer({ min: 1, max: 9 }),
        async (given, moments, batch) => {
          const events = eventsOf(given);
          await withDatabase(async (database) => {
            await ensureReadModels(database, [ledger()]);
            const log = new MemoryLog(recorded(events));
            const run = running({ feed: log, database, projections: [ledger()], batch });
            try {
              await waitFor(database, ledger(), log.events.at(-1)?.position ?? 0n, 20_000);
              const totals = (asOf?: string, knownAt?: string) =>
                read(database, ledger(), { asOf, knownAt }, async ({ db, at }) => {
                  const rows = await db.selectFrom(at('accounts').as('a')).select(['id', 'total']).execute();
                  // An account that shows twice is an answer that no replay gives.
                  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
                  return Object.fromEntries(rows.map(({ id, total }) => [id, total]));
                });
              for (const [t, k] of moments) {
                expect(await totals(second(t), second(k))).toEqual(replayed(events, second(t), second(k)));
              }
              const [t, k] = moments[0] ?? [0, 0];
              expect(await totals(second(t))).toEqual(replayed(events, second(t), '9999'));
              expect(await totals(undefined, second(k))).toEqual(replayed(events, '9999', second(k)));
              expect(await totals()).toEqual(replayed(events, '9999', '9999'));
            } finally {
              await run.stop();
            }
          });
        },
      ),
      { numRuns: 25 },
    );
  }, 180_000);
});
