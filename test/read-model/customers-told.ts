import fc from 'fast-check';
import { idOf, type Instant } from '../../libs/kernel/index.js';
import type { GivenEvent } from '../../libs/testing/projection.js';

/*
 * Histories of customers, drawn at random: what they buy, who belongs to whom, and all of it told early or late.
 */

/** So many days after the beginning. */
export const day = (days: number): Instant =>
  new Date(Date.UTC(2024, 0, 1) + Math.round(days * 86_400_000)).toISOString();

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
/** What is said of a segment by rule that has a window of its own: each word at its own instant, in any order. */
const words = ['entered', 'left'] as const;

/** What besides makes a customer a partner, friend, economist or dog. */
const ofGroups = ['foreign', 'rate', 'surveyed', 'sent', 'answered', 'shared', 'joined', 'parted'] as const;
const settings = ['group-policy', 'reporting-currency'] as const;

const accountIds = ['a', 'b', 'c'] as const;
const personIds = ['p', 'q', 'r'] as const;
const currencies = ['USD', 'CHF'] as const;
export const eur = (amount: number) => ({ amount, currency: 'EUR' });

/**
 * Events that could follow from commands: in each stream in an order that makes sense.
 *
 * @param held versions of policies that there are already
 */
export function eventsOf(
  told: readonly (Omit<Told, 'what'> & { readonly what: string })[],
  held: Readonly<Record<string, number>> = {},
): readonly GivenEvent[] {
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
  /** Accounts of purchases and opportunities: a purchase names an opportunity of its own account. */
  const accountOf = new Map<string, string>();
  const merged = new Map<string, string>();
  const joined = new Map<string, string>();
  const versions = new Map<string, number>(Object.entries(held));
  const change = (policy: string, value: object, occurred: number): void => {
    const made = (versions.get(policy) ?? 0) + 1;
    versions.set(policy, made);
    tell(`policy-${policy}`, 'PolicyChanged', { policy, version: made, value }, occurred);
  };
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
      if ('accountId' in buyer) accountOf.set(`purchase-${id}`, accountId);
      tell(`purchase-${id}`, 'PurchaseRecorded', order, occurred + 0.25);
    } else if (what === 'cancelled' && purchase && last.get(purchase)?.type !== 'PurchaseCancelled') {
      tell(purchase, 'PurchaseCancelled', { amount: eur(amount), reason: 'Wrong' }, occurred);
    } else if (what === 'named' && purchase && last.get(purchase)?.type !== 'PurchaseCancelled') {
      const own = wins.filter((one) => accountOf.get(one) === accountOf.get(purchase));
      const named = own[other % Math.max(1, own.length)];
      if (named) tell(purchase, 'PurchaseOpportunityAssigned', { opportunityId: idOf(named) }, occurred);
    } else if (what === 'won') {
      const opened = { title: id, pipelineId: 'default', stage: 'proposal', amount: eur(amount), contactIds: [] };
      wins.push(`opportunity-${id}`);
      accountOf.set(`opportunity-${id}`, accountId);
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
      const value = {
        days: amount,
        segments: [
          { segmentId: 'list', days: other + 5 },
          { segmentId: 'ruled', days: 9 * who + 3 },
        ],
      };
      tell(
        'policy-inactivity.window',
        'PolicyChanged',
        { policy: 'inactivity.window', version: ++version, value },
        occurred,
      );
    } else if (what === 'foreign') {
      const order = {
        ...{ ...buyer, source: { system: 'erp', reference: id }, kind: 'order', date: day(occurred).slice(0, 10) },
        ...{ lines: [], amount: { amount, currency: currencies[who % 2] } },
      };
      purchases.push(`purchase-${id}`);
      tell(`purchase-${id}`, 'PurchaseRecorded', order, occurred + 0.25);
    } else if (what === 'rate') {
      const [from, to] = who % 2 === 0 ? ['EUR', currencies[other % 2]] : [currencies[other % 2], 'EUR'];
      const rate = { from, to, rate: `0.${amount + 10}`, validFrom: day(occurred - who * 30).slice(0, 10) };
      tell(`rate-${from}`, 'ExchangeRateSet', rate, occurred);
    } else if (what === 'surveyed') {
      const survey = { surveyId: 's', surveyVersion: 1, kind: 'nps', score: amount % 11, wantedServices: [] };
      tell(`response-${id}`, 'SurveyResponseRecorded', { ...survey, ...about }, occurred);
    } else if (what === 'sent' || what === 'answered') {
      const stream = `recipient-${personId}`;
      if (what === 'sent') {
        const consent = { source: 'form', since: day(0) };
        tell(stream, 'CampaignSent', { campaignId: 'c', personId, channel: 'e-mail', consent }, occurred);
      } else tell(stream, 'CampaignResponded', { campaignId: 'c', personId, kind: 'clicked' }, occurred);
    } else if (what === 'shared') {
      tell(`account-${accountId}`, 'ShareOfWalletEstimated', { perCent: amount % 101, source: 'guess' }, occurred);
    } else if (what === 'joined' && personId < (personIds[other % 3] ?? 'p') && !joined.has(personId)) {
      // The later one in the alphabet survives: no circles.
      const survivorId = personIds[other % 3] ?? 'p';
      joined.set(personId, survivorId);
      tell(`person-${personId}`, 'PersonMergedInto', { survivorId }, occurred);
    } else if (what === 'parted' && joined.has(personId)) {
      tell(`person-${personId}`, 'PersonSeparated', { survivorId: joined.get(personId) }, occurred);
      joined.delete(personId);
    } else if (what === 'group-policy') {
      const relationship = { satisfaction: amount, response: other * 9, interaction: who % 3, needed: 1 + (other % 3) };
      const buying = { value: amount * 2, share: who * 20, recency: amount, needed: 1 + (who % 3) };
      change('customer-group', { periodDays: 20 + amount, relationship, buying }, occurred);
    } else if (what === 'reporting-currency') {
      change('reporting.currency', { currency: ['EUR', ...currencies][other % 3] }, occurred);
    } else if (what === 'listed' && !listed.has(accountId)) {
      listed.add(accountId);
      tell('segment-list', 'StaticListMembersAdded', { members: [accountId] }, occurred);
    } else if (what === 'entered' || what === 'left') {
      const word = { customerKind: 'account', segmentId: 'ruled', at: day(occurred) };
      given.push({
        stream: `customer-${accountId}`,
        ...(what === 'entered'
          ? { type: 'CustomerEnteredSegment', data: { ...word, ruleVersion: 1 } }
          : { type: 'CustomerLeftSegment', data: word }),
        occurredAt: day(occurred),
        recordedAt: day(clock),
      });
    } else if (what === 'unlisted' && listed.delete(accountId)) {
      tell('segment-list', 'StaticListMembersRemoved', { members: [accountId] }, occurred);
    }
  }
  return given;
}

const telling = <T extends string>(...what: readonly T[]) =>
  fc.record({
    what: fc.constantFrom(...what),
    who: fc.nat(5),
    other: fc.nat(11),
    occurred: fc.integer({ min: 0, max: 300 }),
    ticked: fc.constantFrom(0, 0, 0, 1, 3, 20),
    amount: fc.integer({ min: 1, max: 120 }),
  });

/** What somebody tells, at random. */
export const aTelling = telling(...kinds, ...more, ...words, 'entered', 'bought', 'bought', 'won', 'named', 'called');

/** The same, with all that groups rest on. */
export const aTellingOfGroups = telling(
  ...[...kinds, ...more, ...words, ...ofGroups, ...ofGroups, ...settings],
  ...(['bought', 'foreign', 'foreign', 'rate', 'rate', 'called', 'converted', 'merged'] as const),
);
