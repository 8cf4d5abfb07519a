import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { OneOf, Optional, Slug, Text } from '../../../libs/domain/fields.js';
import { maySeeNames } from '../../../libs/domain/person/person.events.js';
import { segmentAudiences, type SegmentAudience } from '../../../libs/domain/segment/segment.rules.js';
import type { Actor } from '../../../libs/kernel/index.js';
import { accountsRatedWhatIf, ratingsWhatIf } from '../../../projections/customers/ratings-what-if.js';
import { customersWhatIf, phasesBy, type PhasesBy, phasesWhatIf } from '../../../projections/customers/what-if.js';
import { forecastWhatIf, opportunitiesWhatIf } from '../../../projections/forecast/what-if.js';
import { membersWhatIf, segmentWhatIf } from '../../../projections/segments/what-if.js';
import { Caller } from '../http/authenticate.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiAssumption, ApiParams, Assumption, Params, Says } from '../http/params.js';
import { AsOfParams, found, including, paged } from './asking.js';
import { ForecastOfParams, ForecastParams } from './forecast.controller.js';
import { WhichCustomersParams } from './customer-params.js';
import { Questions } from './questions.js';
import {
  ForecastAssumptions,
  PhasesAssumptions,
  RatingsAssumptions,
  SegmentAssumptions,
} from './what-if.assumptions.js';

class OpportunitiesParams extends paged(ForecastOfParams) {}

class SegmentParams extends AsOfParams {
  @Says('The segment or static list that the rule is held against; left out: nobody, so that all who fit enter.')
  @Optional()
  @Slug()
  segmentId?: string;

  @Says('What the rule is of, where there is no segment.')
  @Optional()
  @OneOf(segmentAudiences)
  of?: SegmentAudience;
}

class MembersParams extends paged(SegmentParams) {}

class PhasesParams extends WhichCustomersParams {
  @Says('What is counted, and whose change is listed: phases when left out.')
  @Optional()
  @OneOf(phasesBy)
  by?: PhasesBy;
}

class CustomersParams extends paged(PhasesParams) {}

class RatingsParams extends AsOfParams {
  @Says('Only ratings of this scheme.')
  @Optional()
  @Slug()
  schemeId?: string;

  @Says('Only what this salesperson owns.')
  @Optional()
  @Text(100)
  owner?: string;
}

class AccountsParams extends paged(RatingsParams) {}

const seesNames = ({ role }: Actor): boolean => maySeeNames.includes(role);

/** Questions whose body says what is to be assumed. They answer and change nothing (docs/decisions/0025). */
@ApiTags('what-if')
@Controller('v1/what-if')
export class WhatIfController {
  constructor(private readonly questions: Questions) {}

  @Post('forecast')
  @HttpCode(200)
  @ApiOperation({ summary: 'The forecast under other probabilities and exchange rates: today, assumed, difference.' })
  @ApiParams(ForecastParams)
  @ApiAssumption(ForecastAssumptions)
  async forecast(
    @Params(ForecastParams) params: ForecastParams,
    @Assumption(ForecastAssumptions) assumption: ForecastAssumptions,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const answer = await this.questions.ask('forecast', params, (database, asked) =>
      forecastWhatIf(database, asked, assumption),
    );
    return reply.with(
      answer,
      ({ period, asOf, currency, rows }) => rows.map((row) => ({ period, asOf, ...row, currency })),
      csvColumns.forecastWhatIf,
    );
  }

  @Post('forecast/opportunities')
  @HttpCode(200)
  @ApiOperation({ summary: 'The opportunities that make the difference to the forecast, the greatest first.' })
  @ApiParams(OpportunitiesParams)
  @ApiAssumption(ForecastAssumptions)
  async opportunities(
    @Params(OpportunitiesParams) params: OpportunitiesParams,
    @Assumption(ForecastAssumptions) assumption: ForecastAssumptions,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    return reply.pages(csvColumns.opportunitiesWhatIf, params, (asked) =>
      this.questions.ask('forecast', asked, (database, of) => opportunitiesWhatIf(database, of, assumption)),
    );
  }

