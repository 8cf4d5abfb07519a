import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProduct, type Answer, type Product } from '../../libs/testing/product.js';

let product: Product;
const keys = new Map<string, string>();

/** Who acts, and whose manager they are: Kim of West, where Sam is, and Lee of North, where Noor is. */
const holders = {
  sam: { role: 'sales', salesperson: 'sam' },
  noor: { role: 'sales', salesperson: 'noor' },
  kim: { role: 'sales-manager', salesperson: 'kim' },
  lee: { role: 'sales-manager', salesperson: 'lee' },
  office: { role: 'sales' },
  desk: { role: 'sales-manager' },
  marketing: { role: 'marketing' },
} as const;

type Holder = keyof typeof holders;

const today = new Date().toISOString().slice(0, 10);
const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
const period = `${Number(today.slice(0, 4)) + 1}-Q1`;
const amount = { amount: 4_800_000, currency: 'EUR' };

const as = (who: Holder, commandId: string = randomUUID()): Record<string, string> => ({
  authorization: `Bearer ${keys.get(who) ?? ''}`,
  'idempotency-key': commandId,
});

const issue = (who: Holder, name: string, body: object, commandId?: string): Promise<Answer> =>
  product.call('POST', `/v1/commands/${name}`, body, as(who, commandId));

/** What came of it: the number of facts, or the code of the problem. */
async function outcome(who: Holder, name: string, body: object): Promise<unknown> {
  const { status, json } = await issue(who, name, body);
  return status === 200 ? 'done' : `${status} ${String(json['code'])}`;
}

async function done(who: Holder, name: string, body: object): Promise<string> {
  const { status, json } = await issue(who, name, body);
  expect([name, status, json['code']]).toEqual([name, 200, undefined]);
  return String(json['stream']).replace(/^[a-z]+-/, '');
}

const no = '403 NOT_YOURS';

/** What everybody is answered; the one after the other, so that whoever comes later finds it done. */
async function answered(name: string, body: object, expected: Partial<Record<Holder, string>>): Promise<void> {
  const found: [string, unknown][] = [];
  for (const who of Object.keys(expected) as Holder[]) found.push([who, await outcome(who, name, body)]);
  expect([name, Object.fromEntries(found)]).toEqual([name, expected]);
}

/** Sam works on it, and so do his manager and keys that act for nobody in particular. */
const isSams = (name: string, body: object): Promise<void> =>
  answered(name, body, { noor: no, lee: no, sam: 'done', kim: 'done', office: 'done', desk: 'done' });

/** The same where the role of a salesperson does not issue it. */
const isOfSamsManager = (name: string, body: object): Promise<void> =>
  answered(name, body, { sam: '403 COMMAND_NOT_ALLOWED', lee: no, kim: 'done', desk: 'done' });

const lead = (owner?: string): object => ({ name: 'Ilse Verbruggen', source: 'trade fair', owner });
const deal = (owner?: string): object => ({ title: 'Cranes', amount, owner });

beforeAll(async () => {
  product = await startProduct();
  for (const [who, holder] of Object.entries(holders)) {
    const { json } = await product.call('POST', '/v1/keys', { name: `the key of ${who}`, ...holder });
    keys.set(who, String(json['key']));
  }
  await done('kim', 'DefineTeam', { teamId: 'west', name: 'West', manager: 'kim' });
  await done('lee', 'DefineTeam', { teamId: 'north', name: 'North', manager: 'lee' });
  await done('kim', 'AddTeamMember', { salesperson: 'sam', teamId: 'west', from: '2020-01-01' });
  await done('lee', 'AddTeamMember', { salesperson: 'noor', teamId: 'north', from: '2020-01-01' });
});

afterAll(async () => {
  await product.stop();
});

describe('keys', () => {
  it('name the salesperson that they act for, in the roles of sales alone', async () => {
    const { json } = await product.call('GET', '/v1/keys');
    const listed = json['items'] as readonly { name: string; salesperson: string | null }[];
    const named = Object.fromEntries(listed.map(({ name, salesperson }) => [name, salesperson]));
    expect(named).toMatchObject({ 'the key of sam': 'sam', 'the key of kim': 'kim', 'the key of office': null });
    const wrong = await product.call('POST', '/v1/keys', { name: 'x', role: 'marketing', salesperson: 'sam' });
    expect([wrong.status, wrong.json['code']]).toEqual([400, 'ROLE_WITHOUT_SALESPERSON']);
    expect(wrong.json['errors']).toEqual([expect.objectContaining({ path: 'salesperson' })]);
    const blank = await product.call('POST', '/v1/keys', { name: 'x', role: 'sales', salesperson: ' ' });
    expect([blank.status, blank.json['code']]).toEqual([400, 'INVALID_BODY']);
  });
});

