import { Controller, Get, Param, Req, Res, type StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AccountRole, accountRoles } from '../../../libs/domain/account/account.events.js';
import { OneOf, Optional, OptionalId, Text } from '../../../libs/domain/fields.js';
import { accountDetail, accountsList } from '../../../projections/customers/accounts.js';
import { respond, respondPages } from '../http/csv.js';
import { csvColumns } from '../http/csv-columns.js';
import { ApiParams, Params } from '../http/params.js';
import { AsOfParams, ask, found, PageParams } from './asking.js';
import { ReadModels } from './read-models.js';

class AccountsParams extends PageParams {
  @Optional()
  @Text(100)
  owner?: string;

  @Optional()
  @Text(100)
  country?: string;

  @Optional()
  @Text(100)
  industry?: string;

  /** What it is to us. */
  @Optional()
  @OneOf(accountRoles)
  role?: AccountRole;

  /** That it works with, ours or a competitor's. */
  @Optional()
  @Text(200)
  product?: string;

  @OptionalId()
  parentId?: string;
}

@ApiTags('customers')
@Controller('v1/accounts')
export class AccountsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Accounts by name: by owner, country, industry, role, product in use, parent.' })
  @ApiParams(AccountsParams)
  async list(
    @Params(AccountsParams) params: AccountsParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string | StreamableFile> {
    const { minPosition: _, ...asked } = params;
    return respondPages(request, reply, csvColumns.accounts, params, (page) =>
      ask(this.queries, 'customers', params, () => accountsList(this.models.database, { ...asked, ...page })),
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'One account with its ratings, its contacts, and the accounts that belong to it.' })
  @ApiParams(AsOfParams)
  async one(
    @Param('id') id: string,
    @Params(AsOfParams) params: AsOfParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { asOf, knownAt } = params;
    const detail = await ask(this.queries, 'customers', params, () =>
      accountDetail(this.models.database, { id: id.toLowerCase(), asOf, knownAt }),
    );
    return respond(request, reply, found(detail, 'account'), (one) => [one]);
  }
}
