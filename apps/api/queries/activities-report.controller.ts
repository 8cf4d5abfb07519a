import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  activityKinds,
  type ActivityKind,
  type Direction,
  directions,
} from '../../../libs/domain/activity/activity.events.js';
import { OneOf, Optional, Slug, Text } from '../../../libs/domain/fields.js';
import { type ActivityGroup, activityGroups } from '../../../projections/activity/productivity.js';
import { activitiesReport } from '../../../projections/activity/queries.js';
import { respond } from '../http/csv.js';
import { csvColumns } from '../http/csv-columns.js';
import { ApiParams, Params } from '../http/params.js';
import { ask } from './asking.js';
import { ReadModels } from './read-models.js';
import { ReportParams, spanned } from './report-params.js';

class ActivitiesReportParams extends ReportParams {
  /** A row for each of these, or for all together; persons when left out. */
  @Optional()
  @OneOf(activityGroups)
  by?: ActivityGroup;

  @Optional()
  @Text(100)
  person?: string;

  @Optional()
  @Slug()
  team?: string;

  @Optional()
  @OneOf(activityKinds)
  kind?: ActivityKind;

  @Optional()
  @OneOf(directions)
  direction?: Direction;
}

@ApiTags('reports')
@Controller('v1/reports/activities')
export class ActivitiesReportController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Activities planned, done and failed, by person, team or kind.' })
  @ApiParams(ActivitiesReportParams)
  async report(
    @Params(ActivitiesReportParams) params: ActivitiesReportParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const asked = { ...spanned(params), by: params.by ?? 'person' };
    const items = await ask(this.queries, 'activity', params, () => activitiesReport(this.models.database, asked));
    return respond(request, reply, { items, next: null }, (answer) => answer.items, csvColumns.activities);
  }
}
