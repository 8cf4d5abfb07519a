import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AccountRole, accountRoles } from '../../../libs/domain/account/account.events.js';
import { OneOf, Optional, OptionalId, Text } from '../../../libs/domain/fields.js';
import { accountDetail, accountsList } from '../../../projections/customers/accounts.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { AsOfParams, found, including, paged } from './asking.js';
import { PlacedParams } from './customer-params.js';
import { Questions } from './questions.js';

class AccountsParams extends paged(PlacedParams) {
  @Says('What it is to us.')
  @Optional()
  @OneOf(accountRoles)
  role?: AccountRole;

  @Says("That it works with, ours or a competitor's.")
  @Optional()
  @Text(200)
  product?: string;

  @Says('Only subsidiaries of this account.')
  @OptionalId()
  parentId?: string;
}

@ApiTags('customers')
@Controller('v1/accounts')
export class AccountsController {
  constructor(private readonly questions: Questions) {}

  @Get()
  @ApiOperation({ summary: 'Accounts by name: by owner, country, industry, role, product in use, parent.' })
  @ApiParams(AccountsParams)
  async list(@Params(AccountsParams) params: AccountsParams, @InReply() reply: Reply): Promise<object | string> {
    return reply.pages(csvColumns.accounts, params, (asked) => this.questions.ask('customers', asked, accountsList));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One account with its ratings, its contacts, and the accounts that belong to it.' })
  @ApiParams(AsOfParams)
  async one(
    @Param('id') id: string,
    @Params(AsOfParams) params: AsOfParams,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const detail = await this.questions.ask('customers', including(params, { id: id.toLowerCase() }), accountDetail);
    return reply.with(found(detail, 'account'), (one) => [one]);
  }
}
