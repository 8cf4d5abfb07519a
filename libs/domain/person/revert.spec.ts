import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf, type RecordedEvent } from '../../kernel/index.js';
import { command, decide, fold, given, type StatedFact } from '../../testing/decider.js';
import { account } from '../account/account.js';
import { accountEvents } from '../account/account.events.js';
import { NoteAccountUse, RevertAccountOpening } from '../account/revert.commands.js';
import { opportunity } from '../opportunity/opportunity.js';
import { opportunityEvents } from '../opportunity/opportunity.events.js';
import { AdvanceOpportunity, ReopenOpportunity, WinOpportunity } from '../opportunity/opportunity.commands.js';
import { SignContract } from '../opportunity/formal-contact.commands.js';
import { WithdrawOpportunity } from '../opportunity/withdraw.commands.js';
import { convertLead } from '../processes/convert-lead.js';
import { keepAccountsOfContacts, keepAccountsOfOpportunities } from '../processes/keep-accounts-in-use.js';
import { ConvertLead, DisqualifyLead } from './person.commands.js';
import { person } from './person.js';
import { personEvents } from './person.events.js';
import { RevertConversion } from './revert.commands.js';

const fact = factsOf(personEvents);
const opportunityFact = factsOf(opportunityEvents);
const accountFact = factsOf(accountEvents);
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const opportunityId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
const amount = { amount: 4_800_000, currency: 'EUR' };

const lead = fact('LeadRegistered', { name: 'Ilse', source: 'web', potential: 'customer', owner: 'sam' });
const marketing = fact('LeadQualified', { level: 'marketing-qualified' });
const sales = fact('LeadQualified', { level: 'sales-qualified' });
const converted = fact('LeadConverted', {
  accountId,
  newAccount: { name: 'Noordzee', roles: ['customer'] },
  opportunity: { opportunityId, pipelineId: 'default', title: 'Blades', amount },
  owner: 'kim',
  requirement: 'sales-qualified',
});
const reason = 'another person of the same name';
const reverted = fact('ConversionReverted', {
  reason,
  accountId,
  openedAccount: true,
  openedOpportunityId: opportunityId,
});

const revert = (why = reason) => command(RevertConversion, { personId, reason: why });

describe('A conversion that was a mistake', () => {
  it('is taken back: the contact is the sales-qualified lead again that they were', () => {
    given(person, lead, marketing, sales, converted).when(revert()).then(reverted);
    given(person, lead, marketing, sales, converted, reverted)
      .when(command(DisqualifyLead, { personId, reason: 'no budget' }))
      .then(fact('LeadDisqualified', { reason: 'no budget' }));
    given(person, lead, marketing, sales, converted, reverted)
      .when(command(ConvertLead, { personId, account: { accountId } }))
      .then(
        fact('LeadConverted', {
          accountId,
          owner: 'sam',
          requirement: 'sales-qualified',
          policy: { name: 'conversion.requires', version: 0 },
        }),
      );
  });

  it('names nothing as opened that was there before', () => {
    const joined = fact('LeadConverted', { accountId, owner: 'sam', requirement: 'sales-qualified' });
    given(person, lead, marketing, sales, joined)
      .when(revert())
      .then(fact('ConversionReverted', { reason, accountId, openedAccount: false }));
  });

  it('took place', () => {
    given(person, lead, marketing, sales).when(revert()).thenRefused('PERSON_NOT_A_CONTACT');
    given(person, lead, marketing, sales, converted, reverted).when(revert()).thenNothing();
    given(person, lead, marketing, sales, converted, reverted)
      .when(revert('another reason'))
      .thenRefused('PERSON_NOT_A_CONTACT');
    given(person).when(revert()).thenRefused('PERSON_NOT_FOUND');
  });

  it('leaves a history in which it never happened, plus what happened since', () => {
    const since: fc.Arbitrary<StatedFact> = fc.constantFrom<StatedFact>(
      fact('ConsentGiven', { channel: 'e-mail', source: 'web form' }),
      fact('ConsentWithdrawn', { channel: 'phone', source: 'call' }),
      fact('PersonTransferred', { to: 'ute' }),
      fact('PersonDetailsChanged', { name: 'Ilse Maes', cleared: ['phone'] }),
      fact('PersonAttributesSet', { attributes: [{ name: 'seats', type: 'whole-number', value: 2 }] }),
      fact('PersonsMerged', { duplicateId: opportunityId }),
    );
    const some = fc.array(since, { maxLength: 6 });
    fc.assert(
      fc.property(some, some, some, (before, between, after) => {
        const qualified = [lead, marketing, ...before, sales];
        const happened = fold(person, [...qualified, converted, ...between, reverted, ...after]);
        const never = fold(person, [...qualified, ...between, ...after]);
        expect({ ...happened, reverted: undefined }).toEqual(never);
      }),
    );
  });

  it('leaves no account of a contact who changed employers meanwhile', () => {
    const moved = fact('ContactAccountAssigned', { accountId: opportunityId, before: accountId });
    expect(fold(person, [lead, marketing, sales, converted, moved, reverted]).contact).toBeUndefined();
  });
});

