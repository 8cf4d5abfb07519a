import type { Customer, CustomerEvents } from './customer.js';
import { type Definition, fieldsBehind, restsOn } from './rules.js';

type Part = keyof Customer;

/** Which parts of a customer each event tells of. */
export const partsTold: { readonly [T in keyof CustomerEvents]?: readonly Part[] } = {
  NameRegistered: ['known', 'kind', 'sources'],
  LeadRegistered: ['known', 'kind', 'level', 'supplier', 'owner', 'leadOwner', 'sources'],
  OtherPersonRegistered: ['known', 'kind'],
  LeadQualified: ['level'],
  LeadDisqualified: ['disqualified'],
  LeadRecycled: ['level', 'disqualified'],
  LeadConverted: ['kind', 'accountId', 'owner', 'contacts'],
  ConversionReverted: ['kind', 'accountId', 'owner'],
  PersonTransferred: ['owner', 'leadOwner'],
  ContactAccountAssigned: ['accountId', 'contacts'],
  PersonMergedInto: ['survivor', 'duplicates'],
  PersonSeparated: ['survivor', 'duplicates'],
  AccountMergedInto: ['survivor', 'duplicates'],
  AccountSeparated: ['survivor', 'duplicates'],
  PersonAttributesSet: ['attributes'],
  PersonAttributesRemoved: ['attributes'],
  ConsentGiven: ['consent'],
  ConsentWithdrawn: ['consent'],
  AccountOpened: ['known', 'industry', 'location', 'owner', 'roles'],
  AccountOpeningReverted: ['known'],
  AccountDetailsChanged: ['industry', 'location'],
  AccountTransferred: ['owner'],
  AccountRolesAssigned: ['roles'],
  ProductInUseAdded: ['products'],
  ProductInUseRemoved: ['products'],
  AccountAttributesSet: ['attributes'],
  AccountAttributesRemoved: ['attributes'],
  AccountRated: ['rating'],
  ShareOfWalletEstimated: ['share'],
  PurchaseRecorded: ['purchases'],
  PurchaseCorrected: ['purchases'],
  PurchaseCancelled: ['purchases'],
  PurchaseOpportunityAssigned: ['purchases'],
  OpportunityOpened: ['opportunities'],
  OpportunityAccountAssigned: ['opportunities'],
  OpportunityWithdrawn: ['opportunities'],
  OpportunityWon: ['won'],
  OpportunityReopened: ['won'],
  ActivityCompleted: ['lastInteraction', 'signals'],
  ActivityLogged: ['lastInteraction', 'signals'],
  CampaignSent: ['signals'],
  CampaignResponded: ['signals'],
  SurveyResponseRecorded: ['signals'],
  StaticListMembersAdded: ['lists'],
  StaticListMembersRemoved: ['lists'],
  CustomerEnteredSegment: ['lists'],
  CustomerLeftSegment: ['lists'],
};

/** What somebody is judged by: of all that was said over the years most is nothing to most rules. */
export interface Judging {
  /** Parts of a customer that are not looked at. */
  readonly without: readonly Part[];
  /** Events that tell of the others. */
  readonly types: readonly string[];
}

/** What a definition rests on says what can change its verdict, and so what has to be known for it. */
export function judgedBy(definition: Definition): Judging {
  const names = restsOn(definition);
  const isAsked = (part: Part): boolean => {
    if (part === 'attributes') return names.some((name) => name === 'area' || name.startsWith('attribute:'));
    if (part === 'lists') return names.some((name) => name.startsWith('list:'));
    // Who owns a lead after a conversion was reverted.
    return (fieldsBehind[part === 'leadOwner' ? 'owner' : part] ?? []).some((name) => names.includes(name));
  };
  const told = Object.entries(partsTold) as readonly (readonly [string, readonly Part[]])[];
  const parts = [...new Set(told.flatMap(([, of]) => of))];
  return {
    without: parts.filter((part) => !isAsked(part)),
    types: told.filter(([, of]) => of.some(isAsked)).map(([type]) => type),
  };
}
