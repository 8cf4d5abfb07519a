import { aggregate, type DataOf, factsOf, invalid, type Lookup, refused } from '../../kernel/index.js';
import { campaign, type CampaignState, launchedOne } from '../campaign/campaign.js';
import { itsOwnId, naturalId } from '../natural-id.js';
import { opportunity } from '../opportunity/opportunity.js';
import { ownersOf } from '../owners.js';
import { person } from '../person/person.js';
import type { PersonState } from '../person/state.js';
import { plain, same } from '../values.js';
import { AttributeToCampaign } from './attribution.commands.js';
import { type AttributionEvents, attributionEvents } from './attribution.events.js';

export interface AttributionState {
  readonly last?: DataOf<AttributionEvents['AttributedToCampaign']>;
}

interface Lookups {
  readonly campaign: CampaignState;
  readonly person: PersonState;
}

const fact = factsOf(attributionEvents);

/** One stream for each lead and each opportunity that a campaign caused. */
export const attributionIdOf = ({
  personId,
  opportunityId,
}: Pick<AttributeToCampaign, 'personId' | 'opportunityId'>): string =>
  naturalId('attribution', personId, opportunityId);

const looked = <Looked>(
  from: Lookup<AttributionState, Looked>['from'],
  id: (command: AttributeToCampaign) => string | undefined,
): Lookup<AttributionState, Looked> => ({ from, id: (command) => id(command as AttributeToCampaign) });

/** Leads, opportunities and revenue that a campaign caused (S3; domain.md §7). */
export const attribution = aggregate<AttributionState, Lookups>()({
  events: attributionEvents,
  commands: { AttributeToCampaign },
  id: 'attributionId',
  naturalId: (command) => attributionIdOf(command as AttributeToCampaign),
  initial: {},
  whose: (command, _, found) => ownersOf({ person, opportunity }, command as AttributeToCampaign, found),
  lookups: {
    campaign: looked(campaign, ({ campaignId }) => campaignId),
    person: looked(person, ({ personId }) => personId),
  },
  decide: {
    AttributeToCampaign: ({ attributionId, ...asked }, { last }, { lookups }) => {
      const { campaignId, personId, opportunityId, content } = asked;
      if ((personId === undefined) === (opportunityId === undefined)) {
        throw invalid('ATTRIBUTION_AMBIGUOUS', 'Either a lead or an opportunity is attributed.', [
          { path: 'personId', message: 'either personId or opportunityId must be given.' },
        ]);
      }
      itsOwnId('attributionId', attributionId, attributionIdOf(asked));
      if (same({ campaignId, content }, last && { campaignId: last.campaignId, content: last.content })) return [];
      launchedOne(lookups.campaign);
      if (personId !== undefined && !['lead', 'contact'].includes(lookups.person.kind)) {
        throw refused('PERSON_NOT_A_LEAD', 'This person has shown no interest.');
      }
      const from = last?.campaignId;
      return [fact('AttributedToCampaign', plain({ campaignId, personId, opportunityId, content, from }))];
    },
  },
  evolve: {
    AttributedToCampaign: (_, last) => ({ last }),
  },
});
