import { sql } from 'kysely';
import type { CampaignAim } from '../../libs/domain/campaign/campaign.events.js';
import type { Instant, Money } from '../../libs/kernel/index.js';
import { type Database, type Moment, read, rows } from '../../libs/read-model/index.js';
import { campaignsModel } from './index.js';
import { type AmountRow, amountsOf, type CampaignRow, campaignsOf } from './returns.js';
import type { CampaignStatus } from './tables.js';

/** A campaign with what it cost and brought; amounts in minor units of the reporting currency. */
export interface CampaignReported {
  readonly campaignId: string;
  readonly name: string;
  readonly aim: CampaignAim;
  readonly segmentId: string;
  readonly owner: string;
  readonly status: CampaignStatus;
  readonly launchedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** In its own currency. */
  readonly budget: Money | null;
  readonly members: number | null;
  readonly sent: number;
  readonly recipients: number;
  readonly opened: number;
  readonly responses: number;
  readonly responders: number;
  /** Recipients who answered ÷ recipients. */
  readonly responseRate: string | null;
  readonly unsubscribed: number;
  readonly complained: number;
  readonly bounced: number;
  readonly leads: number;
  readonly opportunities: number;
  readonly won: number;
  readonly cost: number;
  readonly revenue: number;
  /** (Revenue − cost) ÷ cost. */
  readonly returnOnInvestment: string | null;
  readonly currency: string;
}

/** What has no exchange rate and is in no amount. */
export interface CampaignUnconverted {
  readonly campaignId: string;
  readonly what: AmountRow['what'];
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
}

export interface CampaignsReport {
  readonly items: readonly CampaignReported[];
  readonly next: null;
  readonly unconverted: readonly CampaignUnconverted[];
}

const reported = (row: CampaignRow): CampaignReported => ({
  campaignId: row.id,
  name: row.name,
  aim: row.aim,
  segmentId: row.segment_id,
  owner: row.owner,
  status: row.status,
  launchedAt: row.launched_at,
  endedAt: row.ended_at,
  budget:
    row.budget === null || row.budget_currency === null ? null : { amount: row.budget, currency: row.budget_currency },
  members: row.members,
  sent: row.sent,
  recipients: row.recipients,
  opened: row.opened,
  responses: row.responses,
  responders: row.responders,
  responseRate: row.response_rate,
  unsubscribed: row.unsubscribed,
  complained: row.complained,
  bounced: row.bounced,
  leads: row.leads,
  opportunities: row.opportunities,
  won: row.won,
  cost: row.cost,
  revenue: row.revenue,
  returnOnInvestment: row.return_on_investment,
  currency: row.currency,
});

export interface CampaignsAsked extends Moment {
  readonly campaignId?: string | undefined;
  readonly status?: CampaignStatus | undefined;
  readonly aim?: CampaignAim | undefined;
}

/** Every campaign, the last launched first. */
export const campaignsReport = (database: Database, asked: CampaignsAsked): Promise<CampaignsReport> =>
  read(database, campaignsModel, asked, async (reading) => {
    const { campaignId, status, aim } = asked;
    const only = [
      ...(campaignId === undefined ? [] : [sql`id = ${campaignId}`]),
      ...(status === undefined ? [] : [sql`status = ${status}`]),
      ...(aim === undefined ? [] : [sql`aim = ${aim}`]),
    ];
    const found = await rows(
      reading,
      sql<CampaignRow>`select * from (${campaignsOf(reading)}) c
        where ${only.length === 0 ? sql`true` : sql.join(only, sql` and `)} order by launched_at desc nulls first, id`,
    );
    const shown = found.filter(({ unconverted }) => unconverted > 0).map(({ id }) => id);
    const without =
      shown.length === 0
        ? []
        : await rows(
            reading,
            sql<AmountRow>`select * from (${amountsOf(reading)}) a where reporting is null and campaign_id = any(${shown})
              order by campaign_id, what, id`,
          );
    return {
      items: found.map(reported),
      next: null,
      unconverted: without.map(({ campaign_id, what, id, amount, currency }) => ({
        campaignId: campaign_id,
        what,
        id,
        amount,
        currency,
      })),
    };
  });
