import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OneOf, Optional, Slug, Text } from '../../../libs/domain/fields.js';
import { leadPotentials, type LeadPotential } from '../../../libs/domain/person/person.events.js';
import { conversionReport, funnelReport, winRateReport } from '../../../projections/funnel/queries.js';
import { type WinRateGroup, winRateGroups } from '../../../projections/funnel/win-rate.js';
import { respond } from '../http/csv.js';
import { csvColumns } from '../http/csv-columns.js';
import { ApiParams, Params } from '../http/params.js';
import { ask } from './asking.js';
import { ReadModels } from './read-models.js';
import { ReportParams, spanned } from './report-params.js';

const bySource = ['source', 'all'] as const;
const touches = ['first', 'any'] as const;

class ConversionParams extends ReportParams {
  /** A row for each source, or for all together; sources when left out. */
  @Optional()
  @OneOf(bySource)
  by?: (typeof bySource)[number];

  /** Only leads from this source. */
  @Optional()
  @Text(200)
  source?: string;

  /** Only leads who may become this. */
  @Optional()
  @OneOf(leadPotentials)
  potential?: LeadPotential;
}

class FunnelParams extends ReportParams {
  /** `first` (when left out): people count once, for what they visited first; `any`: for everything that they visited. */
  @Optional()
  @OneOf(touches)
  touch?: (typeof touches)[number];

  @Optional()
  @Text(500)
  content?: string;

  @Optional()
  @Text(200)
  source?: string;
}

class WinRateParams extends ReportParams {
  /** A row for each of these, or for all together; all when left out. */
  @Optional()
  @OneOf(winRateGroups)
  by?: WinRateGroup;

  @Optional()
  @Text(100)
  owner?: string;

  @Optional()
  @Slug()
  pipelineId?: string;
}

@ApiTags('reports')
@Controller('v1/reports')
export class FunnelController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get('conversion')
  @ApiOperation({ summary: 'How far the leads of each cohort and source came, beside the benchmark of 10 %.' })
  @ApiParams(ConversionParams)
  async conversion(
    @Params(ConversionParams) params: ConversionParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const asked = { ...spanned(params), by: params.by ?? 'source' };
    const items = await ask(this.queries, 'funnel', params, () => conversionReport(this.models.database, asked));
    return respond(request, reply, { items, next: null }, (answer) => answer.items, csvColumns.conversion);
  }

  @Get('inbound')
  @ApiOperation({ summary: 'From the visit to the sale, per content and source.' })
  @ApiParams(FunnelParams)
  async inbound(
    @Params(FunnelParams) params: FunnelParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const asked = { ...spanned(params), touch: params.touch ?? 'first' };
    const items = await ask(this.queries, 'funnel', params, () => funnelReport(this.models.database, asked));
    return respond(request, reply, { items, next: null }, (answer) => answer.items, csvColumns.inbound);
  }

  @Get('win-rate')
  @ApiOperation({ summary: 'What was won of what was closed, by owner, pipeline, source, competitor or reason.' })
  @ApiParams(WinRateParams)
  async winRate(
    @Params(WinRateParams) params: WinRateParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const asked = { ...spanned(params), by: params.by ?? 'all' };
    const items = await ask(this.queries, 'funnel', params, () => winRateReport(this.models.database, asked));
    return respond(request, reply, { items, next: null }, (answer) => answer.items, csvColumns.winRate);
  }
}
