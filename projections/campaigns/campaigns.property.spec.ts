import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { responseKinds } from '../../libs/domain/recipient/recipient.events.js';
import type { Instant } from '../../libs/kernel/index.js';
import { eur, rateSet, usd } from '../../libs/testing/facts.js';
import { type GivenEvent, givenEvents } from '../../libs/testing/projection.js';
import { campaignsModel } from './index.js';
import { campaignsReport } from './queries.js';

const hour = (at: number): Instant => new Date(Date.UTC(2024, 0, 1, at)).toISOString();
const last = 60;
const campaigns = ['c0', 'c1', 'c2'];
const people = ['p0', 'p1', 'p2', 'p3', 'p4'];
const answers: readonly string[] = ['clicked', 'visited', 'downloaded', 'registered', 'attended', 'replied'];

const one = <T>(...values: readonly T[]) => fc.constantFrom(...values);
/** When something happened, and how much later it was learnt. */
const when = { at: fc.nat(last), late: one(0, 0, 0, 1, 20) };
const touches = fc.array(
  fc.record({
    ...when,
    campaign: one(...campaigns),
    person: one(...people),
    kind: one('sent', 'sent', ...responseKinds),
  }),
  { minLength: 15, maxLength: 25 },
);
const deals = fc.array(
  fc.record({
    ...when,
    campaignId: one(undefined, undefined, ...campaigns),
    contactIds: fc.subarray(people),
    amount: one(eur(300), eur(500), usd(200)),
    ends: fc.array(one('Won', 'Won', 'Lost', 'Withdrawn'), { maxLength: 2 }),
    attributed: fc.array(fc.record({ ...when, campaignId: one(...campaigns) }), { maxLength: 1 }),
  }),
  { minLength: 6, maxLength: 6 },
);
const causes = fc.array(fc.record({ ...when, campaignId: one(...campaigns), personId: one(...people) }), {
  maxLength: 6,
});
const merges = fc.array(fc.record({ ...when, person: one(1, 2, 3, 4), into: fc.nat(3), apart: fc.boolean() }), {
  maxLength: 3,
});
const purchases = fc.array(fc.record({ ...when, deal: fc.nat(5), cancelled: fc.boolean() }), { maxLength: 2 });
const story = fc.record({ touches, deals, causes, merges, purchases });

type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;
interface Fact extends GivenEvent {
  readonly recordedAt: Instant;
  readonly data: Readonly<Record<string, unknown>>;
}

/** As a log has it: in the order in which things were learnt, and neither axis runs backwards in a stream. */
function told(given: Story): readonly Fact[] {
  const facts: Fact[] = [];
  const ends = new Map<string, readonly [string, string]>();
  const say = (stream: string, type: string, at: number, late: number, data: Fact['data']): void => {
    const [occurred, recorded] = ends.get(stream) ?? ['', ''];
    const occurredAt = [occurred, hour(at)].sort().at(-1) ?? '';
    const recordedAt = [recorded, hour(at + late), occurredAt].sort().at(-1) ?? '';
    ends.set(stream, [occurredAt, recordedAt]);
    facts.push({ stream, type, data, occurredAt, recordedAt });
  };
  for (const [index, id] of campaigns.entries()) {
    say(`campaign-${id}`, 'CampaignPlanned', index, 0, { name: id, aim: 'pre-sale', segmentId: 's', owner: 'kim' });
  }
  for (const { campaign: campaignId, person: personId, kind, at, late } of given.touches) {
    const type = kind === 'sent' ? 'CampaignSent' : 'CampaignResponded';
    say(`recipient-${campaignId}-${personId}`, type, at, late, { campaignId, personId, kind });
  }
  for (const [index, deal] of given.deals.entries()) {
    const [id, { at, late, campaignId, contactIds, amount }] = [`o${String(index)}`, deal];
    const stream = `opportunity-${id}`;
    say(stream, 'OpportunityOpened', at, late, { contactIds, ...(campaignId === undefined ? {} : { campaignId }) });
    for (const [place, end] of deal.ends.entries()) {
      if (place > 0) say(stream, 'OpportunityReopened', at + 4, late, {});
      say(stream, `Opportunity${end}`, at + 3 + 5 * place, late, { amount });
    }
    for (const said of deal.attributed) {
      const data = { campaignId: said.campaignId, opportunityId: id };
      say(`attribution-${id}`, 'AttributedToCampaign', said.at, said.late, data);
    }
  }
  for (const { at, late, ...data } of given.causes) {
    say(`attribution-${data.personId}`, 'AttributedToCampaign', at, late, data);
  }
  for (const { at, late, person, into, apart } of given.merges.filter(({ person: who, into: whom }) => whom < who)) {
    const [stream, survivorId] = [`person-p${String(person)}`, `p${String(into)}`];
    say(stream, 'PersonMergedInto', at, late, { survivorId });
    if (apart) say(stream, 'PersonSeparated', at + 15, late, { survivorId });
  }
  for (const [index, { at, late, deal, cancelled }] of given.purchases.entries()) {
    const [id, opportunityId] = [`b${String(index)}`, `o${String(deal)}`];
    const source = { system: 'erp', reference: id };
    const what = { accountId: 'acme', source, kind: 'order', lines: [], amount: eur(70), opportunityId };
    say(`purchase-${id}`, 'PurchaseRecorded', at, late, { ...what, date: hour(at).slice(0, 10) });
    if (cancelled) say(`purchase-${id}`, 'PurchaseCancelled', at + 9, late, { amount: eur(70), reason: 'return' });
  }
  return facts.sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0));
}

