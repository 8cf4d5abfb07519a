import { idOf, type RecordedOf } from '../../libs/kernel/index.js';
import type { OwnRow } from '../../libs/read-model/index.js';
import type { CustomerEvents } from './customer.js';

/** Streams of the accounts and people that an event says something of. */
export function keysOf(event: RecordedOf<CustomerEvents>, own: OwnRow): readonly string[] {
  switch (event.type) {
    case 'PurchaseRecorded':
    case 'PurchaseCorrected':
    case 'PurchaseCancelled':
    case 'PurchaseOpportunityAssigned':
      return owned(own('purchases')?.['customer']);
    case 'OpportunityOpened':
    case 'OpportunityWithdrawn':
    case 'OpportunityWon':
    case 'OpportunityReopened':
      return owned(own('opportunities')?.['customer']);
    case 'OpportunityAccountAssigned':
      return [...owned(own('opportunities')?.['before']), `account-${event.data.accountId}`];
    case 'LeadConverted':
    case 'ContactAccountAssigned':
      return [event.stream, `account-${event.data.accountId}`];
    case 'PersonMergedInto':
    case 'PersonSeparated':
      return [event.stream, `person-${event.data.survivorId}`];
    case 'AccountMergedInto':
    case 'AccountSeparated':
      return [event.stream, `account-${event.data.survivorId}`];
    case 'CampaignSent':
    case 'CampaignResponded':
      return [`person-${event.data.personId}`];
    case 'SurveyResponseRecorded': {
      const { personId, accountId } = event.data;
      return [
        ...(accountId === undefined ? [] : [`account-${accountId}`]),
        ...(personId === undefined ? [] : [`person-${personId}`]),
      ];
    }
    case 'ActivityCompleted':
    case 'ActivityLogged': {
      const { personId, accountId, participants } = event.data;
      return [
        ...(accountId === undefined ? [] : [`account-${accountId}`]),
        ...(personId === undefined ? [] : [`person-${personId}`]),
        ...(participants?.people ?? []).map((id) => `person-${id}`),
      ];
    }
    case 'StaticListMembersAdded':
    case 'StaticListMembersRemoved': {
      const category = own('segments')?.['audience'] === 'accounts' ? 'account' : 'person';
      return event.data.members.map((id) => `${category}-${id}`);
    }
    case 'CustomerEnteredSegment':
    case 'CustomerLeftSegment':
      return [`${event.data.customerKind}-${idOf(event.stream)}`];
    default:
      return [event.stream];
  }
}

const owned = (customer: unknown): readonly string[] => (typeof customer === 'string' ? [customer] : []);

/** Stream of the account, or of the person without one. */
export const customerOf = (accountId: string | undefined, personId: string | undefined): string =>
  accountId === undefined ? `person-${personId ?? ''}` : `account-${accountId}`;
