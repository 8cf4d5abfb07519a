import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  activityKinds,
  type ActivityKind,
  type Direction,
  directions,
} from '../../../libs/domain/activity/activity.events.js';
import { OneOf, Optional, Slug, Text } from '../../../libs/domain/fields.js';
import { type ActivityGroup, activityGroups } from '../../../projections/activity/productivity.js';
import { activitiesReport } from '../../../projections/activity/queries.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { Questions } from './questions.js';
import { ReportParams, spanned } from './report-params.js';

class ActivitiesReportParams extends ReportParams {
  @Says('A row for each of these, or for all together; persons when left out.')
  @Optional()
  @OneOf(activityGroups)
  by?: ActivityGroup;

  @Says('Only what this employee did or is to do.')
  @Optional()
  @Text(100)
  person?: string;

  @Says('Only of this team, as it was then.')
  @Optional()
  @Slug()
  team?: string;

  @Says('Only of this kind.')
  @Optional()
  @OneOf(activityKinds)
  kind?: ActivityKind;

  @Says('Only in this direction.')
  @Optional()
  @OneOf(directions)
  direction?: Direction;
}

@ApiTags('reports')
@Controller('v1/reports/activities')
export class ActivitiesReportController {
  constructor(private readonly questions: Questions) {}

  @Get()
  @ApiOperation({ summary: 'Activities planned, done and failed, by person, team or kind.' })
  @ApiParams(ActivitiesReportParams)
  async report(
    @Params(ActivitiesReportParams) params: ActivitiesReportParams,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const asked = { ...spanned(params), by: params.by ?? 'person' };
    const items = await this.questions.ask('activity', asked, activitiesReport);
    return reply.items(items, csvColumns.activities);
  }
}
