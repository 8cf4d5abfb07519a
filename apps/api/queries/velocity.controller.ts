import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Optional, Slug } from '../../../libs/domain/fields.js';
import { ageingReport, velocityReport } from '../../../projections/pipeline/reports.js';
import { respond } from '../http/csv.js';
import { csvColumns } from '../http/csv-columns.js';
import { ApiParams, Params } from '../http/params.js';
import { AsOfParams, ask } from './asking.js';
import { ReadModels } from './read-models.js';
import { ReportParams, spanned } from './report-params.js';

class VelocityParams extends ReportParams {
  @Optional()
  @Slug()
  pipelineId?: string;
}

class AgeingParams extends AsOfParams {
  @Optional()
  @Slug()
  pipelineId?: string;
}

@ApiTags('reports')
@Controller('v1/reports')
export class VelocityController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get('velocity')
  @ApiOperation({
    summary: 'What entered, skipped and left each stage in each period, and how long it had stood there.',
  })
  @ApiParams(VelocityParams)
  async velocity(
    @Params(VelocityParams) params: VelocityParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const items = await ask(this.queries, 'pipeline', params, () =>
      velocityReport(this.models.database, spanned(params)),
    );
    return respond(request, reply, { items, next: null }, (answer) => answer.items, csvColumns.velocity);
  }

  @Get('ageing')
  @ApiOperation({ summary: 'How long the open opportunities have stood in their stages, and how many are stale.' })
  @ApiParams(AgeingParams)
  async ageing(
    @Params(AgeingParams) params: AgeingParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { minPosition: _, ...asked } = params;
    const items = await ask(this.queries, 'pipeline', params, () => ageingReport(this.models.database, asked));
    return respond(request, reply, { items, next: null }, (answer) => answer.items, csvColumns.ageing);
  }
}
