import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inactiveFrom } from '../../libs/domain/account/phase.rules.js';
import { idOf, type Instant } from '../../libs/kernel/index.js';
import { ensureReadModels, waitFor } from '../../libs/read-model/index.js';
import { type GivenEvent, MemoryLog, recorded } from '../../libs/testing/projection.js';
import { customerDetail } from '../../projections/customers/detail.js';
import { customers } from '../../projections/customers/index.js';
import { customersList } from '../../projections/customers/queries.js';
import { running, withDatabase } from './ledger.js';

const day = (days: number): Instant => new Date(Date.UTC(2024, 0, 1) + Math.round(days * 86_400_000)).toISOString();

/** What somebody tells us: in which stream, how many days after the beginning it happened, and when we learnt of it. */
interface Told {
  readonly what: (typeof kinds)[number];
  readonly who: number;
  readonly other: number;
  readonly occurred: number;
  readonly ticked: number;
  readonly amount: number;
}

const kinds = ['bought', 'cancelled', 'won', 'named', 'reopened', 'called', 'missed', 'converted', 'reverted'] as const;
const more = ['qualified', 'disqualified', 'merged', 'separated', 'window', 'listed', 'unlisted', 'moved'] as const;

const accountIds = ['a', 'b', 'c'] as const;
const personIds = ['p', 'q', 'r'] as const;
const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** Events that could follow from commands: in each stream in an order that makes sense. */
function eventsOf(told: readonly (Omit<Told, 'what'> & { readonly what: string })[]): readonly GivenEvent[] {
  const given: GivenEvent[] = [];
  const last = new Map<string, { readonly occurredAt: Instant; readonly type: string }>();
  let clock = 0;
  const tell = (stream: string, type: string, data: object, occurred: number): void => {
    const reached = last.get(stream)?.occurredAt ?? '';
    const occurredAt = day(occurred) < reached ? reached : day(occurred);
    last.set(stream, { occurredAt, type });
    given.push({ stream, type, data, occurredAt, recordedAt: day(clock) });
  };
  for (const id of accountIds) tell(`account-${id}`, 'AccountOpened', { name: id, roles: ['customer'] }, 0);
  for (const id of personIds) tell(`person-${id}`, 'LeadRegistered', { source: 'fair', potential: 'customer' }, 0);
  tell('segment-list', 'StaticListCreated', { name: 'List', of: 'accounts' }, 0);
  let next = 0;
  let version = 0;
  const contacts = new Map<string, string>();
  const purchases: string[] = [];
  const wins: string[] = [];
  const merged = new Map<string, string>();
  const listed = new Set<string>();
  for (const { what, who, other, occurred, ticked, amount } of told) {
    clock += ticked;
    const accountId = accountIds[who % 3] ?? 'a';
    const personId = personIds[who % 3] ?? 'p';
    const otherId = accountIds[other % 3] ?? 'a';
    const buyer = other % 2 === 0 ? { accountId } : { personId };
    const about = [{ accountId }, { personId }, { personId, accountId: otherId }][other % 3] ?? {};
    const id = String(++next);
    const purchase = purchases[who % Math.max(1, purchases.length)];
    const win = wins[other % Math.max(1, wins.length)];
    if (what === 'bought') {
      const source = { system: 'erp', reference: id };
      const order = {
        ...buyer,
        source,
        kind: 'order',
        date: day(occurred).slice(0, 10),
        lines: [],
        amount: eur(amount),
      };
      purchases.push(`purchase-${id}`);
      tell(`purchase-${id}`, 'PurchaseRecorded', order, occurred + 0.25);
    } else if (what === 'cancelled' && purchase && last.get(purchase)?.type !== 'PurchaseCancelled') {
      tell(purchase, 'PurchaseCancelled', { amount: eur(amount), reason: 'Wrong' }, occurred);
    } else if (what === 'named' && purchase && win && last.get(purchase)?.type !== 'PurchaseCancelled') {
      tell(purchase, 'PurchaseOpportunityAssigned', { opportunityId: idOf(win) }, occurred);
    } else if (what === 'won') {
      const opened = { title: id, pipelineId: 'default', stage: 'proposal', amount: eur(amount), contactIds: [] };
      wins.push(`opportunity-${id}`);
      tell(`opportunity-${id}`, 'OpportunityOpened', { ...opened, accountId }, occurred);
      tell(`opportunity-${id}`, 'OpportunityWon', { from: 'proposal', amount: eur(amount) }, occurred + 3);
    } else if (what === 'reopened' && win && last.get(win)?.type === 'OpportunityWon') {
      tell(win, 'OpportunityReopened', { to: 'proposal', reason: 'Mistake' }, occurred);
    } else if (what === 'called' || what === 'missed') {
      const outcome = what === 'called' ? 'reached' : 'no-answer';
      const call = { kind: 'phone-call', direction: 'outbound', outcome, by: 'sam' };
      tell(`activity-${id}`, 'ActivityLogged', { ...call, ...about }, occurred);
    } else if (what === 'converted' && !contacts.has(personId)) {
      contacts.set(personId, accountId);
      tell(
        `person-${personId}`,
        'LeadConverted',
        { accountId, owner: 'sam', requirement: 'sales-qualified' },
        occurred,
      );
    } else if (what === 'moved' && contacts.has(personId)) {
      const before = contacts.get(personId);
      contacts.set(personId, otherId);
      tell(`person-${personId}`, 'ContactAccountAssigned', { accountId: otherId, before }, occurred);
    } else if (what === 'reverted' && contacts.delete(personId)) {
      tell(
        `person-${personId}`,
        'ConversionReverted',
        { reason: 'Mistake', accountId, openedAccount: false },
        occurred,
      );
    } else if (what === 'qualified' && !contacts.has(personId)) {
      tell(`person-${personId}`, 'LeadQualified', { level: 'sales-qualified' }, occurred);
    } else if (what === 'disqualified' && !contacts.has(personId)) {
      const recycled = last.get(`person-${personId}`)?.type === 'LeadDisqualified';
      tell(`person-${personId}`, recycled ? 'LeadRecycled' : 'LeadDisqualified', { reason: 'No budget' }, occurred);
    } else if (what === 'merged' && accountId < otherId && !merged.has(otherId)) {
      merged.set(otherId, accountId);
      tell(`account-${otherId}`, 'AccountMergedInto', { survivorId: accountId }, occurred);
    } else if (what === 'separated' && merged.has(accountId)) {
      tell(`account-${accountId}`, 'AccountSeparated', { survivorId: merged.get(accountId) }, occurred);
      merged.delete(accountId);
    } else if (what === 'window') {
      const value = { days: amount, segments: [{ segmentId: 'list', days: other + 5 }] };
      tell(
        'policy-inactivity.window',
        'PolicyChanged',
        { policy: 'inactivity.window', version: ++version, value },
        occurred,
      );
    } else if (what === 'listed' && !listed.has(accountId)) {
      listed.add(accountId);
      tell('segment-list', 'StaticListMembersAdded', { members: [accountId] }, occurred);
    } else if (what === 'unlisted' && listed.delete(accountId)) {
      tell('segment-list', 'StaticListMembersRemoved', { members: [accountId] }, occurred);
    }
  }
  return given;
}

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

