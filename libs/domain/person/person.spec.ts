import { describe, it } from '@jest/globals';
import { v5 } from 'uuid';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { defaultPipeline } from '../pipeline/pipeline.js';
import { pipelineEvents } from '../pipeline/pipeline.events.js';
import {
  ConvertLead,
  DisqualifyLead,
  QualifyLead,
  RecycleLead,
  RegisterLead,
  RegisterName,
  RegisterOther,
} from './person.commands.js';
import { person } from './person.js';
import { personEvents } from './person.events.js';

const fact = factsOf(personEvents);
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const commandId = '7f6c1d52-93ab-4d0f-8f0e-5a4b3c2d1e0f';

const ilse = { name: 'Ilse Verbruggen', email: 'ilse@example.com' };
const source = { kind: 'bought-list', name: 'Wind energy, Benelux' } as const;

const name = fact('NameRegistered', { ...ilse, source });
const lead = fact('LeadRegistered', { source: 'web form', potential: 'customer' });
const supplier = fact('LeadRegistered', { ...ilse, source: 'trade fair', potential: 'supplier' });
const press = fact('OtherPersonRegistered', { ...ilse, relation: 'press' });
const marketing = fact('LeadQualified', { level: 'marketing-qualified' });
const sales = fact('LeadQualified', { level: 'sales-qualified' });
const disqualified = fact('LeadDisqualified', { reason: 'no budget' });
const recycled = fact('LeadRecycled', {});
/** Nobody changed the policy. */
const atFirst = { name: 'conversion.requires', version: 0 } as const;
const opensAt = { name: 'opportunity.opensAt', version: 0 } as const;
const contact = fact('LeadConverted', { accountId, owner: 'sam', requirement: 'sales-qualified', policy: atFirst });

const registerName = command(RegisterName, { personId, ...ilse, source });
const registerLead = command(RegisterLead, { personId, source: 'web form' });
const registerOther = command(RegisterOther, { personId, ...ilse, relation: 'press' });
const qualify = (to: string) => command(QualifyLead, { personId, to });
const disqualify = command(DisqualifyLead, { personId, reason: 'no budget' });
const recycle = command(RecycleLead, { personId });
const convert = (change: object = {}) => command(ConvertLead, { personId, account: { accountId }, ...change });

describe('A name', () => {
  it('comes from a list, and the list is kept', () => {
    given(person).when(registerName).then(name);
  });

  it('changes nothing when it comes again, even after it became a lead', () => {
    given(person, name).when(registerName).thenNothing();
    given(person, name, lead, marketing).when(registerName).thenNothing();
  });

  it('is not overwritten by another one', () => {
    given(person, name)
      .when(command(RegisterName, { personId, name: 'Ilse V.', email: 'ilse@example.com', source }))
      .thenRefused('PERSON_EXISTS');
    given(person, press).when(registerName).thenRefused('PERSON_EXISTS');
  });

  it('is no lead: it has shown no interest', () => {
    for (const issued of [qualify('marketing-qualified'), disqualify, recycle, convert()]) {
      given(person, name).when(issued).thenRefused('PERSON_NOT_A_LEAD');
    }
  });
});

describe('A lead', () => {
  it('is a name that showed interest, on the same stream', () => {
    given(person, name).when(registerLead).then(lead);
  });

  it('may be a person who was not known before, by name then', () => {
    given(person)
      .when(command(RegisterLead, { ...ilse, source: 'trade fair', potential: 'supplier', owner: 'sam' }))
      .then(fact('LeadRegistered', { ...ilse, source: 'trade fair', potential: 'supplier', owner: 'sam' }));
    given(person).when(registerLead).thenRefused('PERSON_NAME_MISSING');
  });

  it('changes nothing when it is registered again, and is not registered otherwise', () => {
    given(person, name, lead).when(registerLead).thenNothing();
    given(person, name, lead, marketing, sales, contact).when(registerLead).thenNothing();
    given(person, supplier).when(registerLead).thenRefused('LEAD_ALREADY_REGISTERED');
    given(person, supplier, disqualified).when(registerLead).thenRefused('LEAD_ALREADY_REGISTERED');
  });

  it('goes from unqualified to marketing-qualified to sales-qualified', () => {
    given(person, lead).when(qualify('marketing-qualified')).then(marketing);
    given(person, lead, marketing).when(qualify('sales-qualified')).then(sales);
  });

  it('skips no level and falls back to none', () => {
    given(person, lead).when(qualify('sales-qualified')).thenRefused('LEAD_LEVEL_SKIPPED');
    given(person, lead, marketing, sales).when(qualify('marketing-qualified')).thenRefused('LEAD_LEVEL_PASSED');
  });

  it('can be disqualified, with the reason', () => {
    given(person, lead, marketing).when(disqualify).then(disqualified);
    given(person, lead, disqualified).when(disqualify).thenNothing();
    given(person, lead, disqualified)
      .when(command(DisqualifyLead, { personId, reason: 'wrong country' }))
      .thenRefused('LEAD_DISQUALIFIED');
  });

  it('is neither qualified nor converted while it is disqualified', () => {
    given(person, lead, disqualified).when(qualify('marketing-qualified')).thenRefused('LEAD_DISQUALIFIED');
    given(person, lead, marketing, sales, disqualified).when(convert()).thenRefused('LEAD_DISQUALIFIED');
  });

  it('is unqualified again once it is recycled', () => {
    given(person, lead, marketing, disqualified).when(recycle).then(recycled);
    given(person, lead, marketing, disqualified, recycled).when(qualify('marketing-qualified')).then(marketing);
    given(person, lead, marketing, disqualified, recycled)
      .when(qualify('sales-qualified'))
      .thenRefused('LEAD_LEVEL_SKIPPED');
    given(person, lead, marketing).when(recycle).thenRefused('LEAD_NOT_DISQUALIFIED');
  });
});

