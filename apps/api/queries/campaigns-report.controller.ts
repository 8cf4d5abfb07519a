import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { campaignAims, type CampaignAim } from '../../../libs/domain/campaign/campaign.events.js';
import { OneOf, Optional, OptionalId } from '../../../libs/domain/fields.js';
import { campaignsReport } from '../../../projections/campaigns/queries.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { AsOfParams } from './asking.js';
import { Questions } from './questions.js';

const statuses = ['planned', 'launched', 'ended'] as const;

class CampaignsReportParams extends AsOfParams {
  @Says('Only this campaign.')
  @OptionalId()
  campaignId?: string;

  @Says('Only those that stand so.')
  @Optional()
  @OneOf(statuses)
  status?: (typeof statuses)[number];

  @Says('Only campaigns with this aim.')
  @Optional()
  @OneOf(campaignAims)
  aim?: CampaignAim;
}

@ApiTags('reports')
@Controller('v1/reports/campaigns')
export class CampaignsReportController {
  constructor(private readonly questions: Questions) {}

  @Get()
  @ApiOperation({
    summary: 'What each campaign cost, sent and brought: responses, leads, revenue, return on investment.',
  })
  @ApiParams(CampaignsReportParams)
  async report(
    @Params(CampaignsReportParams) params: CampaignsReportParams,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const report = await this.questions.ask('campaigns', params, campaignsReport);
    return reply.with(report, ({ items }) => items, csvColumns.campaigns);
  }
}
