import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProduct, type Product } from '../../libs/testing/product.js';
import { eur, Life, on } from './life.js';

let product: Product;
let life: Life;

beforeAll(async () => {
  product = await startProduct();
  life = new Life(product);
});

afterAll(async () => {
  await product.stop();
});

const [director, technician, name] = [randomUUID(), randomUUID(), randomUUID()];
const [accountId, opportunityId] = [randomUUID(), randomUUID()];

const change = (policyName: string, value: object) =>
  life.done(on('2020-01-02'), 'ChangePolicy', { policyName, value }, 'PolicyChanged');

async function salesQualified(personId: string, first: string, then: string): Promise<void> {
  await life.done(on(first), 'QualifyLead', { personId, to: 'marketing-qualified' }, 'LeadQualified');
  await life.done(on(then), 'QualifyLead', { personId, to: 'sales-qualified' }, 'LeadQualified');
}

/** Everything that happened to the account, its people and its opportunity, by day. */
const whole = [
  '2020-02-03 AccountOpened',
  '2020-02-10 LeadRegistered',
  '2020-02-12 LeadQualified',
  '2020-02-17 LeadQualified',
  '2020-02-19 LeadQuoteSent',
  '2020-02-24 LeadConverted',
  '2020-03-02 LeadRegistered',
  '2020-03-03 LeadQualified',
  '2020-03-04 LeadQualified',
  '2020-03-06 LeadContractSigned',
  '2020-03-09 LeadConverted',
  '2020-03-16 OpportunityOpened',
  '2020-03-17 BuyingRoleAssigned',
  '2020-03-18 BuyingRoleAssigned',
  '2020-03-23 OpportunityAccountAssigned',
  '2020-04-06 OpportunityAdvanced',
  '2020-04-07 QuoteSent',
  '2020-04-20 QuoteDeclined',
  '2020-04-22 OpportunityLinesChanged',
  '2020-04-23 QuoteSent',
  '2020-06-02 OpportunityLost',
  '2021-02-01 OpportunityReopened',
  '2021-02-08 QuoteAccepted',
  '2021-02-15 ContractSigned',
  '2021-02-16 OpportunityWon',
];

