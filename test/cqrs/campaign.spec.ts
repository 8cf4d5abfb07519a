import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProduct, type Product } from '../../libs/testing/product.js';

const ids = {
  ilse: '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11',
  tomas: '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10',
  late: '00000000-0000-4000-8000-00000000000a',
  later: '00000000-0000-4000-8000-00000000000b',
};
const campaignId = '3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f';
const segmentId = 'fair';
const campaign = { name: 'Inspection', aim: 'pre-sale', channels: ['e-mail'] };
const source = { kind: 'bought-list', name: 'Wind energy' };

describe('A campaign, from the list to the response', () => {
  let product: Product;
  const tell = (name: string, body: object) => product.call('POST', `/v1/commands/${name}`, body);
  const done = async (name: string, body: object): Promise<void> => {
    const { status, text } = await tell(name, body);
    expect([name, status, text]).toEqual([name, 200, expect.any(String)]);
  };

  beforeAll(async () => {
    product = await startProduct();
    for (const personId of [ids.ilse, ids.late]) {
      await done('RegisterName', { personId, name: 'Ilse', email: 'ilse@example.com', source });
      await done('GiveConsent', { personId, channel: 'e-mail', source: 'form' });
    }
    await done('RegisterOther', { personId: ids.tomas, name: 'Tomas', relation: 'press' });
    await done('CreateStaticList', { segmentId, name: 'Visitors', of: 'people' });
    await done('AddToStaticList', { segmentId, personIds: [ids.ilse, ids.tomas] });
    await done('PlanCampaign', { ...campaign, campaignId, segmentId });
    await done('LaunchCampaign', { campaignId });
    await done('AddToStaticList', { segmentId, personIds: [ids.late] });
  });
  afterAll(() => product.stop());

  const send = (personId: string, of = campaignId) =>
    tell('RecordSend', { campaignId: of, personId, channel: 'e-mail' });
  /** What is sent once it is told who the members are. */
  const fixed = async (personId: string, of = campaignId) => {
    let answer = await send(personId, of);
    for (let tries = 0; answer.json['code'] === 'CAMPAIGN_MEMBERS_NOT_FIXED' && tries < 200; tries++) {
      await sleep(100);
      answer = await send(personId, of);
    }
    return answer;
  };

  it('has the members that the list had at the launch, without those who are no customers', async () => {
    expect((await fixed(ids.ilse)).status).toBe(200);
    expect((await fixed(ids.late)).json['code']).toBe('NOT_A_CAMPAIGN_MEMBER');
    expect((await send(ids.tomas)).json['code']).toBe('OTHER_NEVER_IN_CAMPAIGN');
  });

  it('has the members that its rule had at the launch, where it is aimed at a dynamic segment', async () => {
    const wordOfMouth = '7a1e6a52-8c1f-4d43-9a55-3c6f0a7d2e11';
    const rule = { field: 'consent', channel: 'e-mail', operator: 'one-of', value: ['opted-in'] };
    await done('DefineSegment', { segmentId: 'willing', name: 'Willing', of: 'people', rule });
    const aimed = { ...campaign, campaignId: wordOfMouth, segmentId: 'willing' };
    await done('PlanCampaign', aimed);
    await done('LaunchCampaign', { campaignId: wordOfMouth });
    await done('RegisterName', { personId: ids.later, name: 'Ola', email: 'ola@example.com', source });
    await done('GiveConsent', { personId: ids.later, channel: 'e-mail', source: 'form' });
    for (const personId of [ids.ilse, ids.late]) expect((await fixed(personId, wordOfMouth)).status).toBe(200);
    expect((await fixed(ids.later, wordOfMouth)).json['code']).toBe('NOT_A_CAMPAIGN_MEMBER');
  });

  it('leaves dogs out unless they are asked for (S4), also of a list that names them', async () => {
    // Bought a little, years ago.
    const purchase = {
      personId: ids.late,
      source: { system: 'erp', reference: '1' },
      kind: 'order',
      date: '2020-01-02',
      lines: [{ product: 'Guide', quantity: '1', unitPrice: { amount: 1_000, currency: 'EUR' } }],
      amount: { amount: 1_000, currency: 'EUR' },
    };
    await done('RegisterLead', { personId: ids.late, source: 'fair' });
    await done('RecordPurchase', purchase);
    const launched = async (id: string, more: object) => {
      await done('PlanCampaign', { ...campaign, campaignId: id, segmentId, ...more });
      await done('LaunchCampaign', { campaignId: id });
      const codes = [];
      for (const personId of [ids.ilse, ids.late]) codes.push((await fixed(personId, id)).json['code'] ?? 'sent');
      return codes;
    };
    expect(await launched('7a1e6a52-8c1f-4d43-9a55-3c6f0a7d2e12', {})).toEqual(['sent', 'NOT_A_CAMPAIGN_MEMBER']);
    expect(await launched('7a1e6a52-8c1f-4d43-9a55-3c6f0a7d2e13', { includeDogs: true })).toEqual(['sent', 'sent']);
  });

  it('stands in the history of whoever it was sent to and who unsubscribed, who is sent nothing more', async () => {
    await done('RecordResponse', { campaignId, personId: ids.ilse, kind: 'unsubscribed', channel: 'e-mail' });
    const history = async () => (await product.call('GET', `/v1/customers/${ids.ilse}/history`)).text;
    for (let tries = 0; !(await history()).includes('ConsentWithdrawn') && tries < 100; tries++) await sleep(100);
    const told = await history();
    for (const type of ['CampaignSent', 'CampaignResponded', 'ConsentWithdrawn']) expect(told).toContain(type);
    // What a decision rests on in other streams may be a second old.
    await sleep(1_100);
    const again = await tell('RecordSend', { campaignId, personId: ids.ilse, channel: 'e-mail', content: 'reminder' });
    expect(again.json['code']).toBe('CONSENT_MISSING');
  });
});

describe('A launch for which it is still to be told who is a dog', () => {
  it('keeps nobody waiting who stops the product', async () => {
    const product = await startProduct({ readModels: [] });
    for (const [name, body] of [
      ['CreateStaticList', { segmentId, name: 'Visitors', of: 'people' }],
      ['PlanCampaign', { ...campaign, campaignId, segmentId }],
      ['LaunchCampaign', { campaignId }],
    ] as const) {
      expect((await product.call('POST', `/v1/commands/${name}`, body)).text).toContain('position');
    }
    // By then it is waited for a read model that nobody writes.
    await sleep(500);
    await product.stop();
  });
});
