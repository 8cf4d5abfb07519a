import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { OneOf, Optional, OptionalId, Slug } from '../../../libs/domain/fields.js';
import { maySeeNames } from '../../../libs/domain/person/person.events.js';
import type { Actor } from '../../../libs/kernel/index.js';
import type { Database } from '../../../libs/read-model/index.js';
import { acquisitionReport } from '../../../projections/customers/acquisition-report.js';
import {
  lifetimeValues,
  type LifetimeValueSort,
  lifetimeValueSorts,
} from '../../../projections/customers/lifetime-value-report.js';
import { type SatisfactionAsked, satisfactionTrend, wantedServices } from '../../../projections/service/queries.js';
import { Caller } from '../http/authenticate.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { including, paged } from './asking.js';
import { type Order, orders, WhichCustomersParams } from './customer-params.js';
import { Questions } from './questions.js';
import { ReportParams, spanned } from './report-params.js';
import { membersNamed } from './segment-members.js';

const groups = ['account', 'all'] as const;

class WantedServicesParams extends ReportParams {
  @Says('A row for each account that answered, or for all together; all when left out.')
  @Optional()
  @OneOf(groups)
  by?: (typeof groups)[number];

  @Says('Only of this account.')
  @OptionalId()
  accountId?: string;

  @Says('Only of the members of this segment or list at the moment.')
  @Optional()
  @Slug()
  segmentId?: string;
}

class SatisfactionParams extends WantedServicesParams {
  @Says('Only this survey.')
  @Optional()
  @Slug()
  surveyId?: string;
}

class LifetimeValueParams extends paged(WhichCustomersParams) {
  @Says('`realised` when left out.')
  @Optional()
  @OneOf(lifetimeValueSorts)
  sort?: LifetimeValueSort;

  @Says('`asc` by id, else `desc` when left out.')
  @Optional()
  @OneOf(orders)
  order?: Order;
}

@ApiTags('reports')
@Controller('v1/reports')
export class CustomersReportController {
  constructor(private readonly questions: Questions) {}

  @Get('satisfaction')
  @ApiOperation({ summary: 'NPS and CSAT per survey, period and account.' })
  @ApiParams(SatisfactionParams)
  async trend(
    @Params(SatisfactionParams) params: SatisfactionParams,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const items = await this.service(params, satisfactionTrend);
    return reply.items(items, csvColumns.satisfaction);
  }

  @Get('wanted-services')
  @ApiOperation({ summary: 'Extra services that customers would like to have, per period and account.' })
  @ApiParams(WantedServicesParams)
  async wanted(
    @Params(WantedServicesParams) params: WantedServicesParams,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const items = await this.service(params, wantedServices);
    return reply.items(items, csvColumns.wantedServices);
  }

  /** What customers said, or those of a segment. */
  private service<Answer>(
    { segmentId, ...params }: SatisfactionParams,
    answer: (database: Database, asked: SatisfactionAsked) => Promise<Answer>,
  ): Promise<Answer> {
    const restsOn = segmentId === undefined ? 'service' : ['service', 'segments'];
    return this.questions.ask(restsOn, { ...spanned(params), by: params.by ?? 'all' }, async (database, asked) =>
      answer(database, { ...asked, among: await membersNamed(database, segmentId, asked) }),
    );
  }

  @Get('retention')
  @ApiOperation({ summary: 'Customers who came, stayed and went: new, won back, gone inactive, retained.' })
  @ApiParams(ReportParams)
  async retention(@Params(ReportParams) params: ReportParams, @InReply() reply: Reply): Promise<object | string> {
    const items = await this.questions.ask('customers', spanned(params), acquisitionReport);
    return reply.items(items, csvColumns.retention);
  }

  @Get('lifetime-value')
  @ApiOperation({
    summary: 'Customers that bought: what they brought, and what they are expected to bring, with what that rests on.',
  })
  @ApiParams(LifetimeValueParams)
  async lifetimeValue(
    @Params(LifetimeValueParams) params: LifetimeValueParams,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const names = maySeeNames.includes(actor.role);
    return reply.pages(csvColumns.lifetimeValue, including(params, { names }), (asked) =>
      this.questions.ask('customers', asked, lifetimeValues),
    );
  }
}
