import { describe, expect, it } from '@jest/globals';
import { plusDays } from '../../kernel/index.js';
import { givenLog, type Issued, run } from '../../testing/process.js';
import { type GivenEvent, happened, recorded } from '../../testing/projection.js';
import type { AccountEvents } from '../account/account.events.js';
import type { CustomerEvents, Phase } from '../customer/customer.events.js';
import { EndCustomerPhase, RecordCustomerPhase } from '../index.js';
import type { OpportunityEvents } from '../opportunity/opportunity.events.js';
import type { PersonEvents } from '../person/person.events.js';
import type { PolicyEvents } from '../policy/policy.events.js';
import type { PurchaseEvents } from '../purchase/purchase.events.js';
import type { SegmentEvents } from '../segment/segment.events.js';
import { mostParts } from './customer-parts.js';
import { customerPhases } from './customer-phases.js';

const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const otherId = 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const opportunityId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
const [person, account, opportunity] = [`person-${personId}`, `account-${accountId}`, `opportunity-${opportunityId}`];

const day = (n: number): string => plusDays('2024-01-01T09:00:00.000Z', n - 1);
const date = (n: number): string => day(n).slice(0, 10);
const end = day(4000);

const of = {
  person: happened<PersonEvents>(),
  account: happened<AccountEvents>(),
  opportunity: happened<OpportunityEvents>(),
  purchase: happened<PurchaseEvents>(),
  policy: happened<PolicyEvents>(),
  segment: happened<SegmentEvents>(),
  customer: happened<CustomerEvents>(),
};
const amount = { amount: 100, currency: 'EUR' };

const named = (n: number) =>
  of.person(person, 'NameRegistered', day(n), { source: { kind: 'bought-list', name: 'A' } });
const lead = (n: number, potential: 'customer' | 'supplier' = 'customer') =>
  of.person(person, 'LeadRegistered', day(n), { source: 'fair', potential });
const qualified = (n: number, level: 'marketing-qualified' | 'sales-qualified') =>
  of.person(person, 'LeadQualified', day(n), { level });
const converted = (n: number) =>
  of.person(person, 'LeadConverted', day(n), { accountId, owner: 'sam', requirement: 'sales-qualified' });
const opened = (n: number, id = account) =>
  of.account(id, 'AccountOpened', day(n), { name: 'Noordzee', roles: ['customer'] });

interface Buying {
  readonly id?: string;
  readonly by?: object;
  readonly reported?: number;
  readonly more?: object;
}
const bought = (n: number, { id = `p${n}`, by = { accountId }, reported = n, more = {} }: Buying = {}): GivenEvent =>
  of.purchase(`purchase-${id}`, 'PurchaseRecorded', day(reported), {
    source: { system: 'erp', reference: id },
    kind: 'order',
    date: date(n),
    lines: [],
    amount,
    ...by,
    ...more,
  });
const cancelled = (n: number, id: string) =>
  of.purchase(`purchase-${id}`, 'PurchaseCancelled', day(n), { amount, reason: 'Sent back' });
const deal = (n: number, more: object = { accountId }) =>
  of.opportunity(opportunity, 'OpportunityOpened', day(n), {
    title: 'Blades',
    pipelineId: 'default',
    stage: 'prospecting',
    amount,
    contactIds: [],
    ...more,
  });
const won = (n: number) => of.opportunity(opportunity, 'OpportunityWon', day(n), { from: 'prospecting', amount });
const reopened = (n: number) =>
  of.opportunity(opportunity, 'OpportunityReopened', day(n), { to: 'prospecting', reason: 'Not signed' });
const window = (version: number, days: number, n: number) =>
  of.policy('policy-inactivity.window', 'PolicyChanged', day(n), {
    policy: 'inactivity.window',
    version,
    value: { days, segments: [] },
  });

const told = ({ command }: Pick<Issued, 'command'>): string => {
  if (command instanceof EndCustomerPhase) {
    return [command.customerKind, 'ends', command.at, ...(command.carriedBy ? [command.carriedBy] : [])].join(' ');
  }
  if (!(command instanceof RecordCustomerPhase)) return command.constructor.name;
  return [command.customerKind, command.to, command.at, ...(command.wonBack ? ['won back'] : [])].join(' ');
};

/** The phases of a history: `account active 2024-…`, in the order in which they are recorded. */
const phasesOf = (...events: readonly GivenEvent[]) => run(customerPhases, recorded(events), end).issues.map(told);
const account_ = (to: Phase, n: number, wonBack = false) => `account ${to} ${day(n)}${wonBack ? ' won back' : ''}`;
const person_ = (to: Phase, n: number) => `person ${to} ${day(n)}`;