describe('A life that begins with a formal contact (S1)', () => {
  it('is under policies that ask for it', async () => {
    await change('conversion.requires', { requires: 'formal-contact' });
    await change('opportunity.opensAt', { opensAt: 'quote-sent' });
    const held = async (asOf: string) =>
      (await life.asked(`/v1/policies/conversion.requires?asOf=${asOf}`))['value'] as object;
    expect(await held('2020-01-01T00:00:00Z')).toEqual({ requires: 'sales-qualified' });
    expect(await held('2020-01-03T00:00:00Z')).toEqual({ requires: 'formal-contact' });
  });

  it('is a lead whose qualification is not enough: a quote has to be sent', async () => {
    const account = { accountId, name: 'Werft Oldersum', industry: 'shipbuilding', owner: 'kim' };
    await life.done(on('2020-02-03'), 'OpenAccount', account, 'AccountOpened');
    const lead = { personId: director, name: 'Karin Thoma', email: 'karin.thoma@example.com', source: 'letter' };
    await life.done(on('2020-02-10'), 'RegisterLead', lead, 'LeadRegistered');
    await salesQualified(director, '2020-02-12', '2020-02-17');
    const converted = { personId: director, account: { accountId }, owner: 'kim' };
    await life.refused(on('2020-02-18'), 'ConvertLead', converted, 'LEAD_WITHOUT_FORMAL_CONTACT');
    const opened = { title: 'Care for two docks', amount: eur(9_000_000), contactIds: [director] };
    await life.refused(on('2020-02-18'), 'OpenOpportunity', opened, 'OPPORTUNITY_WITHOUT_QUOTE');
    const quote = { personId: director, quoteId: 'LQ-1' };
    await life.refused(on('2020-02-19'), 'SendLeadQuote', quote, 'QUOTE_WITHOUT_AMOUNT');
    await life.done(on('2020-02-19'), 'SendLeadQuote', { ...quote, amount: eur(9_000_000) }, 'LeadQuoteSent');
    await life.done(on('2020-02-24'), 'ConvertLead', converted, 'LeadConverted');
  });

  it('is a second contact, who signed a contract first', async () => {
    const lead = { personId: technician, name: 'Nils Kessler', email: 'nils.kessler@example.com', source: 'visit' };
    await life.done(on('2020-03-02'), 'RegisterLead', lead, 'LeadRegistered');
    await salesQualified(technician, '2020-03-03', '2020-03-04');
    const converted = { personId: technician, account: { accountId }, owner: 'kim' };
    await life.refused(on('2020-03-05'), 'ConvertLead', converted, 'LEAD_WITHOUT_FORMAL_CONTACT');
    const contract = { personId: technician, contractId: 'LC-1', amount: eur(150_000) };
    await life.done(on('2020-03-06'), 'SignLeadContract', contract, 'LeadContractSigned');
    await life.done(on('2020-03-09'), 'ConvertLead', converted, 'LeadConverted');
  });

  it('has an opportunity with everybody who has a part in the purchase', async () => {
    const lines = [{ product: 'Dock care', quantity: '2', unitPrice: eur(4_500_000) }];
    const opened = { opportunityId, title: 'Care for two docks', lines, contactIds: [director], owner: 'kim' };
    await life.refused(
      on('2020-03-15'),
      'OpenOpportunity',
      { ...opened, contactIds: [technician] },
      'OPPORTUNITY_WITHOUT_QUOTE',
    );
    await life.done(on('2020-03-16'), 'OpenOpportunity', opened, 'OpportunityOpened');
    const role = (personId: string, part: string) => ({ opportunityId, personId, role: part });
    await life.done(on('2020-03-17'), 'AssignBuyingRole', role(director, 'decision-maker'), 'BuyingRoleAssigned');
    await life.done(on('2020-03-18'), 'AssignBuyingRole', role(technician, 'user'), 'BuyingRoleAssigned');
    const source = { kind: 'attendance-list', name: 'Shipyard days' };
    const named = { personId: name, name: 'Uwe Dorn', email: 'uwe.dorn@example.com', source };
    await life.done(on('2020-03-19'), 'RegisterName', named, 'NameRegistered');
    await life.refused(on('2020-03-20'), 'AssignBuyingRole', role(name, 'buyer'), 'NAME_WITHOUT_INTEREST');
    await life.refused(on('2020-03-20'), 'WinOpportunity', { opportunityId }, 'OPPORTUNITY_WITHOUT_ACCOUNT');
    await life.done(
      on('2020-03-23'),
      'AssignOpportunityAccount',
      { opportunityId, accountId },
      'OpportunityAccountAssigned',
    );
    await life.done(on('2020-04-06'), 'AdvanceOpportunity', { opportunityId, to: 'proposal' }, 'OpportunityAdvanced');
  });

  it('is quoted, lost, and taken up again', async () => {
    const quote = (quoteId: string) => ({ opportunityId, quoteId });
    await life.done(on('2020-04-07'), 'SendQuote', quote('Q-1'), 'QuoteSent');
    await life.done(on('2020-04-20'), 'DeclineQuote', { ...quote('Q-1'), reason: 'Too expensive' }, 'QuoteDeclined');
    await life.refused(on('2020-04-21'), 'AcceptQuote', quote('Q-1'), 'QUOTE_DECLINED');
    await life.refused(
      on('2020-04-22'),
      'ChangeOpportunityAmount',
      { opportunityId, amount: eur(8_000_000) },
      'OPPORTUNITY_AMOUNT_NOT_OF_LINES',
    );
    const lines = [{ product: 'Dock care', quantity: '2', unitPrice: eur(4_000_000) }];
    await life.done(on('2020-04-22'), 'ChangeOpportunityLines', { opportunityId, lines }, 'OpportunityLinesChanged');
    await life.done(on('2020-04-23'), 'SendQuote', quote('Q-2'), 'QuoteSent');
    const lost = { opportunityId, reason: 'Price', competitor: 'Baltic Rotor Service' };
    await life.done(on('2020-06-02'), 'LoseOpportunity', lost, 'OpportunityLost');
    await life.refused(on('2020-06-03'), 'AcceptQuote', quote('Q-2'), 'OPPORTUNITY_CLOSED');
    await life.refused(on('2020-06-03'), 'WinOpportunity', { opportunityId }, 'OPPORTUNITY_CLOSED');
    await life.refused(on('2020-06-03'), 'SignContract', { opportunityId, contractId: 'C-1' }, 'OPPORTUNITY_LOST');
    const again = { opportunityId, reason: 'The competitor could not deliver', to: 'negotiation' };
    await life.done(on('2021-02-01'), 'ReopenOpportunity', again, 'OpportunityReopened');
    await life.done(on('2021-02-08'), 'AcceptQuote', quote('Q-2'), 'QuoteAccepted');
    await life.done(on('2021-02-15'), 'SignContract', { ...quote('Q-2'), contractId: 'C-1' }, 'ContractSigned');
    await life.done(on('2021-02-16'), 'WinOpportunity', { opportunityId }, 'OpportunityWon');
    await life.refused(on('2021-02-17'), 'ReopenOpportunity', { ...again, to: 'dreams' }, 'STAGE_UNKNOWN');
  });

  it('is told whole, in the order in which it happened, each verdict with its policy', async () => {
    // That the account is in use is noted by a process at an instant of its own.
    const told = (await life.history(accountId)).filter(({ type }) => type !== 'AccountUseNoted');
    expect(told.map(({ type, occurredAt }) => `${occurredAt.slice(0, 10)} ${type}`)).toEqual(whole);
    const conversions = told.filter(({ type }) => type === 'LeadConverted').map(({ data }) => data);
    const policy = { name: 'conversion.requires', version: 1 };
    expect(conversions).toMatchObject([
      { requirement: 'formal-contact', policy },
      { requirement: 'formal-contact', policy },
    ]);
    const opened = told.find(({ type }) => type === 'OpportunityOpened');
    expect(opened?.data).toMatchObject({ policy: { name: 'opportunity.opensAt', version: 1 } });
    expect((await life.history(technician)).map(({ type }) => type)).toContain('OpportunityWon');
  });

  it('is answered as of any instant on the way', async () => {
    expect(await life.pipeline('2020-03-20T00:00:00Z')).toEqual({ prospecting: [1, 9_000_000] });
    expect(await life.pipeline('2020-05-01T00:00:00Z')).toEqual({ proposal: [1, 8_000_000] });
    expect(await life.pipeline('2020-12-31T00:00:00Z')).toEqual({ lost: [1, 8_000_000] });
    expect(await life.pipeline('2021-02-03T00:00:00Z')).toEqual({ negotiation: [1, 8_000_000] });
    expect(await life.pipeline('2021-03-01T00:00:00Z')).toEqual({ won: [1, 8_000_000] });
    const then = await life.asked(`/v1/opportunities/${opportunityId}?asOf=2020-05-01T00:00:00Z`);
    expect(then).toMatchObject({ status: 'open', stage: 'proposal', amount: 8_000_000 });
    expect(await life.history(accountId, '2020-02-03T23:00:00Z')).toMatchObject([{ type: 'AccountOpened' }]);
  });
});