  @Post('segments')
  @HttpCode(200)
  @ApiOperation({
    summary: 'A rule tried on the real history: how many would belong to a segment, enter it and leave it.',
  })
  @ApiParams(SegmentParams)
  @ApiAssumption(SegmentAssumptions)
  async segment(
    @Params(SegmentParams) params: SegmentParams,
    @Assumption(SegmentAssumptions) assumption: SegmentAssumptions,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const question = including(params, { seesNames: seesNames(actor) });
    const answer = await this.questions.ask('segments', question, (database, asked) =>
      segmentWhatIf(database, asked, assumption),
    );
    return reply.with(found(answer, 'segment'), ({ rule, ...counts }) => [{ ...counts, rule: JSON.stringify(rule) }]);
  }

  @Post('segments/members')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Who would enter a segment and who would leave it under another rule. Names are for marketing alone.',
  })
  @ApiParams(MembersParams)
  @ApiAssumption(SegmentAssumptions)
  async members(
    @Params(MembersParams) params: MembersParams,
    @Assumption(SegmentAssumptions) assumption: SegmentAssumptions,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const question = including(params, { seesNames: seesNames(actor) });
    return reply.pages(csvColumns.membersWhatIf, question, async (asked) =>
      found(
        await this.questions.ask('segments', asked, (database, of) => membersWhatIf(database, of, assumption)),
        'segment',
      ),
    );
  }

  @Post('phases')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'Customers by phase and group under another inactivity window or rule of groups: today, assumed, difference.',
  })
  @ApiParams(PhasesParams)
  @ApiAssumption(PhasesAssumptions)
  async phases(
    @Params(PhasesParams) params: PhasesParams,
    @Assumption(PhasesAssumptions) assumption: PhasesAssumptions,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const question = including(params, { names: seesNames(actor) });
    const answer = await this.questions.ask('customers', question, (database, asked) =>
      phasesWhatIf(database, asked, assumption),
    );
    return reply.with(answer, ({ asOf, rows }) => rows.map((row) => ({ asOf, ...row })), csvColumns.phasesWhatIf);
  }

  @Post('phases/customers')
  @HttpCode(200)
  @ApiOperation({ summary: 'The customers that would be in another phase or group.' })
  @ApiParams(CustomersParams)
  @ApiAssumption(PhasesAssumptions)
  async customers(
    @Params(CustomersParams) params: CustomersParams,
    @Assumption(PhasesAssumptions) assumption: PhasesAssumptions,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const question = including(params, { names: seesNames(actor) });
    return reply.pages(csvColumns.customersWhatIf, question, (asked) =>
      this.questions.ask('customers', asked, (database, of) => customersWhatIf(database, of, assumption)),
    );
  }

  @Post('ratings')
  @HttpCode(200)
  @ApiOperation({ summary: 'Accounts above and below the cut-off of ratings under another one, by scheme.' })
  @ApiParams(RatingsParams)
  @ApiAssumption(RatingsAssumptions)
  async ratings(
    @Params(RatingsParams) params: RatingsParams,
    @Assumption(RatingsAssumptions) assumption: RatingsAssumptions,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const answer = await this.questions.ask('customers', params, (database, asked) =>
      ratingsWhatIf(database, asked, assumption),
    );
    return reply.with(answer, ({ asOf, rows }) => rows.map((row) => ({ asOf, ...row })), csvColumns.ratingsWhatIf);
  }

  @Post('ratings/accounts')
  @HttpCode(200)
  @ApiOperation({ summary: 'The accounts whose rating would be on the other side of the cut-off.' })
  @ApiParams(AccountsParams)
  @ApiAssumption(RatingsAssumptions)
  async accounts(
    @Params(AccountsParams) params: AccountsParams,
    @Assumption(RatingsAssumptions) assumption: RatingsAssumptions,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    return reply.pages(csvColumns.accountsWhatIf, params, (asked) =>
      this.questions.ask('customers', asked, (database, of) => accountsRatedWhatIf(database, of, assumption)),
    );
  }
}