describe('The relationship phase of a customer', () => {
  it('is suspect for a name, prospect for a lead, and potential once the lead is sales-qualified', () => {
    expect(phasesOf(named(1), lead(2), qualified(3, 'marketing-qualified'), qualified(4, 'sales-qualified'))).toEqual([
      person_('suspect', 1),
      person_('prospect', 2),
      person_('potential', 4),
    ]);
  });

  it('is carried by the account once the lead is a contact, who never bought', () => {
    expect(phasesOf(lead(1), qualified(2, 'sales-qualified'), converted(3), opened(3))).toEqual([
      person_('prospect', 1),
      person_('potential', 2),
      `person ends ${day(3)} ${account}`,
      account_('potential', 3),
    ]);
  });

  it('is suspect for an account of which nothing but its name is known, and none for a supplier', () => {
    const supplier = of.account('account-s', 'AccountOpened', day(1), { name: 'S', roles: ['supplier'] });
    const roles = of.account(account, 'AccountRolesAssigned', day(3), { roles: ['partner'] });
    expect(phasesOf(supplier, opened(2), roles)).toEqual([account_('suspect', 2), `account ends ${day(3)}`]);
    const again = of.account(account, 'AccountRolesAssigned', day(6), { roles: ['partner', 'customer'] });
    expect(phasesOf(opened(2), roles, converted(4), deal(5), again).slice(1)).toEqual([
      `account ends ${day(3)}`,
      account_('potential', 6),
    ]);
    expect(phasesOf(opened(2), roles, deal(4), won(5)).slice(1)).toEqual([
      `account ends ${day(3)}`,
      account_('active', 5),
      account_('inactive', 185),
    ]);
    expect(phasesOf(lead(1, 'supplier'), qualified(2, 'sales-qualified'), converted(3))).toEqual([]);
  });

  it('is suspect again when the lead is disqualified: neither interest nor fit hold; prospect when recycled', () => {
    const off = of.person(person, 'LeadDisqualified', day(3), { reason: 'No budget' });
    const again = of.person(person, 'LeadRecycled', day(4), {});
    expect(phasesOf(lead(1), qualified(2, 'sales-qualified'), off, again)).toEqual([
      person_('prospect', 1),
      person_('potential', 2),
      person_('suspect', 3),
      person_('prospect', 4),
    ]);
  });

  it('is active from the first purchase, and inactive when nothing comes within the window, at that instant', () => {
    expect(phasesOf(opened(1), bought(10), bought(50))).toEqual([
      account_('suspect', 1),
      account_('active', 10),
      account_('inactive', 230),
    ]);
    givenLog(customerPhases, opened(1), bought(10)).at(end).thenWaits(account, undefined);
    givenLog(customerPhases, opened(1), bought(10)).at(day(20)).thenWaits(account, day(190));
  });

  it('is active and counted as won back at the next purchase of somebody inactive', () => {
    expect(phasesOf(opened(1), bought(10), bought(300), bought(310))).toEqual([
      account_('suspect', 1),
      account_('active', 10),
      account_('inactive', 190),
      account_('active', 300, true),
      account_('inactive', 490),
    ]);
  });

  it('names what decided it, and the policy', () => {
    const { issues } = run(customerPhases, recorded([lead(1), converted(2), bought(10)]), end);
    const purchase = { ground: 'purchase', stream: 'purchase-p10', at: day(10) };
    expect(issues.map(({ command }) => command).slice(2)).toMatchObject([
      { to: 'potential', because: [{ ground: 'contact', stream: person }] },
      { to: 'active', because: [purchase], policyVersion: 0 },
      { to: 'inactive', because: [purchase], policyVersion: 0 },
    ]);
  });

  it('counts a won opportunity as a purchase, unless a purchase names it', () => {
    expect(phasesOf(opened(1), deal(2), won(10))).toEqual([
      account_('suspect', 1),
      account_('potential', 2),
      account_('active', 10),
      account_('inactive', 190),
    ]);
    const order = bought(20, { more: { opportunityId } });
    expect(phasesOf(deal(2), won(10), order).at(-1)).toBe(account_('inactive', 200));
    expect(phasesOf(deal(2), won(10), order, cancelled(30, 'p20')).at(-1)).toBe(account_('potential', 30));
    expect(phasesOf(deal(2), won(10), order, reopened(30)).at(-1)).toBe(account_('inactive', 200));
    const late = of.purchase('purchase-p5', 'PurchaseOpportunityAssigned', day(40), { opportunityId });
    expect(phasesOf(deal(2), bought(5), won(10), late).at(-1)).toBe(account_('inactive', 185));
  });

  it('is that of the account which a won opportunity turns out to belong to', () => {
    const assigned = of.opportunity(opportunity, 'OpportunityAccountAssigned', day(5), { accountId });
    expect(phasesOf(deal(2, {}), assigned, won(10))).toEqual([
      account_('potential', 5),
      account_('active', 10),
      account_('inactive', 190),
    ]);
  });

  it('is what it was before when the only purchase is cancelled, or the win is reopened', () => {
    expect(phasesOf(opened(1), bought(10), cancelled(20, 'p10'))).toEqual([
      account_('suspect', 1),
      account_('active', 10),
      account_('suspect', 20),
    ]);
    expect(phasesOf(deal(1), won(10), reopened(20)).at(-1)).toBe(account_('potential', 20));
  });

  it('is judged by the purchase before when the last one is cancelled, from then on', () => {
    expect(phasesOf(bought(10), bought(100), cancelled(120, 'p100')).at(-1)).toBe(account_('inactive', 190));
    expect(phasesOf(bought(10), bought(180), cancelled(200, 'p180')).at(-1)).toBe(account_('inactive', 200));
    expect(phasesOf(bought(10), bought(180), cancelled(400, 'p180')).at(-1)).toBe(account_('inactive', 360));
  });

  it('counts an invoice and the order that it bills once, by the order', () => {
    const invoice = bought(100, { more: { kind: 'invoice', orderId: 'p10' } });
    expect(phasesOf(bought(10), invoice).at(-1)).toBe(account_('inactive', 190));
  });

  it('was never inactive when a purchase inside the window is only reported late', () => {
    expect(phasesOf(bought(10), bought(150, { reported: 200 }))).toEqual(
      [account_('active', 10), account_('inactive', 190), account_('active', 190), account_('inactive', 329)].map(
        (text) => text.replace(day(329), `${date(330)}T00:00:00.000Z`),
      ),
    );
  });

  it('is turned around at one instant once: what is reported late and says it again holds a millisecond later', () => {
    const other = (n: number) => ({ ...deal(n), stream: 'opportunity-other' });
    const withdrawn = of.opportunity(opportunity, 'OpportunityWithdrawn', day(100), {
      from: 'prospecting',
      because: 'conversion-reverted',
    });
    expect(phasesOf(opened(1), deal(100), withdrawn, other(90))).toEqual([
      account_('suspect', 1),
      account_('potential', 100),
      account_('suspect', 100),
      account_('potential', 100).replace('.000Z', '.001Z'),
    ]);
  });

  it('is none until something is known of who was none: what lies before that counts from then on', () => {
    const roles = of.account(account, 'AccountRolesAssigned', day(30), { roles: ['partner'] });
    expect(phasesOf(opened(1), roles, won(20), deal(20))).toEqual([
      account_('suspect', 1),
      `account ends ${day(30)}`,
      account_('active', 30),
      account_('inactive', 200),
    ]);
  });

  it('goes through the same phases when a history is imported at once, in its order', () => {
    const now = day(3000);
    const history = [opened(1), bought(10), bought(300), bought(310)].map((event) => ({ ...event, recordedAt: now }));
    expect(phasesOf(...history)).toEqual(phasesOf(opened(1), bought(10), bought(300), bought(310)));
  });

  it('takes what a person bought along into the account, and back when the conversion is reverted', () => {
    const own = bought(5, { by: { personId } });
    const reverted = of.person(person, 'ConversionReverted', day(20), {
      reason: 'Wrong',
      accountId,
      openedAccount: false,
    });
    expect(phasesOf(lead(1), own, converted(10), reverted)).toEqual([
      person_('prospect', 1),
      person_('active', 5),
      `person ends ${day(10)} ${account}`,
      account_('active', 10),
      person_('active', 20),
      `account ends ${day(20)}`,
      person_('inactive', 185),
    ]);
  });

  it('is one for those who are merged, and each has its own again when they are separated', () => {
    const other = `account-${otherId}`;
    const merged = of.account(account, 'AccountMergedInto', day(20), { survivorId: otherId });
    const separated = of.account(account, 'AccountSeparated', day(30), { survivorId: otherId });
    expect(phasesOf(opened(1), opened(1, other), bought(10), merged, separated)).toEqual([
      account_('suspect', 1),
      account_('suspect', 1),
      account_('active', 10),
      `account ends ${day(20)} ${other}`,
      account_('active', 20),
      account_('active', 30),
      account_('suspect', 30),
      account_('inactive', 190),
    ]);
  });

  it('waits by the window that is in force; what was judged stays', () => {
    expect(phasesOf(bought(10), window(1, 30, 20)).at(-1)).toBe(account_('inactive', 40));
    expect(phasesOf(bought(10), window(1, 30, 60)).at(-1)).toBe(account_('inactive', 60));
    expect(phasesOf(bought(10), window(1, 400, 195))).toEqual([account_('active', 10), account_('inactive', 190)]);
  });

  it('waits by the window of the static lists that the customer stands on, the longest of them, while it does', () => {
    const windows = of.policy('policy-inactivity.window', 'PolicyChanged', day(1), {
      policy: 'inactivity.window',
      version: 1,
      value: {
        days: 180,
        segments: [
          { segmentId: 'ports', days: 300 },
          { segmentId: 'barges', days: 30 },
        ],
      },
    });
    const list = (id: string) => of.segment(`segment-${id}`, 'StaticListCreated', day(1), { name: id, of: 'accounts' });
    const put = (id: string, n: number) =>
      of.segment(`segment-${id}`, 'StaticListMembersAdded', day(n), { members: [accountId] });
    const taken = (id: string, n: number) =>
      of.segment(`segment-${id}`, 'StaticListMembersRemoved', day(n), { members: [accountId] });
    const lists = [windows, list('ports'), list('barges')];
    const inactive = (...events: readonly GivenEvent[]) => phasesOf(...lists, bought(10), ...events).at(-1);
    expect(inactive()).toBe(account_('inactive', 190));
    expect(inactive(put('barges', 20))).toBe(account_('inactive', 40));
    expect(inactive(put('barges', 20), put('ports', 30))).toBe(account_('inactive', 310));
    expect(inactive(put('barges', 60))).toBe(account_('inactive', 60));
    expect(inactive(put('ports', 20), taken('ports', 250))).toBe(account_('inactive', 250));
    expect(inactive(put('ports', 195))).toBe(account_('inactive', 190));
  });

  describe('waits by the window of a segment by rule', () => {
    const named = (n: number, segments: readonly string[] = ['quiet'], days = 300) =>
      of.policy('policy-inactivity.window', 'PolicyChanged', day(n), {
        policy: 'inactivity.window',
        version: n,
        value: { days: 180, segments: segments.map((segmentId) => ({ segmentId, days })) },
      });
    const word = { customerKind: 'account', segmentId: 'quiet' } as const;
    const customerStream = `customer-${accountId}`;
    const recordedOn = (event: GivenEvent, n: number): GivenEvent => ({ ...event, recordedAt: day(n) });
    const entered = (n: number, on = n) =>
      recordedOn(
        of.customer(customerStream, 'CustomerEnteredSegment', day(n), { ...word, at: day(n), ruleVersion: 1 }),
        on,
      );
    const left = (n: number, on = n) =>
      recordedOn(of.customer(customerStream, 'CustomerLeftSegment', day(n), { ...word, at: day(n) }), on);

    it('from when it is entered until it is left', () => {
      expect(phasesOf(named(1), bought(10), entered(20)).at(-1)).toBe(account_('inactive', 310));
      expect(phasesOf(named(1), bought(10), entered(20), left(100)).at(-1)).toBe(account_('inactive', 190));
      expect(phasesOf(named(1), bought(10), entered(20), left(250)).at(-1)).toBe(account_('inactive', 250));
      expect(phasesOf(named(1, ['quiet'], 30), bought(10), entered(60)).at(-1)).toBe(account_('inactive', 60));
    });

    it('while the policy has a window for it', () => {
      expect(phasesOf(named(1), bought(10), entered(20), named(250, [])).at(-1)).toBe(account_('inactive', 250));
      expect(phasesOf(named(1, []), bought(10), entered(20), named(100)).at(-1)).toBe(account_('inactive', 310));
    });

    it('never became inactive where it had entered before, however late that is learnt', () => {
      const late = [account_('active', 10), account_('inactive', 190), account_('active', 190)];
      expect(phasesOf(named(1), bought(10), entered(190, 191))).toEqual([...late, account_('inactive', 310)]);
      expect(phasesOf(named(1), bought(10), entered(20, 200))).toEqual([...late, account_('inactive', 310)]);
      expect(phasesOf(named(1), bought(10), entered(195))).toEqual(late.slice(0, 2));
      expect(phasesOf(named(1), bought(10), left(150, 200), entered(20, 200))).toEqual(late.slice(0, 2));
      expect(phasesOf(named(1), bought(10), entered(195), left(60, 200), entered(20, 200))).toEqual(late.slice(0, 2));
    });
  });

  it('keeps no more than the last purchases apart, and forgets who is not known', () => {
    const many = Array.from({ length: mostParts + 5 }, (_, n) => bought(n + 1));
    const { timeline } = run(customerPhases, recorded(many), day(110));
    const { parts, earlier } = timeline.at(account).state as { parts: object; earlier: object };
    expect(Object.keys(parts)).toHaveLength(mostParts);
    expect(earlier).toMatchObject({ bought: { at: day(5) } });
    const nobody = of.person(person, 'LeadRegistered', day(1), { source: 'fair', potential: 'customer' });
    const gone = { ...nobody, type: 'LeadQualified', data: { level: 'marketing-qualified' } };
    expect(run(customerPhases, recorded([gone]), end).timeline.at(person).state).toBe(customerPhases.initial);
  });
});
