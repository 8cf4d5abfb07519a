import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inactiveFrom } from '../../libs/domain/account/phase.rules.js';
import { idOf, type Instant, plusDays } from '../../libs/kernel/index.js';
import { ensureReadModels, waitFor } from '../../libs/read-model/index.js';
import { type GivenEvent, MemoryLog, recorded } from '../../libs/testing/projection.js';
import { customerDetail } from '../../projections/customers/detail.js';
import { customers } from '../../projections/customers/index.js';
import { customersList } from '../../projections/customers/queries.js';
import type { Retention } from '../../projections/customers/retention.js';
import { aTelling, day, eur, eventsOf } from './customers-told.js';
import { running, withDatabase } from './ledger.js';

interface Bought {
  readonly subject: string;
  readonly at: Instant;
  readonly amount: number;
  readonly opportunityId?: string | undefined;
}

interface Touch {
  readonly subjects: readonly string[];
  readonly at: Instant;
  readonly reached: boolean;
}

interface Replayed {
  readonly id: string;
  readonly phase: string;
  readonly daysSilent: number;
}

/**
 * Every customer as plain reading of the events gives it that happened by `asOf` and were known by `knownAt`; and how many
 * of those who bought in the year before the last one did so in that one too.
 */
function replayed(
  given: readonly GivenEvent[],
  asOf: Instant,
  knownAt: Instant,
): { readonly all: readonly Replayed[]; readonly retention: Pick<Retention, 'customers' | 'retained'> } {
  const ups = new Map<string, string | undefined>();
  const leads = new Map<string, { level: string; out: boolean; contact: boolean; known: Instant }>();
  const accounts = new Map<string, Instant>();
  const purchases = new Map<string, Bought>();
  const wins = new Map<string, Bought>();
  const deals: string[] = [];
  const touches: Touch[] = [];
  const lists = new Set<string>();
  const words = new Map<string, { readonly at: Instant; readonly belongs: boolean }>();
  let window = { days: 180, segments: [] as readonly { readonly segmentId: string; readonly days: number }[] };
  for (const { stream, type, data, occurredAt, recordedAt = occurredAt } of given) {
    if (occurredAt > asOf || recordedAt > knownAt) continue;
    const id = idOf(stream);
    const said = data as Readonly<Record<string, string>> & {
      readonly amount: { readonly amount: number };
      readonly value: typeof window;
      readonly members: readonly string[];
    };
    const lead = leads.get(id);
    if (type === 'AccountOpened') accounts.set(id, occurredAt);
    if (type === 'AccountMergedInto') ups.set(id, said['survivorId']);
    if (type === 'AccountSeparated' || type === 'ConversionReverted') ups.delete(id);
    if (type === 'LeadRegistered')
      leads.set(id, { level: 'unqualified', out: false, contact: false, known: occurredAt });
    if (lead && type === 'LeadQualified') lead.level = 'sales-qualified';
    if (lead && type === 'LeadDisqualified') lead.out = true;
    if (lead && type === 'LeadRecycled') Object.assign(lead, { out: false, level: 'unqualified' });
    if (lead && (type === 'LeadConverted' || type === 'ContactAccountAssigned')) {
      lead.contact = true;
      ups.set(id, said['accountId']);
    }
    if (lead && type === 'ConversionReverted') lead.contact = false;
    if (type === 'PurchaseRecorded') {
      const subject = said['accountId'] ?? said['personId'] ?? '';
      purchases.set(id, { subject, at: `${said['date'] ?? ''}T00:00:00.000Z`, amount: said.amount.amount });
      const found = purchases.get(id);
      if (found && said['date'] === occurredAt.slice(0, 10)) purchases.set(id, { ...found, at: occurredAt });
    }
    const known = purchases.get(id);
    if (known && type === 'PurchaseCancelled') purchases.set(id, { ...known, amount: NaN });
    if (known && type === 'PurchaseOpportunityAssigned') {
      purchases.set(id, { ...known, opportunityId: said['opportunityId'] });
    }
    if (type === 'OpportunityOpened') {
      deals.push(said['accountId'] ?? '');
      wins.set(id, { subject: said['accountId'] ?? '', at: '', amount: NaN });
    }
    const win = wins.get(id);
    if (win && type === 'OpportunityWon') wins.set(id, { ...win, at: occurredAt, amount: said.amount.amount });
    if (win && type === 'OpportunityReopened') wins.set(id, { ...win, amount: NaN });
    if (type === 'ActivityLogged') {
      const subjects = [said['accountId'], said['personId']].filter((one) => one !== undefined);
      touches.push({ subjects, at: occurredAt, reached: said['outcome'] === 'reached' });
    }
    if (type === 'StaticListMembersAdded') for (const member of said.members) lists.add(member);
    if (type === 'StaticListMembersRemoved') for (const member of said.members) lists.delete(member);
    if (
      (type === 'CustomerEnteredSegment' || type === 'CustomerLeftSegment') &&
      (words.get(id)?.at ?? '') <= occurredAt
    ) {
      words.set(id, { at: occurredAt, belongs: type === 'CustomerEnteredSegment' });
    }
    if (type === 'PolicyChanged') window = said.value;
  }
  const exists = (id: string): boolean => accounts.has(id) || leads.has(id);
  const rootOf = (id: string): string | undefined => {
    const up = ups.get(id);
    if (!exists(id)) return undefined;
    return up === undefined ? id : rootOf(up);
  };
  const named = new Set([...purchases.values()].map(({ opportunityId }) => opportunityId));
  const counted = [...purchases.values(), ...[...wins].flatMap(([id, win]) => (named.has(id) ? [] : [win]))];
  const retention = { customers: 0, retained: 0 };
  const [lastYear, yearBefore] = [plusDays(asOf, -365), plusDays(asOf, -730)];
  const all = [...accounts.keys(), ...leads.keys()]
    .filter((id) => rootOf(id) === id)
    .sort()
    .map((id) => {
      const bought = counted.filter(({ subject, amount }) => rootOf(subject) === id && !Number.isNaN(amount));
      const isIn = (from: Instant, to: Instant): boolean => bought.some(({ at }) => at > from && at <= to);
      if (isIn(yearBefore, lastYear)) {
        retention.customers++;
        if (isIn(lastYear, asOf)) retention.retained++;
      }
      const own = touches.filter(({ subjects }) => subjects.some((subject) => rootOf(subject) === id));
      const latest = (instants: readonly Instant[]): Instant | null => [...instants].sort().at(-1) ?? null;
      const lastPurchase = latest(bought.map(({ at }) => at));
      const lastInteraction = latest(own.filter(({ reached }) => reached).map(({ at }) => at));
      const missed = own.filter(({ reached }) => !reached).map(({ at }) => at);
      const belongsTo = { list: lists.has(id), ruled: words.get(id)?.belongs ?? false };
      const windows = window.segments.filter(({ segmentId }) => belongsTo[segmentId as keyof typeof belongsTo]);
      const days = windows.length === 0 ? window.days : Math.max(...windows.map((one) => one.days));
      const lead = leads.get(id);
      const hasContact = [...leads].some(([person, { contact }]) => contact && rootOf(person) === id);
      const standing = lead
        ? lead.out
          ? 'suspect'
          : lead.level === 'sales-qualified'
            ? 'potential'
            : 'prospect'
        : hasContact || deals.some((account) => rootOf(account) === id)
          ? 'potential'
          : 'suspect';
      const still = lastPurchase !== null && asOf < inactiveFrom(lastPurchase, days) ? 'active' : 'inactive';
      const since = lastInteraction ?? accounts.get(id) ?? lead?.known ?? '';
      return {
        id,
        phase: lastPurchase === null ? standing : still,
        lastPurchase,
        lastInteraction,
        lastAttempt: latest(missed),
        failedAttempts: missed.filter((at) => at > (lastInteraction ?? '')).length,
        daysSilent: Math.floor((Date.parse(asOf) - Date.parse(since)) / 86_400_000),
        purchases: bought.length,
        realised: bought.length === 0 ? null : eur(bought.reduce((sum, { amount }) => sum + amount, 0)),
      };
    });
  return { all, retention };
}