interface Deal {
  readonly id: string;
  readonly status: string;
  readonly campaignId?: string;
  readonly contactIds: readonly string[];
  readonly worth: number;
}

/** What a campaign is to tell, by what is said in so many words. */
function expected(facts: readonly Fact[], campaign: string): readonly unknown[] {
  const of = (...types: readonly string[]) => facts.filter(({ type }) => types.includes(type));
  const into = new Map<string, string>();
  for (const { stream, type, data } of of('PersonMergedInto', 'PersonSeparated')) {
    if (type === 'PersonSeparated') into.delete(stream.slice(7));
    else into.set(stream.slice(7), data['survivorId'] as string);
  }
  const now = (id: string): string => (into.has(id) ? now(into.get(id) ?? '') : id);

  const touched = of('CampaignSent', 'CampaignResponded').filter(({ data }) => data['campaignId'] === campaign);
  const said = (is: (fact: Fact) => boolean) => touched.filter(is);
  const persons = (found: readonly Fact[]) => new Set(found.map(({ data }) => now(data['personId'] as string)));
  const isSent = ({ type }: Fact): boolean => type === 'CampaignSent';
  const answered = said((fact) => !isSent(fact) && answers.includes(fact.data['kind'] as string));
  const responders = persons(answered);
  const recipients = persons(said(isSent));
  const replies = [...responders].filter((id) => recipients.has(id)).length;
  const numberOf = (kind: string): number => persons(said((fact) => !isSent(fact) && fact.data['kind'] === kind)).size;

  // Of each stream the last word; of people who are one, the last of these.
  const words = new Map(of('AttributedToCampaign').map((fact) => [fact.stream, fact]));
  const inOrder = [...words.values()].sort((a, b) =>
    a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : facts.indexOf(a) - facts.indexOf(b),
  );
  const causeOf = new Map(
    inOrder.map(({ data }): [string, string] => [
      (data['opportunityId'] as string | undefined) ?? now(data['personId'] as string),
      data['campaignId'] as string,
    ]),
  );
  const known = new Map<string, Deal>();
  for (const { stream, type, data } of facts.filter((fact) => fact.stream.startsWith('opportunity-'))) {
    const before = known.get(stream) ?? { id: stream.slice(12), status: '', contactIds: [], worth: 0 };
    if (type === 'OpportunityOpened') known.set(stream, { ...before, ...data, status: 'open' });
    else {
      const status = type === 'OpportunityReopened' ? 'open' : type.slice(11);
      const { amount, currency } = (data['amount'] ?? eur(0)) as ReturnType<typeof eur>;
      known.set(stream, { ...before, status, worth: currency === 'EUR' ? amount : amount / 2 });
    }
  }
  const caused = [...known.values()].filter((deal) => {
    const byContact = deal.contactIds.map((id) => causeOf.get(now(id))).find((id) => id !== undefined);
    return deal.status !== 'Withdrawn' && (causeOf.get(deal.id) ?? deal.campaignId ?? byContact) === campaign;
  });
  const bought = of('PurchaseRecorded');
  const cancelled = new Set(of('PurchaseCancelled').map(({ stream }) => stream));
  const revenue = caused.reduce((sum, deal) => {
    const instead = bought.filter(({ data }) => data['opportunityId'] === deal.id);
    if (instead.length > 0) return sum + 70 * instead.filter(({ stream }) => !cancelled.has(stream)).length;
    return sum + (deal.status === 'Won' ? deal.worth : 0);
  }, 0);
  return [
    ...[said(isSent).length, recipients.size, numberOf('opened'), answered.length, responders.size],
    recipients.size === 0 ? null : (replies / recipients.size).toFixed(4),
    ...[numberOf('unsubscribed'), numberOf('complained'), numberOf('bounced')],
    [...causeOf].filter(([id, cause]) => id.startsWith('p') && cause === campaign).length,
    ...[caused.length, caused.filter(({ status }) => status === 'Won').length, revenue],
  ];
}

describe('campaigns', () => {
  it('tell at every instant what the facts say, whoever is merged and whatever is attributed', async () => {
    const moments = fc.array(fc.tuple(fc.option(fc.nat(last + 30)), fc.option(fc.nat(last + 30))), {
      minLength: 25,
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(story, moments, async (given, asked) => {
        const facts = told(given);
        const rate = rateSet(hour(0), ['EUR', 'USD'], '2', '2023-12-01');
        await givenEvents(rate, ...facts).projectedBy(
          campaignsModel,
          async ({ database }) => {
            for (const [t, k] of [[null, null] as const, ...asked]) {
              const moment = {
                ...(t === null ? {} : { asOf: hour(t) }),
                ...(k === null ? {} : { knownAt: hour(k) }),
              };
              const there = facts.filter(
                ({ occurredAt, recordedAt }) =>
                  (t === null || occurredAt <= hour(t)) && (k === null || recordedAt <= hour(k)),
              );
              const { items, unconverted } = await campaignsReport(database, moment);
              const found = items.map((c) => [
                c.campaignId,
                ...[c.sent, c.recipients, c.opened, c.responses, c.responders, c.responseRate],
                ...[c.unsubscribed, c.complained, c.bounced, c.leads, c.opportunities, c.won, c.revenue],
              ]);
              const all = there.flatMap(({ type, stream }) => {
                const id = stream.slice(9);
                return type === 'CampaignPlanned' ? [[id, ...expected(there, id)]] : [];
              });
              expect({ moment, found, unconverted }).toEqual({ moment, found: all, unconverted: [] });
            }
          },
          [],
        );
      }),
      { numRuns: Number(process.env['CAMPAIGN_RUNS'] ?? 5) },
    );
  });
});
