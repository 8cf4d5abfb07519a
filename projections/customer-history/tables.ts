import { accountEvents } from '../../libs/domain/account/account.events.js';
import { activityEvents, type About, type ActivityEvents } from '../../libs/domain/activity/activity.events.js';
import { caseEvents, type CaseEvents } from '../../libs/domain/case/case.events.js';
import { customerEvents, type CustomerEvents } from '../../libs/domain/customer/customer.events.js';
import { opportunityEvents, type OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import { personEvents, type PersonEvents } from '../../libs/domain/person/person.events.js';
import { purchaseEvents, type PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import { recipientEvents, type RecipientEvents } from '../../libs/domain/recipient/recipient.events.js';
import { responseEvents, type ResponseEvents } from '../../libs/domain/response/response.events.js';
import { type EventShape, idOf, type RecordedEvent, type Role, type Sealed } from '../../libs/kernel/index.js';
import { appends, forEvery, integer, json, optional, text } from '../../libs/read-model/index.js';
import type { merges } from '../merges.js';

/** Every event of every customer, as it is stored: personal data stay sealed. */
export const entries = appends<Record<string, EventShape>>()({
  indexes: [{ on: ['stream', 'revision'], unique: true }],
  columns: {
    stream: text(
      'Stream that the event belongs to: person, account, opportunity, activity, purchase, case, recipient, response or customer.',
    ),
    revision: integer('Revision of the event in its stream.'),
    type: text('Type of the event.'),
    actor_id: text('Who did it: a stable id, never a name.'),
    actor_role: text<Role>('In which role.'),
    correlation_id: text('What belongs to one request of a caller.'),
    causation_id: text('Id of the command that caused it.'),
    data: json<object>('What is known since, without personal data.'),
    sealed: optional(json<Sealed>('Personal data, closed under the key of the person whom they tell of.')),
  },
  on: forEvery(
    [
      personEvents,
      accountEvents,
      opportunityEvents,
      activityEvents,
      purchaseEvents,
      caseEvents,
      responseEvents,
      recipientEvents,
      customerEvents,
    ],
    (event) => ({
      stream: event.stream,
      revision: event.revision,
      type: event.type,
      actor_id: event.actor.id,
      actor_role: event.actor.role,
      correlation_id: event.correlationId,
      causation_id: event.causationId,
      data: event.data,
      sealed: event.sealed,
    }),
  ),
});

/** That a stream belongs to another one from an event on. It does so for ever: what happened to it stays part of it. */
export const links = appends<
  ActivityEvents &
    CaseEvents &
    CustomerEvents &
    OpportunityEvents &
    PersonEvents &
    PurchaseEvents &
    RecipientEvents &
    ResponseEvents
>()({
  indexes: [{ on: ['to_stream'] }],
  columns: {
    from_stream: text('Stream of the person, opportunity, activity, purchase, case, recipient or response.'),
    to_stream: text('Stream that it belongs to: an account, a person, or an opportunity.'),
  },
  on: {
    LeadConverted: (event) => linked(event, { accountId: event.data.accountId }),
    ContactAccountAssigned: (event) => linked(event, { accountId: event.data.accountId }),
    OpportunityOpened: (event) => linked(event, event.data, event.data.contactIds),
    OpportunityAccountAssigned: (event) => linked(event, event.data),
    BuyingRoleAssigned: (event) => linked(event, { personId: event.data.personId }),
    ActivityPlanned: (event) => linked(event, event.data),
    ActivityCompleted: (event) => linked(event, event.data),
    ActivityLogged: (event) => linked(event, event.data),
    PurchaseRecorded: (event) => linked(event, event.data),
    PurchaseOpportunityAssigned: (event) => linked(event, event.data),
    CaseOpened: (event) => linked(event, event.data),
    CampaignSent: (event) => linked(event, event.data),
    CampaignResponded: (event) => linked(event, event.data),
    SurveyResponseRecorded: (event) => linked(event, event.data),
    CustomerPhaseChanged: (event) => {
      const id = idOf(event.stream);
      return linked(event, event.data.customerKind === 'account' ? { accountId: id } : { personId: id });
    },
  },
});

function linked({ stream }: RecordedEvent, about: About, contactIds: readonly string[] = []) {
  const to = [
    ...(about.personId === undefined ? [] : [`person-${about.personId}`]),
    ...(about.accountId === undefined ? [] : [`account-${about.accountId}`]),
    ...(about.opportunityId === undefined ? [] : [`opportunity-${about.opportunityId}`]),
    ...[...contactIds, ...(about.participants?.people ?? [])].map((id) => `person-${id}`),
  ];
  return [...new Set(to)].map((to_stream) => ({ from_stream: stream, to_stream }));
}

export type HistoryTables = {
  readonly merges: typeof merges;
  readonly entries: typeof entries;
  readonly links: typeof links;
};
