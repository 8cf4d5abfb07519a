import { describe, expect, it } from '@jest/globals';
import type { AttributionEvents } from '../../libs/domain/attribution/attribution.events.js';
import type { CampaignEvents } from '../../libs/domain/campaign/campaign.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import type { PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import type { RecipientEvents, ResponseKind } from '../../libs/domain/recipient/recipient.events.js';
import { dayIn, eur, opportunityOpened, purchaseRecorded, rateSet, usd } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { campaignsModel } from './index.js';
import { campaignsReport } from './queries.js';

const campaign = happened<CampaignEvents>();
const recipient = happened<RecipientEvents>();
const person = happened<PersonEvents>();
const attribution = happened<AttributionEvents>();
const deal = happened<OpportunityEvents>();
const purchase = happened<PurchaseEvents>();
const policy = happened<PolicyEvents>();
const day = dayIn(2024);

const planned = (id: string, at: string) =>
  campaign(`campaign-${id}`, 'CampaignPlanned', at, {
    name: id,
    aim: 'pre-sale',
    segmentId: 'fair',
    channels: ['e-mail'],
    budget: eur(500),
    owner: 'kim',
    includeDogs: false,
  });
const cost = (id: string, reference: string, at: string, amount = eur(100)) =>
  campaign(`campaign-${id}`, 'CampaignCostRecorded', at, { reference, amount, what: 'print' });
const sent = (id: string, personId: string, at: string) =>
  recipient(`recipient-${id}-${personId}`, 'CampaignSent', at, {
    campaignId: id,
    personId,
    channel: 'e-mail',
    consent: { source: 'form', since: day(1) },
  });
const answered = (id: string, personId: string, kind: ResponseKind, at: string, more = {}) =>
  recipient(`recipient-${id}-${personId}`, 'CampaignResponded', at, { campaignId: id, personId, kind }, more);
const opened = (id: string, at: string, more: object = {}) => opportunityOpened(id, at, { title: id, ...more });
const won = (id: string, at: string, amount = eur(300), more = {}) =>
  deal(`opportunity-${id}`, 'OpportunityWon', at, { from: 'first', amount }, more);
const bought = (id: string, at: string, amount: number, more: object) =>
  purchaseRecorded(id, at, { accountId: 'acme', amount: eur(amount), ...more });

const story = [
  planned('spring', day(1)),
  planned('summer', day(2)),
  campaign('campaign-spring', 'CampaignLaunched', day(3), { segmentId: 'fair', of: 'people', includeDogs: false }),
  campaign('campaign-spring', 'CampaignMembersFixed', day(3), { members: 4 }),
  cost('spring', 'a', day(3)),
  cost('spring', 'b', day(4), usd(100)),
  sent('spring', 'p', day(4)),
  sent('spring', 'p', day(5)),
  sent('spring', 'q', day(4)),
  sent('spring', 'r', day(4)),
  answered('spring', 'p', 'opened', day(5)),
  answered('spring', 'p', 'clicked', day(5)),
  answered('spring', 'p', 'replied', day(6)),
  answered('spring', 'q', 'unsubscribed', day(6)),
  answered('spring', 'x', 'attended', day(7)),
  // A week late.
  answered('spring', 'r', 'registered', day(8), { recordedAt: day(15) }),
  attribution('attribution-1', 'AttributedToCampaign', day(9), { campaignId: 'spring', personId: 'p' }),
  opened('1', day(10), { contactIds: ['z', 'p'] }),
  opened('2', day(10), { campaignId: 'spring', contactIds: ['p'] }),
  opened('3', day(10), { campaignId: 'spring' }),
  opened('4', day(10)),
  attribution('attribution-2', 'AttributedToCampaign', day(11), { campaignId: 'summer', opportunityId: '3' }),
  won('1', day(12)),
  won('2', day(13), usd(200)),
  won('4', day(13)),
];

const set = (at: string, value: string, validFrom: string) => rateSet(at, ['EUR', 'USD'], value, validFrom);