/** Every customer as plain reading of the events gives it that happened by `asOf` and were known by `knownAt`. */
function replayed(given: readonly GivenEvent[], asOf: Instant, knownAt: Instant): readonly object[] {
  const ups = new Map<string, string | undefined>();
  const leads = new Map<string, { level: string; out: boolean; contact: boolean; known: Instant }>();
  const accounts = new Map<string, Instant>();
  const purchases = new Map<string, Bought>();
  const wins = new Map<string, Bought>();
  const deals: string[] = [];
  const touches: Touch[] = [];
  const lists = new Set<string>();
  let window = { days: 180, segments: [] as readonly { readonly days: number }[] };
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
  return [...accounts.keys(), ...leads.keys()]
    .filter((id) => rootOf(id) === id)
    .sort()
    .map((id) => {
      const bought = counted.filter(({ subject, amount }) => rootOf(subject) === id && !Number.isNaN(amount));
      const own = touches.filter(({ subjects }) => subjects.some((subject) => rootOf(subject) === id));
      const latest = (instants: readonly Instant[]): Instant | null => [...instants].sort().at(-1) ?? null;
      const lastPurchase = latest(bought.map(({ at }) => at));
      const lastInteraction = latest(own.filter(({ reached }) => reached).map(({ at }) => at));
      const missed = own.filter(({ reached }) => !reached).map(({ at }) => at);
      const days = lists.has(id) ? (window.segments[0]?.days ?? window.days) : window.days;
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
}

describe('customers', () => {
  it('are at any instant, on both axes, what a replay that is cut there gives', async () => {
    const told = fc.record({
      what: fc.constantFrom(...kinds, ...more, 'bought', 'bought', 'won', 'named', 'called'),
      who: fc.nat(5),
      other: fc.nat(11),
      occurred: fc.integer({ min: 0, max: 300 }),
      ticked: fc.constantFrom(0, 0, 0, 1, 3, 20),
      amount: fc.integer({ min: 1, max: 120 }),
    });
    const moment = fc.tuple(
      fc.integer({ min: -1, max: 500 }),
      fc.oneof(fc.integer({ min: -1, max: 400 }), fc.constant(400)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(told, { minLength: 30, maxLength: 90, size: 'max' }),
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
                const expected = replayed(given, asOf, knownAt);
                const { items } = await customersList(database, { asOf, knownAt });
                expect(items.map((found) => picked(found))).toEqual(expected);
                const one = items[Math.abs(t) % Math.max(1, items.length)];
                if (!one) continue;
                const detail = await customerDetail(database, { id: one.id, asOf, knownAt });
                expect(detail && picked(detail)).toEqual(picked(one));
                expect(detail?.phases.at(-1)?.to).toBe(one.phase);
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
