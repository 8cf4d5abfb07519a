import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Optional, Slug } from '../../../libs/domain/fields.js';
import { ageingReport, velocityReport } from '../../../projections/pipeline/reports.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { AsOfParams } from './asking.js';
import { Questions } from './questions.js';
import { ReportParams, spanned } from './report-params.js';

class VelocityParams extends ReportParams {
  @Says('Only in this pipeline.')
  @Optional()
  @Slug()
  pipelineId?: string;
}

class AgeingParams extends AsOfParams {
  @Says('Only in this pipeline.')
  @Optional()
  @Slug()
  pipelineId?: string;
}

@ApiTags('reports')
@Controller('v1/reports')
export class VelocityController {
  constructor(private readonly questions: Questions) {}

  @Get('velocity')
  @ApiOperation({
    summary: 'What entered, skipped and left each stage in each period, and how long it had stood there.',
  })
  @ApiParams(VelocityParams)
  async velocity(@Params(VelocityParams) params: VelocityParams, @InReply() reply: Reply): Promise<object | string> {
    const items = await this.questions.ask('pipeline', spanned(params), velocityReport);
    return reply.items(items, csvColumns.velocity);
  }

  @Get('ageing')
  @ApiOperation({ summary: 'How long the open opportunities have stood in their stages, and how many are stale.' })
  @ApiParams(AgeingParams)
  async ageing(@Params(AgeingParams) params: AgeingParams, @InReply() reply: Reply): Promise<object | string> {
    const items = await this.questions.ask('pipeline', params, ageingReport);
    return reply.items(items, csvColumns.ageing);
  }
}