describe('What a reverted conversion had opened', () => {
  const opened = opportunityFact('OpportunityOpened', {
    ...{ title: 'Blades', pipelineId: 'default', stage: 'prospecting', amount },
    ...{ accountId, contactIds: [personId], owner: 'kim' },
  });
  const withdrawn = opportunityFact('OpportunityWithdrawn', { from: 'prospecting', because: 'conversion-reverted' });
  const stale = opportunityFact('OpportunityWentStale', {
    ...{ since: '2024-01-15T09:00:00.000Z', deadline: '2024-02-14T09:00:00.000Z' },
    policy: { name: 'stale-opportunity', version: 0 },
  });
  const withdraw = command(WithdrawOpportunity, { opportunityId });
  const noordzee = accountFact('AccountOpened', { name: 'Noordzee', roles: ['customer'], owner: 'kim' });
  const notOpened = accountFact('AccountOpeningReverted', { because: 'conversion-reverted' });
  const revertOpening = command(RevertAccountOpening, { accountId });
  const noteUse = command(NoteAccountUse, { accountId });

  it('is withdrawn by the process that had it opened', () => {
    const heard = (data: object) =>
      convertLead.react({ type: 'ConversionReverted', data, stream: `person-${personId}` } as unknown as RecordedEvent);
    expect(heard(reverted.data)).toEqual([withdraw, revertOpening]);
    expect(heard({ reason, accountId, openedAccount: false })).toEqual([]);
  });

  it('is an opportunity that counts nowhere, and nothing is done with but opening it again', () => {
    given(opportunity, opened).when(withdraw).then(withdrawn);
    given(opportunity, opened, withdrawn).when(withdraw).thenNothing();
    given(opportunity).when(withdraw).thenRefused('OPPORTUNITY_NOT_FOUND');
    // That nothing happened to it for too long is nobody's work.
    given(opportunity, opened, stale).when(withdraw).then(withdrawn);
    for (const late of [
      command(AdvanceOpportunity, { opportunityId, to: 'proposal' }),
      command(WinOpportunity, { opportunityId }),
      command(SignContract, { opportunityId, contractId: 'C-1' }),
    ]) {
      given(opportunity, opened, withdrawn).when(late).thenRefused('OPPORTUNITY_CLOSED');
    }
    given(opportunity, opened, withdrawn)
      .when(command(ReopenOpportunity, { opportunityId, reason: 'it was real' }))
      .then(opportunityFact('OpportunityReopened', { to: 'prospecting', reason: 'it was real' }));
  });

  it('stays where somebody worked on the opportunity: what they did is a fact', () => {
    for (const work of [
      opportunityFact('OpportunityAdvanced', { from: 'prospecting', to: 'proposal', skipped: [] }),
      opportunityFact('OpportunityWon', { from: 'prospecting', amount }),
      opportunityFact('OpportunityAmountChanged', { amount }),
    ]) {
      given(opportunity, opened, work).when(withdraw).thenNothing();
    }
  });

  it('is an account of which nothing else is known', () => {
    given(account, noordzee).when(revertOpening).then(notOpened);
    given(account, noordzee, notOpened).when(revertOpening).thenNothing();
    given(account).when(revertOpening).thenRefused('ACCOUNT_NOT_FOUND');
    given(account, noordzee, accountFact('AccountTransferred', { from: 'kim', to: 'sam' }))
      .when(revertOpening)
      .thenNothing();
  });

  it('is no account that another contact or opportunity belongs to', () => {
    const noted = accountFact('AccountUseNoted', {});
    given(account, noordzee).when(noteUse).then(noted);
    given(account, noordzee, noted).when(noteUse).thenNothing();
    given(account, noordzee, noted).when(revertOpening).thenNothing();
    given(account).when(noteUse).thenRefused('ACCOUNT_NOT_FOUND');
  });

  it('counts again once anything is known of the account', () => {
    given(account, noordzee, notOpened).when(noteUse).then(accountFact('AccountUseNoted', {}));
    const known = [noordzee, notOpened, accountFact('AccountTransferred', { from: 'kim', to: 'sam' })];
    expect(fold(account, [noordzee, notOpened]).account?.withdrawn).toBe(true);
    expect(fold(account, known).account?.withdrawn).toBe(false);
    expect(decide(account, fold(account, known), noteUse)).toEqual([]);
  });

  it('is told who uses the account otherwise', () => {
    const by = (id: string) => ({ id, role: 'service' as const });
    const heard = (type: string, data: object, actor = by('sam')) =>
      ({ type, data, actor, stream: 'any-1' }) as unknown as RecordedEvent;
    const { newAccount: _, ...joined } = converted.data;
    expect(keepAccountsOfContacts.react(heard('LeadConverted', converted.data))).toEqual([]);
    expect(keepAccountsOfContacts.react(heard('LeadConverted', joined))).toEqual([noteUse]);
    expect(keepAccountsOfContacts.react(heard('ContactAccountAssigned', { accountId }))).toEqual([noteUse]);
    const { react } = keepAccountsOfOpportunities;
    expect(react(heard('OpportunityOpened', opened.data))).toEqual([noteUse]);
    expect(react(heard('OpportunityOpened', opened.data, by(convertLead.name)))).toEqual([]);
    expect(react(heard('OpportunityOpened', { ...opened.data, accountId: undefined }))).toEqual([]);
    expect(react(heard('OpportunityAccountAssigned', { accountId }))).toEqual([noteUse]);
  });
});
