import { Controller, Get, Param, Req, Res, type StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OneOf, Optional, OptionalId, Slug, Text, Whole } from '../../../libs/domain/fields.js';
import { type ForecastCategory, openForecastCategories } from '../../../libs/domain/opportunity/opportunity.events.js';
import {
  opportunitiesList,
  opportunitySorts,
  type OpportunitySort,
} from '../../../projections/pipeline/opportunities.js';
import { opportunityDetail } from '../../../projections/pipeline/opportunity-detail.js';
import { respond, respondPages } from '../http/csv.js';
import { csvColumns } from '../http/csv-columns.js';
import { ApiParams, InDigits, Params } from '../http/params.js';
import { AsOfParams, ask, EndOf, found, PageParams } from './asking.js';
import { ReadModels } from './read-models.js';

const categories = [...openForecastCategories, 'closed'] as const satisfies readonly ForecastCategory[];
const statuses = ['open', 'won', 'lost', 'withdrawn'] as const;
const orders = ['asc', 'desc'] as const;

class OpportunitiesParams extends PageParams {
  @Optional()
  @Slug()
  pipelineId?: string;

  @Optional()
  @Slug()
  stage?: string;

  @Optional()
  @OneOf(statuses)
  status?: (typeof statuses)[number];

  @Optional()
  @Text(100)
  owner?: string;

  @OptionalId()
  accountId?: string;

  /** Forecast category: as somebody set it, else by the stage's probability. */
  @Optional()
  @OneOf(categories)
  category?: ForecastCategory;

  /** In minor units, inclusive. */
  @Optional()
  @InDigits()
  @Whole(0, Number.MAX_SAFE_INTEGER)
  minAmount?: number;

  /** In minor units, inclusive. */
  @Optional()
  @InDigits()
  @Whole(0, Number.MAX_SAFE_INTEGER)
  @EndOf('minAmount')
  maxAmount?: number;

  @Optional()
  @OneOf(opportunitySorts)
  sort?: OpportunitySort;

  @Optional()
  @OneOf(orders)
  order?: (typeof orders)[number];
}

@ApiTags('pipeline')
@Controller('v1/opportunities')
export class OpportunitiesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Opportunities, by pipeline, stage, status, owner, account, forecast category, amount.' })
  @ApiParams(OpportunitiesParams)
  async list(
    @Params(OpportunitiesParams) params: OpportunitiesParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string | StreamableFile> {
    const { minPosition: _, ...asked } = params;
    return respondPages(request, reply, csvColumns.opportunities, params, (page) =>
      ask(this.queries, 'pipeline', params, () => opportunitiesList(this.models.database, { ...asked, ...page })),
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'One opportunity with its lines, buying roles, quotes, contracts and stage history.' })
  @ApiParams(AsOfParams)
  async one(
    @Param('id') id: string,
    @Params(AsOfParams) params: AsOfParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { asOf, knownAt } = params;
    const detail = await ask(this.queries, 'pipeline', params, () =>
      opportunityDetail(this.models.database, { id: id.toLowerCase(), asOf, knownAt }),
    );
    return respond(request, reply, found(detail, 'opportunity'), ({ history }) => history);
  }
}
