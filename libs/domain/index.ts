import {
  type Aggregate,
  catalogueOf,
  type CommandClass,
  type CommandOptions,
  commandOptions,
} from '../kernel/index.js';
import { account } from './account/account.js';
import { activity } from './activity/activity.js';
import { serviceCase } from './case/case.js';
import { attribution } from './attribution/attribution.js';
import { audience } from './audience/audience.js';
import { callLists } from './calllists/calllists.js';
import { campaign } from './campaign/campaign.js';
import { customer } from './customer/customer.js';
import { exchangeRate } from './exchange-rate/exchange-rate.js';
import { forecast } from './forecast/forecast.js';
import { membership } from './membership/membership.js';
import { opportunity } from './opportunity/opportunity.js';
import { person } from './person/person.js';
import { pipeline } from './pipeline/pipeline.js';
import { policy } from './policy/policy.js';
import { purchase } from './purchase/purchase.js';
import { rating } from './rating/rating.js';
import { response } from './response/response.js';
import { segment } from './segment/segment.js';
import { survey } from './survey/survey.js';
import { recipient } from './recipient/recipient.js';
import { selection } from './selection/selection.js';
import { target } from './target/target.js';
import { team } from './team/team.js';
import { breakCirclesOfParents } from './processes/break-circles-of-parents.js';
import { convertLead } from './processes/convert-lead.js';
import { heedUnsubscribing } from './processes/heed-unsubscribing.js';
import { planCalls } from './processes/plan-calls.js';
import { keepAccountsOfContacts, keepAccountsOfOpportunities } from './processes/keep-accounts-in-use.js';
import { mergeAccounts } from './processes/merge-accounts.js';
import { mergePeople } from './processes/merge-people.js';
import { breachedCaseTargets } from './processes/breached-case-targets.js';
import { customerPhases } from './processes/customer-phases.js';
import { overdueActivities } from './processes/overdue-activities.js';
import { staleOpportunities } from './processes/stale-opportunities.js';
import { stalledContact } from './processes/stalled-contact.js';

export * from './account/account-facts.commands.js';
export * from './account/account.commands.js';
export * from './account/merge.commands.js';
export * from './account/revert.commands.js';
export * from './activity/activity.commands.js';
export * from './case/case.commands.js';
export * from './customer/customer.commands.js';
export * from './exchange-rate/exchange-rate.commands.js';
export * from './forecast/forecast.commands.js';
export * from './membership/membership.commands.js';
export * from './attribution/attribution.commands.js';
export * from './audience/audience.commands.js';
export * from './calllists/calllists.commands.js';
export * from './campaign/campaign.commands.js';
export * from './opportunity/formal-contact.commands.js';
export * from './opportunity/opportunity.commands.js';
export * from './opportunity/withdraw.commands.js';
export * from './opportunity/terms.commands.js';
export * from './activity/overdue.commands.js';
export * from './opportunity/stale.commands.js';
export * from './person/consent.commands.js';
export * from './person/details.commands.js';
export * from './person/formal-contact.commands.js';
export * from './person/merge.commands.js';
export * from './person/person.commands.js';
export * from './person/revert.commands.js';
export * from './person/stalled.commands.js';
export * from './pipeline/pipeline.commands.js';
export * from './policy/policy.commands.js';
export * from './purchase/purchase.commands.js';
export * from './rating/rating.commands.js';
export * from './response/response.commands.js';
export * from './segment/segment.commands.js';
export * from './survey/survey.commands.js';
export * from './recipient/recipient.commands.js';
export * from './selection/selection.commands.js';
export * from './target/target.commands.js';
export * from './team/team.commands.js';
export { isPolicyName, policies, policyNames } from './policy/policies.js';
export { fixCampaignMembers } from './processes/fix-campaign-members.js';
export { MoneyField } from './fields.js';
export { filled } from './filled.js';
export { defaultPipeline, defaultPipelineId } from './pipeline/pipeline.js';

/** Every aggregate there is. All else is derived from this list. */
export const aggregates: readonly Aggregate[] = [
  person,
  account,
  opportunity,
  activity,
  pipeline,
  policy,
  purchase,
  rating,
  segment,
  team,
  membership,
  target,
  forecast,
  exchangeRate,
  serviceCase,
  survey,
  response,
  campaign,
  audience,
  recipient,
  attribution,
  selection,
  callLists,
  customer,
].map((known) => known as unknown as Aggregate);

/** Every process there is. */
export const processes = [
  convertLead,
  breakCirclesOfParents,
  heedUnsubscribing,
  planCalls,
  mergePeople,
  mergeAccounts,
  keepAccountsOfContacts,
  keepAccountsOfOpportunities,
] as const;

/** Every process with deadlines there is. */
export const processManagers = [
  stalledContact,
  overdueActivities,
  staleOpportunities,
  breachedCaseTargets,
  customerPhases,
] as const;

/** How every event that the product knows is stored. */
export const domainCatalogue = catalogueOf(aggregates.map(({ events }) => events));

/** A command with the aggregate that decides on it. */
export interface KnownCommand {
  readonly name: string;
  readonly type: CommandClass;
  readonly options: CommandOptions;
  readonly aggregate: Aggregate;
}

/** Every command there is, by name. A name belongs to one aggregate. */
export const commands: ReadonlyMap<string, KnownCommand> = (() => {
  const known = new Map<string, KnownCommand>();
  for (const aggregate of aggregates) {
    for (const [name, type] of Object.entries(aggregate.commands)) {
      const other = known.get(name);
      if (other) {
        throw new Error(`${name} is a command of ${other.aggregate.category} and of ${aggregate.category}.`);
      }
      known.set(name, { name, type, options: commandOptions(type), aggregate });
    }
  }
  return known;
})();

/** The command of that name; `undefined`: there is none. */
export const commandNamed = (name: string): KnownCommand | undefined => commands.get(name);
