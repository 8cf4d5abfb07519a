import { Controller, Get, Param, Req, Res, type StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isPolicyName, policies } from '../../../libs/domain/index.js';
import { Currency, Day, Optional } from '../../../libs/domain/fields.js';
import {
  exchangeRatesList,
  policiesList,
  policyDetail,
  type PolicyListed,
} from '../../../projections/policies/queries.js';
import { respond, respondPages } from '../http/csv.js';
import { csvColumns } from '../http/csv-columns.js';
import { ApiParams, Params } from '../http/params.js';
import { AsOfParams, ask, found, PageParams } from './asking.js';
import { ReadModels } from './read-models.js';

/** What a policy says, and who may change it: of the code, not of its history. */
function described<P extends PolicyListed>(policy: P): P & { says: string; by: readonly string[] } {
  const { says, by } = isPolicyName(policy.name) ? policies[policy.name] : { says: '', by: [] };
  return { ...policy, says, by: [...by, 'service', 'admin'] };
}

@ApiTags('policies')
@Controller('v1/policies')
export class PoliciesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Every policy as it holds: value, version, who changed it and when; version 0 is the default.',
  })
  @ApiParams(AsOfParams)
  async list(
    @Params(AsOfParams) params: AsOfParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const listed = await ask(this.queries, 'policies', params, () => policiesList(this.models.database, params));
    const answer = { items: listed.map((policy) => described(policy)), next: null };
    return respond(request, reply, answer, ({ items }) => items);
  }

  @Get(':name')
  @ApiOperation({ summary: 'One policy with every version up to the moment.' })
  @ApiParams(AsOfParams)
  async one(
    @Param('name') name: string,
    @Params(AsOfParams) params: AsOfParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { asOf, knownAt } = params;
    const detail = await ask(this.queries, 'policies', params, () =>
      policyDetail(this.models.database, { name, asOf, knownAt }),
    );
    return respond(request, reply, described(found(detail, 'policy')), ({ history }) => history);
  }
}

class ExchangeRatesParams extends PageParams {
  @Optional()
  @Currency()
  from?: string;

  @Optional()
  @Currency()
  to?: string;

  /** Only the rates that hold on this day. */
  @Optional()
  @Day()
  on?: string;
}

@ApiTags('policies')
@Controller('v1/exchange-rates')
export class ExchangeRatesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Exchange rates with the days on which they hold, by currencies and day.' })
  @ApiParams(ExchangeRatesParams)
  async list(
    @Params(ExchangeRatesParams) params: ExchangeRatesParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string | StreamableFile> {
    const { minPosition: _, ...asked } = params;
    return respondPages(request, reply, csvColumns.exchangeRates, params, (page) =>
      ask(this.queries, 'policies', params, () => exchangeRatesList(this.models.database, { ...asked, ...page })),
    );
  }
}
