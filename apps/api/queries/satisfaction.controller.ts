import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OneOf, Optional, OptionalId, Slug } from '../../../libs/domain/fields.js';
import { periodKinds, type PeriodKind } from '../../../libs/kernel/index.js';
import { satisfactionTrend } from '../../../projections/service/queries.js';
import { respond } from '../http/csv.js';
import { ApiParams, Params } from '../http/params.js';
import { AsOfParams, ask } from './asking.js';
import { ReadModels } from './read-models.js';

const groups = ['account', 'all'] as const;

class SatisfactionParams extends AsOfParams {
  /** A row for each account that answered, or for all together; all when left out. */
  @Optional()
  @OneOf(groups)
  by?: (typeof groups)[number];

  /** A row for each month or quarter; months when left out. */
  @Optional()
  @OneOf(periodKinds)
  per?: PeriodKind;

  @Optional()
  @Slug()
  surveyId?: string;

  /** Only of this account. */
  @OptionalId()
  accountId?: string;
}

@ApiTags('reports')
@Controller('v1/reports/satisfaction')
export class SatisfactionController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @ApiOperation({ summary: 'NPS and CSAT per survey, period and account.' })
  @ApiParams(SatisfactionParams)
  async trend(
    @Params(SatisfactionParams) params: SatisfactionParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { minPosition: _, by = 'all', per = 'month', ...rest } = params;
    const asked = { ...rest, by, per };
    const items = await ask(this.queries, 'service', params, () => satisfactionTrend(this.models.database, asked));
    return respond(request, reply, { items, next: null }, (answer) => answer.items);
  }
}