describe('customers', () => {
  it('are at any instant, on both axes, what a replay that is cut there gives', async () => {
    const moment = fc.tuple(
      fc.oneof(fc.integer({ min: -1, max: 500 }), fc.integer({ min: 365, max: 1_000 })),
      fc.oneof(fc.integer({ min: -1, max: 400 }), fc.constant(400)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(aTelling, { minLength: 30, maxLength: 90, size: 'max' }),
        fc.array(moment, { minLength: 20, maxLength: 20 }),
        fc.integer({ min: 1, max: 30 }),
        async (said, moments, batch) => {
          const given = eventsOf(said);
          await withDatabase(async (database) => {
            await ensureReadModels(database, [customers]);
            const log = new MemoryLog(recorded(given));
            const run = running({ feed: log, database, projections: [customers], batch });
            try {
              await waitFor(database, customers, log.events.at(-1)?.position ?? 0n, 20_000);
              for (const [t, k] of moments) {
                const [asOf, knownAt] = [day(t + 0.5), day(k)];
                const { all: expected, retention } = replayed(given, asOf, knownAt);
                const { items } = await customersList(database, { asOf, knownAt });
                expect(items.map((found) => picked(found))).toEqual(expected);
                for (const phase of ['active', 'inactive'] as const) {
                  const fitting = await customersList(database, { asOf, knownAt, phase });
                  const those = expected.filter((one) => one.phase === phase).map(({ id }) => id);
                  expect({ phase, ids: fitting.items.map(({ id }) => id) }).toEqual({ phase, ids: those });
                }
                for (const phase of [([undefined, 'inactive', 'active'] as const)[k % 3]]) {
                  const silent = [...expected]
                    .filter((one) => phase === undefined || one.phase === phase)
                    .sort((a, b) => b.daysSilent - a.daysSilent || (a.id < b.id ? 1 : -1));
                  // Page by page, so that few are judged at once.
                  const ids: string[] = [];
                  for (let cursor: string | undefined; ;) {
                    const asked = { asOf, knownAt, phase, sort: 'days-silent', limit: 1, cursor } as const;
                    const page = await customersList(database, asked);
                    ids.push(...page.items.map(({ id }) => id));
                    if (page.next === null) break;
                    cursor = page.next;
                  }
                  expect({ phase, ids }).toEqual({ phase, ids: silent.map(({ id }) => id) });
                }
                const one = items[Math.abs(t) % Math.max(1, items.length)];
                if (!one) continue;
                const detail = await customerDetail(database, { id: one.id, asOf, knownAt });
                expect(detail && picked(detail)).toEqual(picked(one));
                expect(detail?.phases.at(-1)?.to).toBe(one.phase);
                expect(detail?.lifetimeValue.retention).toMatchObject(retention);
              }
            } finally {
              await run.stop();
            }
          });
        },
      ),
      { numRuns: 15, endOnFailure: true },
    );
  }, 240_000);
});

const picked = (found: Awaited<ReturnType<typeof customersList>>['items'][number]): object => {
  const { id, phase, lastPurchase, lastInteraction, lastAttempt, failedAttempts, daysSilent } = found;
  const { purchases, realised } = found;
  return { id, phase, lastPurchase, lastInteraction, lastAttempt, failedAttempts, daysSilent, purchases, realised };
};