describe('a salesperson', () => {
  it('works on their own leads, contacts and accounts', async () => {
    const personId = await done('sam', 'RegisterLead', lead('sam'));
    await isSams('QualifyLead', { personId, to: 'marketing-qualified' });
    await isSams('GiveConsent', { personId, channel: 'e-mail', source: 'fair' });
    await isSams('QualifyLead', { personId, to: 'sales-qualified' });
    await isSams('SendLeadQuote', { personId, quoteId: 'Q-1', amount });
    const account = { name: 'Noordzee' };
    await isSams('ConvertLead', { personId, account });
    await isSams('ChangePersonDetails', { personId, name: 'Ilse de Boer' });
    const accountId = await done('sam', 'OpenAccount', { name: 'Oostzee', owner: 'sam' });
    await isSams('AssignContactAccount', { personId, accountId });
    await isSams('AssignAccountRoles', { accountId, roles: ['customer', 'partner'] });
    await isSams('SetAccountAttributes', { accountId, attributes: [{ name: 'tier', type: 'text', value: 'gold' }] });
  });

  it('becomes the owner of the contact that they convert an unowned lead to', async () => {
    const personId = await done('marketing', 'RegisterLead', lead());
    for (const to of ['marketing-qualified', 'sales-qualified']) await done('noor', 'QualifyLead', { personId, to });
    await done('sam', 'ConvertLead', { personId, account: { name: 'Zuiderzee' } });
    await isSams('SetPersonAttributes', { personId, attributes: [{ name: 'tier', type: 'text', value: 'gold' }] });
  });

  it('works on their own opportunities, their quotes and what was bought', async () => {
    const opportunityId = await done('sam', 'OpenOpportunity', deal('sam'));
    await isSams('AdvanceOpportunity', { opportunityId, to: 'proposal' });
    await isSams('SendQuote', { opportunityId, quoteId: 'Q-2' });
    await isSams('RescheduleOpportunity', { opportunityId, expectedClose: '2030-01-01' });
    const accountId = await done('sam', 'OpenAccount', { name: 'Waddenzee', owner: 'sam' });
    await isSams('AssignOpportunityAccount', { opportunityId, accountId });
    const source = { system: 'erp', reference: 'SO-1' };
    const lines = [{ product: 'Crane', quantity: '1', unitPrice: amount }];
    const bought = { accountId, source, kind: 'order', date: yesterday, lines, amount };
    await isOfSamsManager('RecordPurchase', bought);
    const purchaseId = await done('kim', 'RecordPurchase', bought);
    const noors = await done('noor', 'OpenOpportunity', deal('noor'));
    expect(await outcome('sam', 'AssignPurchaseOpportunity', { purchaseId, opportunityId: noors })).toBe(no);
    await isSams('AssignPurchaseOpportunity', { purchaseId, opportunityId });
    await isSams('WinOpportunity', { opportunityId });
  });

  it('works on what they do themselves, whoever it is about, and reports for nobody else', async () => {
    const personId = await done('noor', 'RegisterLead', lead('noor'));
    const visit = { kind: 'visit', direction: 'outbound', personId };
    const planned = { ...visit, dueAt: '2030-01-01T09:00:00Z' };
    // Who is not named is who plans it.
    const activityId = await done('sam', 'PlanActivity', planned);
    await isSams('RescheduleActivity', { activityId, dueAt: '2030-01-02T09:00:00Z' });
    expect(await outcome('sam', 'PlanActivity', { ...planned, assignee: 'noor' })).toBe(no);
    expect(await outcome('sam', 'LogActivity', { ...visit, outcome: 'reached', by: 'noor' })).toBe(no);
    expect(await outcome('sam', 'CompleteActivity', { activityId, outcome: 'reached', by: 'noor' })).toBe(no);
    await isSams('LogActivity', { ...visit, outcome: 'reached', by: 'sam' });
    await isSams('CompleteActivity', { activityId, outcome: 'reached' });
  });

  it('takes what is nobody’s, and gives it to nobody else', async () => {
    const personId = await done('marketing', 'RegisterLead', lead());
    await answered('QualifyLead', { personId, to: 'marketing-qualified' }, { sam: 'done', noor: 'done', lee: 'done' });
    expect(await outcome('noor', 'TransferPerson', { personId, owner: 'sam' })).toBe(no);
    expect(await outcome('noor', 'TransferPerson', { personId, owner: 'noor' })).toBe('done');
    expect(await outcome('sam', 'TransferPerson', { personId, owner: 'sam' })).toBe(no);
    const opportunityId = await done('sam', 'OpenOpportunity', deal());
    expect(await outcome('kim', 'ReassignOpportunity', { opportunityId, owner: 'noor' })).toBe(no);
    expect(await outcome('kim', 'ReassignOpportunity', { opportunityId, owner: 'sam' })).toBe('done');
    await isSams('AdvanceOpportunity', { opportunityId, to: 'qualification' });
  });

  it('begins things of their own or of nobody', async () => {
    for (const [name, body] of [
      ['RegisterLead', lead],
      ['OpenOpportunity', deal],
      ['OpenAccount', (owner?: string) => ({ name: 'Waddenzee', owner })],
    ] as const) {
      await answered(name, body('noor'), { sam: no, kim: no, lee: 'done', noor: 'done', office: 'done' });
      await answered(name, body(), { sam: 'done', noor: 'done', kim: 'done', office: 'done' });
    }
  });

  it('makes one of two only where both are theirs', async () => {
    const [mine, noors, too] = [
      await done('sam', 'RegisterLead', lead('sam')),
      await done('noor', 'RegisterLead', lead('noor')),
      await done('sam', 'RegisterLead', lead('sam')),
    ];
    await answered('MergePersons', { personId: mine, duplicateId: noors }, { sam: no, noor: no, kim: no, lee: no });
    await answered('MergePersons', { personId: mine, duplicateId: too }, { noor: no, lee: no, sam: 'done' });
  });

  it('cuts call lists for themselves, and tells of their own leads and opportunities what campaigns caused', async () => {
    const personId = await done('sam', 'RegisterLead', lead('sam'));
    await done('sam', 'CreateStaticList', { segmentId: 'fair', name: 'Fair', of: 'people' });
    await done('noor', 'AddToStaticList', { segmentId: 'fair', personIds: [personId] });
    const order = {
      selectionId: 'fair',
      name: 'Fair',
      segmentId: 'fair',
      orderBy: 'silence',
      direction: 'highest-first',
    };
    await done('noor', 'DefineSelection', order);
    const cut = { selectionId: 'fair', size: 5, dueAt: '2030-01-01T09:00:00Z', candidates: [{ personId, value: 1 }] };
    await isSams('CutCallLists', { ...cut, salespeople: ['sam'] });
    await answered('CutCallLists', { ...cut, salespeople: ['sam', 'noor'] }, { sam: no, kim: no, desk: 'done' });
    const campaign = { name: 'Fair', aim: 'pre-sale', segmentId: 'fair', channels: ['e-mail'] };
    const campaignId = await done('lee', 'PlanCampaign', campaign);
    await done('kim', 'LaunchCampaign', { campaignId });
    await isSams('AttributeToCampaign', { campaignId, personId });
    const opportunityId = await done('sam', 'OpenOpportunity', deal('sam'));
    await isSams('AttributeToCampaign', { campaignId, opportunityId });
    await isSams('RecordResponse', { campaignId, personId, kind: 'replied' });
  });

  it('submits their own forecast', async () => {
    const forecast = { period, amounts: { commit: 100, bestCase: 0, pipeline: 0 }, currency: 'EUR' };
    await isSams('SubmitForecast', { ...forecast, owner: 'sam' });
  });

  it('sees what others own: reading is not asked', async () => {
    const { json } = await issue('noor', 'OpenOpportunity', deal('noor'));
    const id = String(json['stream']).replace('opportunity-', '');
    const asked = await product.call(
      'GET',
      `/v1/opportunities/${id}?minPosition=${String(json['position'])}`,
      undefined,
      as('sam'),
    );
    expect([asked.status, asked.json['owner']]).toEqual([200, 'noor']);
  });

  it('is told so line by line where many commands are sent at once', async () => {
    const mine = await done('sam', 'OpenOpportunity', deal('sam'));
    const noors = await done('noor', 'OpenOpportunity', deal('noor'));
    const lines = [mine, noors].map((opportunityId) =>
      JSON.stringify({
        command: 'AdvanceOpportunity',
        data: { opportunityId, to: 'proposal' },
        idempotencyKey: randomUUID(),
      }),
    );
    const { text } = await product.call('POST', '/v1/commands', lines.join('\n'), {
      ...as('sam'),
      'content-type': 'application/x-ndjson',
    });
    const [first, second] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first?.['events']).toHaveLength(1);
    expect(second).toMatchObject({ status: 403, code: 'NOT_YOURS' });
  });
});

