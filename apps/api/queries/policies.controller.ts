import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { isPolicyName, policies } from '../../../libs/domain/index.js';
import { Currency, Day, Optional } from '../../../libs/domain/fields.js';
import {
  exchangeRatesList,
  policiesList,
  policyDetail,
  type PolicyListed,
} from '../../../projections/policies/queries.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { AsOfParams, found, including, PageParams } from './asking.js';
import { Questions } from './questions.js';

/** What a policy says, and who may change it: of the code, not of its history. */
function described<P extends PolicyListed>(policy: P): P & { says: string; by: readonly string[] } {
  const { says, by } = isPolicyName(policy.name) ? policies[policy.name] : { says: '', by: [] };
  return { ...policy, says, by: [...by, 'service', 'admin'] };
}

@ApiTags('policies')
@Controller('v1/policies')
export class PoliciesController {
  constructor(private readonly questions: Questions) {}

  @Get()
  @ApiOperation({
    summary: 'Every policy as it holds: value, version, who changed it and when; version 0 is the default.',
  })
  @ApiParams(AsOfParams)
  async list(@Params(AsOfParams) params: AsOfParams, @InReply() reply: Reply): Promise<object | string> {
    const listed = await this.questions.ask('policies', params, policiesList);
    const answer = { items: listed.map((policy) => described(policy)), next: null };
    return reply.with(answer, ({ items }) => items);
  }

  @Get(':name')
  @ApiOperation({ summary: 'One policy with every version up to the moment.' })
  @ApiParams(AsOfParams)
  async one(
    @Param('name') name: string,
    @Params(AsOfParams) params: AsOfParams,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const detail = await this.questions.ask('policies', including(params, { name }), policyDetail);
    return reply.with(described(found(detail, 'policy')), ({ history }) => history);
  }
}

class ExchangeRatesParams extends PageParams {
  @Says('Only rates of this currency …')
  @Optional()
  @Currency()
  from?: string;

  @Says('… into this one.')
  @Optional()
  @Currency()
  to?: string;

  @Says('Only the rates that hold on this day.')
  @Optional()
  @Day()
  on?: string;
}

@ApiTags('policies')
@Controller('v1/exchange-rates')
export class ExchangeRatesController {
  constructor(private readonly questions: Questions) {}

  @Get()
  @ApiOperation({ summary: 'Exchange rates with the days on which they hold, by currencies and day.' })
  @ApiParams(ExchangeRatesParams)
  async list(
    @Params(ExchangeRatesParams) params: ExchangeRatesParams,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    return reply.pages(csvColumns.exchangeRates, params, (asked) =>
      this.questions.ask('policies', asked, exchangeRatesList),
    );
  }
}
