import { ArrayMinSize } from 'class-validator';
import { Command } from '../../kernel/index.js';
import {
  Day,
  Id,
  IsMoney,
  type MoneyField,
  OneOf,
  Optional,
  OptionalId,
  Slug,
  SomeOf,
  Text,
  Whole,
  YesOrNo,
} from '../fields.js';
import { type Channel, channels } from '../person/person.events.js';
import { type CampaignAim, campaignAims } from './campaign.events.js';

const campaign = '3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f';

const inOneCurrency = {
  CAMPAIGN_CURRENCY_FIXED: 'The budget or a cost is in another currency than those recorded before.',
};

const segmentUsable = {
  SEGMENT_NOT_FOUND: 'There is no such segment or list.',
  SEGMENT_RETIRED: 'The segment or list is retired.',
};

@Command({
  says: 'Plans a campaign before or after the sale, aimed at a segment; until it is launched the plan can be made anew.',
  by: ['marketing', 'sales-manager'],
  opens: true,
  refuses: {
    ...segmentUsable,
    ...inOneCurrency,
    CAMPAIGN_ALREADY_LAUNCHED: 'The campaign runs, by another plan.',
    CAMPAIGN_ENDED: 'The campaign is over.',
    CAMPAIGN_ENDS_BEFORE_START: 'The planned end lies before the planned start.',
  },
  example: {
    campaignId: campaign,
    name: 'Blade inspection 2026',
    aim: 'post-sale',
    segmentId: 'silent-energy',
    channels: ['e-mail', 'phone'],
    budget: { amount: 1_500_000, currency: 'EUR' },
    content: 'inspection-guide',
    plannedStart: '2026-09-01',
    plannedEnd: '2026-10-15',
  },
})
export class PlanCampaign {
  @OptionalId()
  readonly campaignId?: string;

  @Text(200)
  readonly name!: string;

  @OneOf(campaignAims)
  readonly aim!: CampaignAim;

  @Slug('segment')
  readonly segmentId!: string;

  /** The channels that it may send over. */
  @SomeOf(channels)
  @ArrayMinSize(1, { message: `$property must be a list of: ${channels.join(', ')}; each at most once.` })
  readonly channels!: readonly Channel[];

  @Optional()
  @IsMoney()
  readonly budget?: MoneyField;

  /** What is sent or shown: a mailing, a page, an event. */
  @Optional()
  @Text(200)
  readonly content?: string;

  @Optional()
  @Day()
  readonly plannedStart?: string;

  @Optional()
  @Day()
  readonly plannedEnd?: string;

  /** Whoever plans it when left out. */
  @Optional()
  @Text(100)
  readonly owner?: string;

  /** Dogs are left out unless this is true (S4). */
  @Optional()
  @YesOrNo()
  readonly includeDogs?: boolean;
}

@Command({
  says: 'Launches a campaign: the members of its segment at this instant are its members for good.',
  by: ['marketing', 'sales-manager'],
  refuses: {
    ...segmentUsable,
    CAMPAIGN_ENDED: 'The campaign is over.',
  },
  example: { campaignId: campaign },
  after: ['AddToStaticList', ['PlanCampaign', { segmentId: 'fair-2026' }]],
})
export class LaunchCampaign {
  @Id()
  readonly campaignId!: string;
}

@Command({
  says: 'All members of a launched campaign are recorded.',
  by: [],
  internal: true,
  refuses: { CAMPAIGN_NOT_LAUNCHED: 'The campaign is only planned.' },
  example: { campaignId: campaign, members: 412 },
})
export class CompleteCampaignLaunch {
  @Id()
  readonly campaignId!: string;

  @Whole(0, 100_000_000)
  readonly members!: number;
}

@Command({
  says: 'Records what a campaign cost; also before its launch and after its end.',
  by: ['marketing', 'sales-manager'],
  refuses: {
    ...inOneCurrency,
    CAMPAIGN_COST_EXISTS: 'Another cost was recorded under this reference.',
    CAMPAIGN_COSTS_TOO_MANY: 'A campaign has at most 1,000 costs.',
  },
  example: {
    campaignId: campaign,
    reference: 'INV-2026-0815',
    amount: { amount: 240_000, currency: 'EUR' },
    what: 'Printing and postage',
  },
})
export class RecordCampaignCost {
  @Id()
  readonly campaignId!: string;

  /** Names the cost in the books: the same one again changes nothing. */
  @Text(100)
  readonly reference!: string;

  @IsMoney()
  readonly amount!: MoneyField;

  @Text(200)
  readonly what!: string;
}

@Command({
  says: 'Ends a campaign, launched or not: nothing more is sent; late responses still count.',
  by: ['marketing', 'sales-manager'],
  refuses: { CAMPAIGN_ENDED: 'It ended for another reason.' },
  example: { campaignId: campaign, reason: 'The season is over' },
})
export class EndCampaign {
  @Id()
  readonly campaignId!: string;

  @Optional()
  @Text(500)
  readonly reason?: string;
}
