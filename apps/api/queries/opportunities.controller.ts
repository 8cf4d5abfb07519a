import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { OneOf, Optional, OptionalId, Slug, Text, Whole } from '../../../libs/domain/fields.js';
import { type ForecastCategory, openForecastCategories } from '../../../libs/domain/opportunity/opportunity.events.js';
import {
  opportunitiesList,
  opportunitySorts,
  type OpportunitySort,
} from '../../../projections/pipeline/opportunities.js';
import { opportunityDetail } from '../../../projections/pipeline/opportunity-detail.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, InDigits, Params, Says } from '../http/params.js';
import { AsOfParams, EndOf, found, including, PageParams } from './asking.js';
import { Questions } from './questions.js';

const categories = [...openForecastCategories, 'closed'] as const satisfies readonly ForecastCategory[];
const statuses = ['open', 'won', 'lost', 'withdrawn'] as const;
const orders = ['asc', 'desc'] as const;

class OpportunitiesParams extends PageParams {
  @Says('Only in this pipeline.')
  @Optional()
  @Slug()
  pipelineId?: string;

  @Says('Only in this stage.')
  @Optional()
  @Slug()
  stage?: string;

  @Says('Only those that stand so.')
  @Optional()
  @OneOf(statuses)
  status?: (typeof statuses)[number];

  @Says('Only what this salesperson owns.')
  @Optional()
  @Text(100)
  owner?: string;

  @Says('Only of this account.')
  @OptionalId()
  accountId?: string;

  @Says("Forecast category: as somebody set it, else by the stage's probability.")
  @Optional()
  @OneOf(categories)
  category?: ForecastCategory;

  @Says('In minor units, inclusive.')
  @Optional()
  @InDigits()
  @Whole(0, Number.MAX_SAFE_INTEGER)
  minAmount?: number;

  @Says('In minor units, inclusive.')
  @Optional()
  @InDigits()
  @Whole(0, Number.MAX_SAFE_INTEGER)
  @EndOf('minAmount')
  maxAmount?: number;

  @Says('In this order; by the day on which it was opened when left out.')
  @Optional()
  @OneOf(opportunitySorts)
  sort?: OpportunitySort;

  @Says('Which way the list goes; `asc` when left out.')
  @Optional()
  @OneOf(orders)
  order?: (typeof orders)[number];
}

@ApiTags('pipeline')
@Controller('v1/opportunities')
export class OpportunitiesController {
  constructor(private readonly questions: Questions) {}

  @Get()
  @ApiOperation({ summary: 'Opportunities, by pipeline, stage, status, owner, account, forecast category, amount.' })
  @ApiParams(OpportunitiesParams)
  async list(
    @Params(OpportunitiesParams) params: OpportunitiesParams,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    return reply.pages(csvColumns.opportunities, params, (asked) =>
      this.questions.ask('pipeline', asked, opportunitiesList),
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'One opportunity with its lines, buying roles, quotes, contracts and stage history.' })
  @ApiParams(AsOfParams)
  async one(
    @Param('id') id: string,
    @Params(AsOfParams) params: AsOfParams,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const detail = await this.questions.ask('pipeline', including(params, { id: id.toLowerCase() }), opportunityDetail);
    return reply.with(found(detail, 'opportunity'), ({ history }) => history);
  }
}
