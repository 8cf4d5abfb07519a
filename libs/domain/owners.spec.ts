import { describe, expect, it } from '@jest/globals';
import { type CommandClass, factsOf, type Role } from '../kernel/index.js';
import { command, given, type StatedFact } from '../testing/decider.js';
import { account } from './account/account.js';
import { accountEvents } from './account/account.events.js';
import { activity } from './activity/activity.js';
import { activityEvents } from './activity/activity.events.js';
import { attribution } from './attribution/attribution.js';
import { callLists } from './calllists/calllists.js';
import { forecast } from './forecast/forecast.js';
import * as domain from './index.js';
import { membership } from './membership/membership.js';
import { membershipEvents } from './membership/membership.events.js';
import { opportunity } from './opportunity/opportunity.js';
import { opportunityEvents } from './opportunity/opportunity.events.js';
import { person } from './person/person.js';
import { personEvents } from './person/person.events.js';
import { purchase } from './purchase/purchase.js';
import { purchaseEvents } from './purchase/purchase.events.js';
import { recipient } from './recipient/recipient.js';
import { target } from './target/target.js';
import { targetEvents } from './target/target.events.js';
import { team } from './team/team.js';
import { teamEvents } from './team/team.events.js';

const [id, other] = ['5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11', '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10'];
const [sam, noor, kim] = [{ salesperson: 'sam' }, { salesperson: 'noor' }, { salesperson: 'kim' }];
const amount = { amount: 100, currency: 'EUR' };

/** The example of a command, with other values in some fields. */
const issued = <C extends object>(type: CommandClass<C>, change: Readonly<Record<string, unknown>> = {}): C =>
  command(type, { ...domain.commandNamed(type.name)?.options.example, ...change });

const lead = (owner?: string): StatedFact =>
  factsOf(personEvents)('LeadRegistered', {
    name: 'Ilse Verbruggen',
    source: 'fair',
    potential: 'customer',
    ...(owner !== undefined && { owner }),
  });
const converted = factsOf(personEvents)('LeadConverted', {
  accountId: id,
  owner: 'noor',
  requirement: 'sales-qualified',
});
const opened = (owner?: string): StatedFact =>
  factsOf(accountEvents)('AccountOpened', {
    name: 'Noordzee',
    roles: ['customer'],
    ...(owner !== undefined && { owner }),
  });
const deal = (owner?: string): StatedFact =>
  factsOf(opportunityEvents)('OpportunityOpened', {
    pipelineId: 'default',
    stage: 'prospecting',
    title: 'Cranes',
    amount,
    contactIds: [],
    ...(owner !== undefined && { owner }),
  });

