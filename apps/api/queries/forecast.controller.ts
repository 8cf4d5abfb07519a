import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { InPeriod, OneOf, Optional, Slug, Text } from '../../../libs/domain/fields.js';
import { type ForecastCategory, openForecastCategories } from '../../../libs/domain/opportunity/opportunity.events.js';
import { forecast, type ForecastGroup, forecastGroups } from '../../../projections/forecast/forecast.js';
import { respond } from '../http/csv.js';
import { ApiParams, Params } from '../http/params.js';
import { AsOfParams, ask } from './asking.js';
import { ReadModels } from './read-models.js';

const categories = [...openForecastCategories, 'closed'] as const satisfies readonly ForecastCategory[];

class ForecastParams extends AsOfParams {
  /** A month, 2017-07, or a quarter, 2017-Q3. */
  @InPeriod()
  period!: string;

  /** A row for each of them; all in one row when left out. */
  @Optional()
  @OneOf(forecastGroups)
  by?: ForecastGroup;

  /** Only what this salesperson owns. */
  @Optional()
  @Text(100)
  owner?: string;

  /** Only what is owned in this team: on the closing day when it is won, else on the day asked for. */
  @Optional()
  @Slug()
  team?: string;

  @Optional()
  @Slug()
  pipelineId?: string;

  /** As somebody set it, else by the stage's probability. */
  @Optional()
  @OneOf(categories)
  category?: ForecastCategory;
}

@ApiTags('forecast')
@Controller('v1/forecast')
export class ForecastController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @ApiOperation({
    summary:
      'The forecast of a period: closed, open, weighted, best and worst case, against target, with submissions and commitments.',
  })
  @ApiParams(ForecastParams)
  async period(
    @Params(ForecastParams) params: ForecastParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { minPosition: _, ...asked } = params;
    const answer = await ask(this.queries, 'forecast', params, () => forecast(this.models.database, asked));
    return respond(request, reply, answer, ({ period, asOf, currency, rows }) =>
      rows.map((row) => ({ period, asOf, ...row, currency })),
    );
  }
}
