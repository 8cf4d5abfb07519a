import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pipelinesList, pipelineSummary } from '../../../projections/pipeline/queries.js';
import { respond } from '../http/csv.js';
import { csvColumns } from '../http/csv-columns.js';
import { ApiParams, Params } from '../http/params.js';
import { AsOfParams, ask, found } from './asking.js';
import { ReadModels } from './read-models.js';

@ApiTags('pipeline')
@Controller('v1/pipelines')
export class PipelinesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The pipelines there are.' })
  @ApiParams(AsOfParams)
  async list(
    @Params(AsOfParams) params: AsOfParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const items = await ask(this.queries, 'pipeline', params, () => pipelinesList(this.models.database, params));
    return respond(request, reply, { items, next: null }, (answer) => answer.items, csvColumns.pipelines);
  }

  @Get(':id')
  @ApiOperation({ summary: 'What stands in each stage of a pipeline: count, amount, and weighted by probability.' })
  @ApiParams(AsOfParams)
  async one(
    @Param('id') id: string,
    @Params(AsOfParams) params: AsOfParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { asOf, knownAt } = params;
    const summary = await ask(this.queries, 'pipeline', params, () =>
      pipelineSummary(this.models.database, { id: id.toLowerCase(), asOf, knownAt }),
    );
    return respond(
      request,
      reply,
      found(summary, 'pipeline'),
      ({ pipeline, asOf, currency, stages }) => stages.map((stage) => ({ pipeline, asOf, ...stage, currency })),
      csvColumns.stages,
    );
  }
}
