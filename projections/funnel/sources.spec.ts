import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { later } from '../../libs/kernel/index.js';
import { day, deal, lead, lost, opened, won } from '../../libs/testing/funnel.js';
import { type GivenEvent, givenEvents } from '../../libs/testing/projection.js';
import { funnel } from './index.js';
import { winRateReport } from './queries.js';

const reopened = (id: string, at: string) =>
  deal(`opportunity-${id}`, 'OpportunityReopened', at, { to: 'first', reason: 'again' });
const reassigned = (id: string, at: string) =>
  deal(`opportunity-${id}`, 'OpportunityReassigned', at, { from: 'ann', to: 'ben' });

describe('the win rate by source', () => {
  it('is what going through the opportunities one by one gives, on both axes', async () => {
    const step = fc.record({
      deal: fc.integer({ min: 0, max: 3 }),
      what: fc.constantFrom('won', 'lost', 'reopened', 'reassigned', 'lead', 'lead'),
      days: fc.constantFrom(0, 1, 20),
      late: fc.constantFrom(0, 0, 15),
    });
    const moments = fc.array(fc.tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 120 })), {
      minLength: 6,
      maxLength: 6,
    });
    const contacts = [['p0', 'p1'], ['p1'], ['p2', 'p0', 'p1'], []];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), moments, async (steps, at) => {
        const events: GivenEvent[] = [];
        const open = new Map<string, boolean>();
        const clocks = new Map<string, string>();
        let [today, recorded] = [0, 0];
        for (const { deal: place, what, days, late } of steps) {
          today += days;
          recorded = Math.max(recorded, today + late);
          const id = what === 'lead' ? `p${place % 3}` : `d${place}`;
          const on = later(clocks.get(id) ?? '', day(1 + today));
          const more = { recordedAt: later(on, day(1 + recorded)) };
          const isOpen = open.get(id);
          if (what === 'lead') {
            if (isOpen === undefined) events.push({ ...lead(id, on, `of ${id}`), ...more });
            open.set(id, true);
          } else if (isOpen === undefined) {
            events.push({ ...opened(id, on, contacts[place] ?? [], 'ann'), ...more });
            open.set(id, true);
          } else if (what === 'reassigned') {
            events.push({ ...reassigned(id, on), ...more });
          } else if (isOpen === (what !== 'reopened')) {
            const moved = what === 'won' ? won(id, on) : what === 'lost' ? lost(id, on, 'price') : reopened(id, on);
            events.push({ ...moved, ...more });
            open.set(id, !isOpen);
          }
          clocks.set(id, on);
        }
        await givenEvents(...events).projectedBy(
          funnel,
          async ({ database }) => {
            for (const [t, k] of at) {
              const moment = { asOf: day(1 + t), knownAt: day(1 + k) };
              const known = events.filter(
                ({ occurredAt, recordedAt = occurredAt }) => occurredAt <= moment.asOf && recordedAt <= moment.knownAt,
              );
              for (const owner of [undefined, 'ben']) {
                const found = await winRateReport(database, { ...moment, per: 'month', by: 'source', owner });
                const told = found.map((row) => [row.period, row.group, row.won, row.lost, row.averageSecondsToWin]);
                expect({ moment, owner, told }).toEqual({ moment, owner, told: bySource(known, contacts, owner) });
              }
            }
          },
          [],
        );
      }),
      { numRuns: 5 },
    );
  }, 120_000);
});

/** Period, source, won, lost, average time to win: by going through the opportunities one by one. */
function bySource(events: readonly GivenEvent[], contacts: readonly (readonly string[])[], owner?: string): unknown[] {
  const rows = new Map<string, { won: number; lost: number; seconds: number }>();
  for (const [place, ids] of contacts.entries()) {
    const own = events.filter(({ stream }) => stream === `opportunity-d${place}`);
    const last = own.filter(({ type }) => /Won|Lost|Reopened/.test(type)).at(-1);
    if (!last || last.type === 'OpportunityReopened') continue;
    const present = own.some(({ type }) => type === 'OpportunityReassigned') ? 'ben' : 'ann';
    if (owner !== undefined && present !== owner) continue;
    const first = ids.find((id) => events.some(({ stream }) => stream === `person-${id}`));
    const key = JSON.stringify([last.occurredAt.slice(0, 7), first === undefined ? null : `of ${first}`]);
    const row = rows.get(key) ?? { won: 0, lost: 0, seconds: 0 };
    rows.set(key, row);
    if (last.type === 'OpportunityLost') row.lost += 1;
    else {
      row.won += 1;
      row.seconds += (Date.parse(last.occurredAt) - Date.parse(own[0]?.occurredAt ?? '')) / 1_000;
    }
  }
  return [...rows]
    .map(([key, row]) => {
      const [period, source] = JSON.parse(key) as readonly [string, string | null];
      const { won: all, lost: others, seconds } = row;
      return { period, source, told: [period, source, all, others, all === 0 ? null : Math.round(seconds / all)] };
    })
    .sort((a, b) => {
      if (a.period !== b.period) return a.period < b.period ? -1 : 1;
      return a.source === null || (b.source !== null && a.source > b.source) ? 1 : -1;
    })
    .map(({ told }) => told);
}