describe('a sales manager', () => {
  it('agrees the targets of the team, adjusts its submissions and commits its total', async () => {
    const amounts = { commit: 80, bestCase: 0, pipeline: 0 };
    await done('sam', 'SubmitForecast', { owner: 'sam', period, amounts, currency: 'EUR' });
    await isOfSamsManager('AdjustForecast', {
      owner: 'sam',
      period,
      amounts: { ...amounts, commit: 70 },
      reason: 'Slips',
    });
    await isOfSamsManager('CommitForecast', { teamId: 'west', period, amount });
    await answered('CommitForecast', { period, amount }, { kim: no, lee: no, desk: 'done' });
    await isOfSamsManager('AgreeTarget', { owner: 'sam', period, amount });
    await isOfSamsManager('AgreeTarget', { teamId: 'west', period, amount });
    const targetId = await done('kim', 'AgreeTarget', { teamId: 'west', period, amount });
    await isOfSamsManager('WithdrawTarget', { targetId, reason: 'Another one' });
    await answered('AgreeTarget', { owner: 'kim', period, amount }, { lee: no, kim: 'done' });
  });

  it('leads their own teams, and takes no members from others', async () => {
    await isOfSamsManager('DefineTeam', { teamId: 'west', name: 'Far West', manager: 'kim' });
    await answered('DefineTeam', { teamId: 'west', name: 'West', manager: 'lee' }, { lee: no });
    await answered('DefineTeam', { teamId: 'east', name: 'East', manager: 'lee' }, { kim: no, lee: 'done' });
    const join = { salesperson: 'sam', from: today };
    await answered('AddTeamMember', { ...join, teamId: 'north' }, { lee: no, kim: no });
    await answered('RemoveTeamMember', { salesperson: 'sam', teamId: 'west', until: yesterday }, { lee: no });
    await answered('AddTeamMember', { salesperson: 'max', teamId: 'north', from: today }, { kim: no, lee: 'done' });
    await answered('DisbandTeam', { teamId: 'east' }, { kim: no, lee: 'done' });
  });

  it('still keeps the policies and definitions of all of sales', async () => {
    await answered(
      'ChangePolicy',
      { policyName: 'stalled-contact.after', value: { weeks: 4 } },
      { sam: '403 COMMAND_NOT_ALLOWED', kim: 'done' },
    );
  });
});