describe('Whose a command is', () => {
  it('is told by who owns the lead, contact, account or opportunity, and it changes with them', () => {
    given(person, lead('sam')).when(issued(domain.QualifyLead)).thenIsOf(sam);
    given(person, lead('sam'), converted).when(issued(domain.GiveConsent)).thenIsOf(noor);
    given(person, lead('sam'), factsOf(personEvents)('PersonTransferred', { from: 'sam', to: 'noor' }))
      .when(issued(domain.DisqualifyLead))
      .thenIsOf(noor);
    given(account, opened('sam')).when(issued(domain.AssignAccountRoles)).thenIsOf(sam);
    given(opportunity, deal('sam')).when(issued(domain.AdvanceOpportunity)).thenIsOf(sam);
    given(opportunity, deal('sam'), factsOf(opportunityEvents)('OpportunityReassigned', { from: 'sam', to: 'noor' }))
      .when(issued(domain.SendQuote))
      .thenIsOf(noor);
  });

  it('is theirs who hand it on, and what nobody owns goes to whom it is given', () => {
    given(person, lead('sam'))
      .when(issued(domain.TransferPerson, { owner: 'noor' }))
      .thenIsOf(sam);
    given(person, lead())
      .when(issued(domain.TransferPerson, { owner: 'noor' }))
      .thenIsOf(noor);
    given(person, lead())
      .when(issued(domain.ConvertLead, { owner: 'noor' }))
      .thenIsOf(noor);
    given(account, opened())
      .when(issued(domain.TransferAccount, { owner: 'noor' }))
      .thenIsOf(noor);
    given(opportunity, deal())
      .when(issued(domain.ReassignOpportunity, { owner: 'noor' }))
      .thenIsOf(noor);
    given(opportunity, deal()).when(issued(domain.AdvanceOpportunity)).thenIsOf();
  });

  it('is of nobody, or of the owner that it is to have, where it begins something', () => {
    given(person)
      .when(issued(domain.RegisterLead, { owner: 'noor' }))
      .thenIsOf(noor);
    given(person)
      .when(issued(domain.RegisterLead, { owner: undefined }))
      .thenIsOf();
    given(account)
      .when(issued(domain.OpenAccount, { owner: 'noor' }))
      .thenIsOf(noor);
    given(opportunity)
      .when(issued(domain.OpenOpportunity, { owner: 'noor' }))
      .thenIsOf(noor);
    given(opportunity)
      .when(issued(domain.OpenOpportunity, { owner: undefined }))
      .thenIsOf();
  });

  it('is of the owners of both where two are said to be one', () => {
    given(person, lead('sam'))
      .when(issued(domain.MergePersons, { personId: id, duplicateId: other }), {
        lookups: { [`person-${other}`]: [lead('noor')] },
      })
      .thenIsOf(sam, noor);
    given(account, opened('sam'))
      .when(issued(domain.MergeAccounts, { accountId: id, duplicateId: other }), {
        lookups: { [`account-${other}`]: [opened('noor')] },
      })
      .thenIsOf(sam, noor);
    given(person, lead('sam'))
      .when(issued(domain.UnmergePersons, { personId: id, duplicateId: other }))
      .thenIsOf(sam);
  });

  it('is of who does the activity, whoever it is about', () => {
    const about = { personId: id, opportunityId: undefined, accountId: undefined, campaignId: undefined };
    const planned = factsOf(activityEvents)('ActivityPlanned', {
      kind: 'visit',
      direction: 'outbound',
      dueAt: '2026-05-04T09:30:00.000Z',
      assignee: 'sam',
      personId: id,
    });
    const handed = factsOf(activityEvents)('ActivityReassigned', { personId: id, from: 'sam', assignee: 'noor' });
    const logged = factsOf(activityEvents)('ActivityLogged', {
      kind: 'visit',
      direction: 'outbound',
      outcome: 'reached',
      by: 'noor',
      personId: id,
    });
    const around = { lookups: { [`person-${id}`]: [lead('kim')] } };
    given(activity)
      .when(issued(domain.PlanActivity, { ...about, assignee: undefined }), around)
      .thenIsOf();
    given(activity)
      .when(issued(domain.PlanActivity, { ...about, assignee: 'noor' }), around)
      .thenIsOf(noor);
    given(activity)
      .when(issued(domain.LogActivity, { ...about, by: 'noor' }), around)
      .thenIsOf(noor);
    given(activity, planned).when(issued(domain.CancelActivity), around).thenIsOf(sam);
    given(activity, planned)
      .when(issued(domain.ReassignActivity, { assignee: 'noor' }), around)
      .thenIsOf(sam);
    given(activity, planned, handed).when(issued(domain.RescheduleActivity), around).thenIsOf(noor);
    given(activity, planned)
      .when(issued(domain.CompleteActivity, { by: 'noor' }), around)
      .thenIsOf(sam, noor);
    given(activity, logged)
      .when(issued(domain.LogActivity, { ...about, by: 'sam' }), around)
      .thenIsOf(noor);
  });

  it('is of the customer’s owner where a purchase, a response or an attribution has none of its own', () => {
    const bought = factsOf(purchaseEvents)('PurchaseRecorded', {
      accountId: id,
      source: { system: 'erp', reference: '1' },
      kind: 'order',
      date: '2026-05-04',
      lines: [],
      amount,
      opportunityId: id,
    });
    const around = {
      lookups: {
        [`account-${id}`]: [opened('sam')],
        [`person-${id}`]: [lead('kim')],
        [`opportunity-${id}`]: [deal('noor')],
        [`opportunity-${other}`]: [deal('kim')],
      },
    };
    const of = { accountId: id, personId: undefined, opportunityId: undefined };
    given(purchase).when(issued(domain.RecordPurchase, of), around).thenIsOf(sam);
    given(purchase)
      .when(issued(domain.RecordPurchase, { ...of, opportunityId: other }), around)
      .thenIsOf(sam, kim);
    given(purchase)
      .when(issued(domain.RecordPurchase, { ...of, accountId: undefined, personId: id }), around)
      .thenIsOf(kim);
    given(purchase, bought).when(issued(domain.CancelPurchase), around).thenIsOf(sam, noor);
    given(purchase, bought)
      .when(issued(domain.AssignPurchaseOpportunity, { opportunityId: other }), around)
      .thenIsOf(sam, noor, kim);
    given(recipient)
      .when(issued(domain.RecordResponse, { personId: id }), around)
      .thenIsOf(kim);
    given(attribution)
      .when(issued(domain.AttributeToCampaign, { personId: id, opportunityId: undefined }), around)
      .thenIsOf(kim);
    given(attribution)
      .when(issued(domain.AttributeToCampaign, { personId: undefined, opportunityId: id }), around)
      .thenIsOf(noor);
  });

  it('is of those whom the call lists are for', () => {
    given(callLists)
      .when(issued(domain.CutCallLists, { salespeople: ['sam', 'noor'] }))
      .thenIsOf(sam, noor);
  });

  it('is of the salesperson who submits, of the team that is committed for, or of all of sales', () => {
    given(forecast)
      .when(issued(domain.SubmitForecast, { owner: 'sam' }))
      .thenIsOf(sam);
    given(forecast)
      .when(issued(domain.AdjustForecast, { owner: 'sam' }))
      .thenIsOf(sam);
    given(forecast)
      .when(issued(domain.CommitForecast, { teamId: 'west' }))
      .thenIsOf({ teamId: 'west' });
    given(forecast)
      .when(issued(domain.CommitForecast, { teamId: undefined }))
      .thenIsOf({ allOfSales: true });
  });

  it('is of whom or which team a target is agreed with', () => {
    const agreed = factsOf(targetEvents)('TargetAgreed', { teamId: 'west', period: '2026-Q3', amount });
    given(target)
      .when(issued(domain.AgreeTarget, { owner: 'sam', teamId: undefined }))
      .thenIsOf(sam);
    given(target)
      .when(issued(domain.AgreeTarget, { owner: undefined, teamId: 'west' }))
      .thenIsOf({ teamId: 'west' });
    given(target, agreed).when(issued(domain.WithdrawTarget)).thenIsOf({ teamId: 'west' });
  });

  it('is of the team that is defined anew or disbanded, and of the manager of a new one', () => {
    const west = factsOf(teamEvents)('TeamDefined', { name: 'West', manager: 'kim' });
    given(team)
      .when(issued(domain.DefineTeam, { manager: 'kim' }))
      .thenIsOf(kim);
    given(team, west)
      .when(issued(domain.DefineTeam, { teamId: 'west', manager: 'noor' }))
      .thenIsOf({ teamId: 'west' });
    given(team, west)
      .when(issued(domain.DisbandTeam, { teamId: 'west' }))
      .thenIsOf({ teamId: 'west' });
  });

  it('is of the team that a member comes into, and of the one that they leave for it', () => {
    const inWest = factsOf(membershipEvents)('TeamMemberAdded', {
      salesperson: 'sam',
      teamId: 'west',
      from: '2026-01-01',
      until: '2026-06-30',
    });
    const join = (from: string) => issued(domain.AddTeamMember, { teamId: 'north', from });
    given(membership).when(join('2026-01-01')).thenIsOf({ teamId: 'north' });
    given(membership, inWest).when(join('2026-06-30')).thenIsOf({ teamId: 'north' }, { teamId: 'west' });
    given(membership, inWest).when(join('2026-07-01')).thenIsOf({ teamId: 'north' });
    given(membership, inWest)
      .when(issued(domain.RemoveTeamMember, { teamId: 'west' }))
      .thenIsOf({ teamId: 'west' });
  });
});

