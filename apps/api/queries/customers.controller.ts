import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mayReadPersonalData } from '../../../libs/cqrs/index.js';
import { OneOf, Optional } from '../../../libs/domain/fields.js';
import { maySeeNames } from '../../../libs/domain/person/person.events.js';
import { PersonalKeys } from '../../../libs/event-log/index.js';
import { type Actor } from '../../../libs/kernel/index.js';
import { historyOfCustomer, type HistoryItem } from '../../../projections/customer-history/queries.js';
import { Caller } from '../http/authenticate.js';
import { respond } from '../http/csv.js';
import { ApiParams, Params } from '../http/params.js';
import { ask, found, PageParams } from './asking.js';
import { ReadModels } from './read-models.js';

const orders = ['asc', 'desc'] as const;

class HistoryParams extends PageParams {
  /** By the time that it happened. */
  @Optional()
  @OneOf(orders)
  order?: (typeof orders)[number];
}

@ApiTags('customers')
@Controller('v1/customers')
export class CustomersController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
    private readonly keys: PersonalKeys,
  ) {}

  @Get(':id/history')
  @ApiOperation({ summary: 'Everything that ever happened to a person or an account, across all streams, in order.' })
  @ApiParams(HistoryParams)
  async history(
    @Param('id') id: string,
    @Params(HistoryParams) params: HistoryParams,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { asOf, knownAt, limit, cursor, order } = params;
    const asked = {
      id: id.toLowerCase(),
      asOf,
      knownAt,
      limit,
      cursor,
      order,
      seesNames: maySeeNames.includes(actor.role),
    };
    const page = await ask(this.queries, 'customer-history', params, () =>
      historyOfCustomer(this.models.database, asked),
    );
    const { customerId, items, next } = found(page, 'customer');
    const answer = { customerId, items: await this.opened(items, actor), next };
    return respond(request, reply, answer, (history) => history.items);
  }

  /** With the personal data that the caller may see; what was erased is absent for everybody. */
  private async opened(items: readonly HistoryItem[], actor: Actor): Promise<readonly object[]> {
    const closed = items.map(({ data, sealed }) => ({ data, sealed: sealed ?? undefined }));
    const opened = mayReadPersonalData(actor) ? await this.keys.open(closed) : closed.map(({ data }) => data);
    return items.map(({ sealed: _, ...item }, index) => ({ ...item, data: opened[index] ?? item.data }));
  }
}