describe('Other people', () => {
  it('can be referred to', () => {
    given(person).when(registerOther).then(press);
    given(person, press).when(registerOther).thenNothing();
    given(person, name).when(registerOther).thenRefused('PERSON_EXISTS');
  });

  it('are never in a pipeline', () => {
    given(person, press).when(registerLead).thenRefused('OTHER_NEVER_LEAD');
    given(person, press).when(convert()).thenRefused('PERSON_NOT_A_LEAD');
  });
});

describe('A conversion', () => {
  const ready = [name, lead, marketing, sales];
  const lookups = {
    'pipeline-default': [factsOf(pipelineEvents)('PipelineDefined', { ...defaultPipeline, retired: [] })],
  };
  const amount = { amount: 4_800_000, currency: 'EUR' };
  const deal = { title: 'Turbine service', amount, expectedClose: '2026-09-30' };

  it('makes a sales-qualified lead a contact of an existing account, and says which requirement it met', () => {
    given(person, ...ready)
      .when(convert({ owner: 'sam' }))
      .then(contact);
  });

  it('requires the lead to be sales-qualified', () => {
    given(person, lead, marketing).when(convert()).thenRefused('LEAD_NOT_SALES_QUALIFIED');
    given(person).when(convert()).thenRefused('PERSON_NOT_FOUND');
  });

  it('may open an account and an opportunity, with ids derived from the command', () => {
    given(person, ...ready)
      .when(convert({ account: { name: 'Noordzee', industry: 'energy' }, opportunity: deal }), { commandId, lookups })
      .then(
        fact('LeadConverted', {
          accountId: v5('account', commandId),
          newAccount: { name: 'Noordzee', industry: 'energy', roles: ['customer'] },
          opportunity: { opportunityId: v5('opportunity', commandId), pipelineId: 'default', ...deal, policy: opensAt },
          owner: 'sam',
          requirement: 'sales-qualified',
          policy: atFirst,
        }),
      );
  });

  it('hands the contact to the owner named, else to the owner of the lead, else to whoever converts', () => {
    const owned = fact('LeadRegistered', { ...ilse, source: 'fair', potential: 'customer', owner: 'kim' });
    const to = (owner: string) =>
      fact('LeadConverted', { accountId, owner, requirement: 'sales-qualified', policy: atFirst });
    given(person, owned, marketing, sales)
      .when(convert({ owner: 'lee' }))
      .then(to('lee'));
    given(person, owned, marketing, sales).when(convert()).then(to('kim'));
    given(person, ...ready)
      .when(convert(), { actor: { id: 'max', role: 'sales-manager' } })
      .then(to('max'));
  });

  it('names exactly one account', () => {
    for (const account of [{}, { accountId, name: 'Noordzee' }, { accountId, industry: 'energy' }]) {
      given(person, ...ready)
        .when(convert({ account }))
        .thenRefused('CONVERSION_ACCOUNT_AMBIGUOUS');
    }
  });

  it('happens once: the same again changes nothing, another one is refused', () => {
    const opened = fact('LeadConverted', {
      accountId: v5('account', commandId),
      newAccount: { name: 'Noordzee', roles: ['customer'] },
      opportunity: { opportunityId: v5('opportunity', commandId), pipelineId: 'default', ...deal, policy: opensAt },
      owner: 'sam',
      requirement: 'sales-qualified',
      policy: atFirst,
    });
    const again = { account: { name: 'Noordzee' }, opportunity: deal };
    const converted = given(person, ...ready, opened);
    converted.when(convert(again), { lookups }).thenNothing();
    converted.when(convert({ ...again, account: { accountId: v5('account', commandId) } }), { lookups }).thenNothing();
    for (const other of [
      { account: { name: 'Oostzee' } },
      { account: { accountId } },
      { opportunity: undefined },
      { opportunity: { ...deal, title: 'Blades' } },
      { owner: 'kim' },
    ]) {
      converted.when(convert({ ...again, ...other }), { lookups }).thenRefused('LEAD_ALREADY_CONVERTED');
    }
    for (const late of [qualify('sales-qualified'), disqualify, recycle]) {
      converted.when(late).thenRefused('LEAD_ALREADY_CONVERTED');
    }
  });

  it('gives a potential supplier no opportunity, but a supplier’s account', () => {
    const potential = given(person, supplier, marketing, sales);
    potential.when(convert({ opportunity: deal }), { lookups }).thenRefused('SUPPLIER_WITHOUT_OPPORTUNITY');
    potential.when(convert({ account: { name: 'Rotor Parts' } }), { commandId }).then(
      fact('LeadConverted', {
        accountId: v5('account', commandId),
        newAccount: { name: 'Rotor Parts', roles: ['supplier'] },
        owner: 'sam',
        requirement: 'sales-qualified',
        policy: atFirst,
      }),
    );
  });

  it('asks for no opportunity that its pipeline would refuse', () => {
    given(person, ...ready)
      .when(convert({ opportunity: { ...deal, pipelineId: 'partners' } }), { lookups })
      .thenRefused('PIPELINE_NOT_FOUND');
    given(person, ...ready)
      .when(convert({ opportunity: { ...deal, amount: { amount: 1, currency: 'USD' } } }), { lookups })
      .thenRefused('OPPORTUNITY_CURRENCY_NOT_OF_PIPELINE');
  });
});