describe('what changes hands', () => {
  it('is theirs to whom it came, and what was answered before stays answered', async () => {
    const opportunityId = await done('sam', 'OpenOpportunity', deal('sam'));
    const [handOver, advance] = [randomUUID(), randomUUID()];
    const proposal = { opportunityId, to: 'proposal' };
    const advanced = await issue('sam', 'AdvanceOpportunity', proposal, advance);
    const given = await issue('sam', 'ReassignOpportunity', { opportunityId, owner: 'noor' }, handOver);
    expect([advanced.status, given.status]).toEqual([200, 200]);
    await answered(
      'MoveOpportunityBack',
      { opportunityId, to: 'qualification', reason: 'too early' },
      {
        sam: no,
        kim: no,
        noor: 'done',
        lee: 'done',
      },
    );
    const again = await issue('sam', 'AdvanceOpportunity', proposal, advance);
    expect([again.status, again.text]).toEqual([200, advanced.text]);
    const givenAgain = await issue('sam', 'ReassignOpportunity', { opportunityId, owner: 'noor' }, handOver);
    expect([givenAgain.status, givenAgain.text]).toEqual([200, given.text]);
    expect(await outcome('sam', 'ReassignOpportunity', { opportunityId, owner: 'sam' })).toBe(no);
    expect(await outcome('lee', 'ReassignOpportunity', { opportunityId, owner: 'sam' })).toBe('done');
    await isSams('RescheduleOpportunity', { opportunityId, expectedClose: '2030-02-01' });
  });

  it('follows the salesperson to another team', async () => {
    const opportunityId = await done('sam', 'OpenOpportunity', deal('sam'));
    const commandId = randomUUID();
    const later = { opportunityId, expectedClose: '2030-03-01' };
    const before = await issue('kim', 'RescheduleOpportunity', later, commandId);
    expect(before.status).toBe(200);
    await done('kim', 'RemoveTeamMember', { salesperson: 'sam', teamId: 'west', until: yesterday });
    const stage = { opportunityId, to: 'proposal' };
    await answered('AdvanceOpportunity', stage, { kim: no, lee: no });
    await done('lee', 'AddTeamMember', { salesperson: 'sam', teamId: 'north', from: today });
    await answered('AdvanceOpportunity', stage, { kim: no, noor: no, lee: 'done', sam: 'done' });
    await answered('AgreeTarget', { owner: 'sam', period, amount: { ...amount, amount: 1 } }, { kim: no, lee: 'done' });
    const again = await issue('kim', 'RescheduleOpportunity', later, commandId);
    expect([again.status, again.text]).toEqual([200, before.text]);
  });
});
