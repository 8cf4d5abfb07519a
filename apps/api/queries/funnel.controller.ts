import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { OneOf, Optional, Slug, Text } from '../../../libs/domain/fields.js';
import { leadPotentials, type LeadPotential } from '../../../libs/domain/person/person.events.js';
import { conversionReport, funnelReport, winRateReport } from '../../../projections/funnel/queries.js';
import { type WinRateGroup, winRateGroups } from '../../../projections/funnel/win-rate.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { Questions } from './questions.js';
import { ReportParams, spanned } from './report-params.js';

const bySource = ['source', 'all'] as const;
const touches = ['first', 'any'] as const;

class ConversionParams extends ReportParams {
  @Says('A row for each source, or for all together; sources when left out.')
  @Optional()
  @OneOf(bySource)
  by?: (typeof bySource)[number];

  @Says('Only leads from this source.')
  @Optional()
  @Text(200)
  source?: string;

  @Says('Only leads who may become this.')
  @Optional()
  @OneOf(leadPotentials)
  potential?: LeadPotential;
}

class FunnelParams extends ReportParams {
  @Says(
    '`first` (when left out): people count once, for what they visited first; `any`: for everything that they visited.',
  )
  @Optional()
  @OneOf(touches)
  touch?: (typeof touches)[number];

  @Says('Only people who came by this content.')
  @Optional()
  @Text(500)
  content?: string;

  @Says('Only from this source.')
  @Optional()
  @Text(200)
  source?: string;
}

class WinRateParams extends ReportParams {
  @Says('A row for each of these, or for all together; all when left out.')
  @Optional()
  @OneOf(winRateGroups)
  by?: WinRateGroup;

  @Says('Only what this salesperson owns.')
  @Optional()
  @Text(100)
  owner?: string;

  @Says('Only in this pipeline.')
  @Optional()
  @Slug()
  pipelineId?: string;
}

@ApiTags('reports')
@Controller('v1/reports')
export class FunnelController {
  constructor(private readonly questions: Questions) {}

  @Get('conversion')
  @ApiOperation({ summary: 'How far the leads of each cohort and source came, beside the benchmark of 10 %.' })
  @ApiParams(ConversionParams)
  async conversion(
    @Params(ConversionParams) params: ConversionParams,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const asked = { ...spanned(params), by: params.by ?? 'source' };
    const items = await this.questions.ask('funnel', asked, conversionReport);
    return reply.items(items, csvColumns.conversion);
  }

  @Get('inbound')
  @ApiOperation({ summary: 'From the visit to the sale, per content and source.' })
  @ApiParams(FunnelParams)
  async inbound(@Params(FunnelParams) params: FunnelParams, @InReply() reply: Reply): Promise<object | string> {
    const asked = { ...spanned(params), touch: params.touch ?? 'first' };
    const items = await this.questions.ask('funnel', asked, funnelReport);
    return reply.items(items, csvColumns.inbound);
  }

  @Get('win-rate')
  @ApiOperation({ summary: 'What was won of what was closed, by owner, pipeline, source, competitor or reason.' })
  @ApiParams(WinRateParams)
  async winRate(@Params(WinRateParams) params: WinRateParams, @InReply() reply: Reply): Promise<object | string> {
    const asked = { ...spanned(params), by: params.by ?? 'all' };
    const items = await this.questions.ask('funnel', asked, winRateReport);
    return reply.items(items, csvColumns.winRate);
  }
}