describe('the campaigns', () => {
  it('tell what they cost, whom they reached and what they brought', async () => {
    await givenEvents(set(day(1), '2', '2024-01-01'), ...story).projectedBy(campaignsModel, async ({ database }) => {
      const report = async (asked: object = {}) =>
        (await campaignsReport(database, { campaignId: 'spring', ...asked })).items[0];

      expect(await report()).toEqual({
        campaignId: 'spring',
        name: 'spring',
        aim: 'pre-sale',
        segmentId: 'fair',
        owner: 'kim',
        status: 'launched',
        launchedAt: day(3),
        endedAt: null,
        budget: eur(500),
        members: 4,
        sent: 4,
        recipients: 3,
        opened: 1,
        responses: 4,
        responders: 3,
        responseRate: '0.6667',
        unsubscribed: 1,
        complained: 0,
        bounced: 0,
        leads: 1,
        opportunities: 2,
        won: 2,
        cost: 150,
        revenue: 400,
        returnOnInvestment: '1.6667',
        currency: 'EUR',
      });
      expect(await report({ asOf: day(10), knownAt: day(14) })).toMatchObject({
        responses: 3,
        responseRate: '0.3333',
        opportunities: 3,
        won: 0,
        revenue: 0,
        returnOnInvestment: '-1.0000',
      });
      expect(await report({ asOf: day(10) })).toMatchObject({ responses: 4 });
      const all = await campaignsReport(database, {});
      expect(
        all.items.map(({ campaignId, opportunities, cost: paid, returnOnInvestment }) => [
          campaignId,
          opportunities,
          paid,
          returnOnInvestment,
        ]),
      ).toEqual([
        ['summer', 1, 0, null],
        ['spring', 2, 150, '1.6667'],
      ]);
      expect(all.unconverted).toEqual([]);
      expect((await campaignsReport(database, { status: 'planned' })).items).toHaveLength(1);

      const { rows } = await database.pool.query<object>(
        `select c.name, c.return_on_investment, a.what, a.id, a.reporting from analytics.campaigns c
         join analytics.campaign_amounts a using (campaign_id) order by a.what, a.id`,
      );
      expect(rows).toEqual([
        { name: 'spring', return_on_investment: 1.6667, what: 'cost', id: 'a', reporting: 100 },
        { name: 'spring', return_on_investment: 1.6667, what: 'cost', id: 'b', reporting: 50 },
        { name: 'spring', return_on_investment: 1.6667, what: 'opportunity', id: '1', reporting: 300 },
        { name: 'spring', return_on_investment: 1.6667, what: 'opportunity', id: '2', reporting: 100 },
      ]);
    });
  });

  it('count people who were merged once, and find what caused them under either id', async () => {
    const caused = (campaignId: string, personId: string, at: string) =>
      attribution(`attribution-${personId}`, 'AttributedToCampaign', at, { campaignId, personId });
    const events = [
      planned('spring', day(1)),
      planned('summer', day(1)),
      sent('spring', 'd', day(4)),
      sent('spring', 's', day(4)),
      answered('spring', 'd', 'clicked', day(5)),
      answered('spring', 's', 'opened', day(5)),
      caused('spring', 'd', day(6)),
      opened('1', day(7), { contactIds: ['s'] }),
      person('person-d', 'PersonMergedInto', day(10), { survivorId: 's', consents: [] }, { recordedAt: day(12) }),
      // The last word on them counts, under whichever id.
      caused('summer', 's', day(14)),
      person('person-d', 'PersonSeparated', day(20), { survivorId: 's' }),
    ];
    await givenEvents(...events).projectedBy(campaignsModel, async ({ database }) => {
      const report = async (campaignId: string, asOf: string, knownAt?: string) => {
        const [one] = (await campaignsReport(database, { campaignId, asOf, knownAt })).items;
        return [one?.sent, one?.recipients, one?.responders, one?.responseRate, one?.leads, one?.opportunities];
      };
      const apart = [2, 2, 1, '0.5000', 1, 0];
      expect(await report('spring', day(9))).toEqual(apart);
      expect(await report('spring', day(11), day(11))).toEqual(apart);
      expect(await report('spring', day(11))).toEqual([2, 1, 1, '1.0000', 1, 1]);
      expect(await report('spring', day(15))).toEqual([2, 1, 1, '1.0000', 0, 0]);
      expect((await report('summer', day(15))).slice(-2)).toEqual([1, 1]);
      expect(await report('spring', day(20))).toEqual(apart);
    });
  });

  it('list what cannot be converted, and keep the rate that was known', async () => {
    const more = [
      set(day(20), '4', '2024-01-01'),
      policy('policy-reporting.currency', 'PolicyChanged', day(25), {
        policy: 'reporting.currency',
        version: 1,
        value: { currency: 'USD' },
      }),
    ];
    await givenEvents(...story, ...more).projectedBy(campaignsModel, async ({ database }) => {
      const report = await campaignsReport(database, { asOf: day(24) });
      expect(report.unconverted).toEqual([
        { campaignId: 'spring', what: 'cost', id: 'b', ...usd(100) },
        { campaignId: 'spring', what: 'opportunity', id: '2', ...usd(200) },
      ]);
      expect(report.items[1]).toMatchObject({ cost: 100, revenue: 300, currency: 'EUR', returnOnInvestment: '2.0000' });
      expect((await campaignsReport(database, {})).items[1]).toMatchObject({
        cost: 100,
        revenue: 200,
        currency: 'USD',
      });
    });
  });

  it('count the purchases that name an opportunity in its place, each once', async () => {
    const purchases = [
      bought('order', day(14), 1_000, {}),
      bought('invoice', day(15), 1_000, { kind: 'invoice', orderId: 'order', opportunityId: '1' }),
      bought('more', day(16), 50, { opportunityId: '2' }),
      purchase('purchase-more', 'PurchaseCancelled', day(20), { amount: eur(50), reason: 'return' }),
      deal('opportunity-4', 'OpportunityReopened', day(21), { to: 'first', reason: 'again' }),
    ];
    await givenEvents(set(day(1), '2', '2024-01-01'), ...story, ...purchases).projectedBy(
      campaignsModel,
      async ({ database }) => {
        const revenue = async (asOf: string) =>
          (await campaignsReport(database, { campaignId: 'spring', asOf })).items[0]?.revenue;
        expect(await revenue(day(14))).toBe(400);
        expect(await revenue(day(15))).toBe(1_100);
        expect(await revenue(day(16))).toBe(1_050);
        expect(await revenue(day(20))).toBe(1_000);
      },
    );
  });
});
