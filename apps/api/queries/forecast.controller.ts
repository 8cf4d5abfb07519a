import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { InPeriod, Moment, OneOf, Optional, Slug, Text } from '../../../libs/domain/fields.js';
import { type ForecastCategory, openForecastCategories } from '../../../libs/domain/opportunity/opportunity.events.js';
import { calibration } from '../../../projections/forecast/calibration.js';
import { forecastChanges } from '../../../projections/forecast/changes.js';
import { forecast } from '../../../projections/forecast/forecast.js';
import { type ForecastGroup, forecastGroups } from '../../../projections/forecast/lines.js';
import { type Measure, measures } from '../../../projections/forecast/world.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { AsOfParams } from './asking.js';
import { Questions } from './questions.js';

const categories = [...openForecastCategories, 'closed'] as const satisfies readonly ForecastCategory[];

/** Which opportunities a forecast is of. */
export class ForecastOfParams extends AsOfParams {
  @Says('A month, 2017-07, or a quarter, 2017-Q3.')
  @InPeriod()
  period!: string;

  @Says('Only what this salesperson owns.')
  @Optional()
  @Text(100)
  owner?: string;

  @Says('Only what is owned in this team: on the closing day when it is won, else on the day asked for.')
  @Optional()
  @Slug()
  team?: string;

  @Says('Only in this pipeline.')
  @Optional()
  @Slug()
  pipelineId?: string;

  @Says("As somebody set it, else by the stage's probability.")
  @Optional()
  @OneOf(categories)
  category?: ForecastCategory;
}

export class ForecastParams extends ForecastOfParams {
  @Says('A row for each of them; all in one row when left out.')
  @Optional()
  @OneOf(forecastGroups)
  by?: ForecastGroup;
}

class ChangesParams {
  @Says('A month, 2017-07, or a quarter, 2017-Q3.')
  @InPeriod()
  period!: string;

  @Says('From what was so at this instant …')
  @Moment()
  from!: string;

  @Says('… to what was so at this one.')
  @Moment()
  to!: string;

  @Says('As far as it was known at this instant; left out: now.')
  @Optional()
  @Moment()
  knownAt?: string;

  @Says('The first of the two only as far as it was known at this instant; left out: as `knownAt`.')
  @Optional()
  @Moment()
  fromKnownAt?: string;

  @Says('Wait until the read model has the command that answered with this position.')
  @Optional()
  @Matches(/^\d{1,19}$/, { message: '$property must be the position that a command answered, for instance 4711.' })
  minPosition?: string;

  @Says('Weighted by probability when left out.')
  @Optional()
  @OneOf(measures)
  measure?: Measure;

  @Says('Only what this salesperson owns.')
  @Optional()
  @Text(100)
  owner?: string;

  @Says('Only of this team, as it was then.')
  @Optional()
  @Slug()
  team?: string;

  @Says('Only in this pipeline.')
  @Optional()
  @Slug()
  pipelineId?: string;

  @Says('Only in this forecast category: as somebody set it, else by the stage’s probability.')
  @Optional()
  @OneOf(categories)
  category?: ForecastCategory;
}

class CalibrationParams extends AsOfParams {
  @Says('Only what was committed for this month or quarter.')
  @Optional()
  @InPeriod()
  period?: string;

  @Says('Only of this team, as it was then.')
  @Optional()
  @Slug()
  team?: string;

  @Says('Only in this pipeline.')
  @Optional()
  @Slug()
  pipelineId?: string;

  @Says('Only what was committed by whoever has this id.')
  @Optional()
  @Text(100)
  by?: string;
}

@ApiTags('forecast')
@Controller('v1/forecast')
export class ForecastController {
  constructor(private readonly questions: Questions) {}

  @Get()
  @ApiOperation({
    summary:
      'The forecast of a period: closed, open, weighted, best and worst case, against target, with submissions and commitments.',
  })
  @ApiParams(ForecastParams)
  async period(@Params(ForecastParams) params: ForecastParams, @InReply() reply: Reply): Promise<object | string> {
    const answer = await this.questions.ask('forecast', params, forecast);
    return reply.with(
      answer,
      ({ period, asOf, currency, rows }) => rows.map((row) => ({ period, asOf, ...row, currency })),
      csvColumns.forecast,
    );
  }

  @Get('changes')
  @ApiOperation({
    summary: 'Why the forecast of a period changed between two instants: what each event did to it, to the cent.',
  })
  @ApiParams(ChangesParams)
  async changes(@Params(ChangesParams) params: ChangesParams, @InReply() reply: Reply): Promise<object | string> {
    const answer = await this.questions.ask('forecast', params, forecastChanges);
    return reply.with(
      answer,
      ({ rows, currency }) => rows.map((row) => ({ ...row, currency })),
      csvColumns.forecastChanges,
    );
  }

  @Get('calibration')
  @ApiOperation({ summary: 'Every past commitment against the outcome, and how good those of each committer were.' })
  @ApiParams(CalibrationParams)
  async calibration(
    @Params(CalibrationParams) params: CalibrationParams,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const answer = await this.questions.ask('forecast', params, calibration);
    return reply.with(
      answer,
      ({ rows, currency }) => rows.map((row) => ({ ...row, currency })),
      csvColumns.calibration,
    );
  }
}
