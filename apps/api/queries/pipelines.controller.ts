import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { pipelinesList, pipelineSummary } from '../../../projections/pipeline/queries.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params } from '../http/params.js';
import { AsOfParams, found, including } from './asking.js';
import { Questions } from './questions.js';

@ApiTags('pipeline')
@Controller('v1/pipelines')
export class PipelinesController {
  constructor(private readonly questions: Questions) {}

  @Get()
  @ApiOperation({ summary: 'The pipelines there are.' })
  @ApiParams(AsOfParams)
  async list(@Params(AsOfParams) params: AsOfParams, @InReply() reply: Reply): Promise<object | string> {
    const items = await this.questions.ask('pipeline', params, pipelinesList);
    return reply.items(items, csvColumns.pipelines);
  }

  @Get(':id')
  @ApiOperation({ summary: 'What stands in each stage of a pipeline: count, amount, and weighted by probability.' })
  @ApiParams(AsOfParams)
  async one(
    @Param('id') id: string,
    @Params(AsOfParams) params: AsOfParams,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const summary = await this.questions.ask('pipeline', including(params, { id: id.toLowerCase() }), pipelineSummary);
    return reply.with(
      found(summary, 'pipeline'),
      ({ pipeline, asOf, currency, stages }) => stages.map((stage) => ({ pipeline, asOf, ...stage, currency })),
      csvColumns.stages,
    );
  }
}