describe('A command that sales may issue', () => {
  /** Definitions and settings: they are of the whole business. */
  const nobodys = ['campaign', 'pipeline', 'policy', 'rate', 'rating', 'segment', 'selection'];
  const inSales: readonly Role[] = ['sales', 'sales-manager'];

  it('is about something that belongs to somebody, but for what is of the whole business', () => {
    const issuable = [...domain.commands.values()].filter(({ options }) =>
      inSales.some((role) => options.by.includes(role)),
    );
    const unowned = issuable.filter(({ aggregate }) => !aggregate.whose);
    expect([...new Set(unowned.map(({ aggregate }) => aggregate.category))].sort()).toEqual(nobodys);
  });

  it('names whoever issues it as the one who does it, where nobody is named', () => {
    const circumstances = { actor: { id: 'a-key', role: 'sales' }, salesperson: 'noor' } as const;
    const asked = command(domain.LogActivity, {
      kind: 'visit',
      direction: 'outbound',
      outcome: 'reached',
      personId: id,
    });
    given(activity)
      .when(asked, circumstances)
      .then(
        factsOf(activityEvents)('ActivityLogged', {
          kind: 'visit',
          direction: 'outbound',
          outcome: 'reached',
          personId: id,
          by: 'noor',
        }),
      );
  });
});
