import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { campaignAims, type CampaignAim } from '../../../libs/domain/campaign/campaign.events.js';
import { OneOf, Optional, OptionalId } from '../../../libs/domain/fields.js';
import { campaignsReport } from '../../../projections/campaigns/queries.js';
import { respond } from '../http/csv.js';
import { csvColumns } from '../http/csv-columns.js';
import { ApiParams, Params } from '../http/params.js';
import { AsOfParams, ask } from './asking.js';
import { ReadModels } from './read-models.js';

const statuses = ['planned', 'launched', 'ended'] as const;

class CampaignsReportParams extends AsOfParams {
  @OptionalId()
  campaignId?: string;

  @Optional()
  @OneOf(statuses)
  status?: (typeof statuses)[number];

  @Optional()
  @OneOf(campaignAims)
  aim?: CampaignAim;
}

@ApiTags('reports')
@Controller('v1/reports/campaigns')
export class CampaignsReportController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'What each campaign cost, sent and brought: responses, leads, revenue, return on investment.',
  })
  @ApiParams(CampaignsReportParams)
  async report(
    @Params(CampaignsReportParams) params: CampaignsReportParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { minPosition: _, ...asked } = params;
    const report = await ask(this.queries, 'campaigns', params, () => campaignsReport(this.models.database, asked));
    return respond(request, reply, report, ({ items }) => items, csvColumns.campaigns);
  }
}
