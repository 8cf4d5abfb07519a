import { Controller, Get, Param, Req, Res, type StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mayReadPersonalData } from '../../../libs/cqrs/index.js';
import { customerGroups, type CustomerGroup } from '../../../libs/domain/account/customer-group.rules.js';
import { relationshipPhases, type RelationshipPhase } from '../../../libs/domain/account/phase.rules.js';
import { OneOf, Optional, Text } from '../../../libs/domain/fields.js';
import { maySeeNames } from '../../../libs/domain/person/person.events.js';
import { PersonalKeys } from '../../../libs/event-log/index.js';
import { type Actor } from '../../../libs/kernel/index.js';
import { historyOfCustomer, type HistoryItem } from '../../../projections/customer-history/queries.js';
import { customerDetail } from '../../../projections/customers/detail.js';
import { customersList, customerSorts, type CustomerSort } from '../../../projections/customers/queries.js';
import { Caller } from '../http/authenticate.js';
import { respond, respondPages } from '../http/csv.js';
import { csvColumns } from '../http/csv-columns.js';
import { ApiParams, Params } from '../http/params.js';
import { AsOfParams, ask, found, PageParams } from './asking.js';
import { ReadModels } from './read-models.js';

const orders = ['asc', 'desc'] as const;

class HistoryParams extends PageParams {
  /** By the time that it happened. */
  @Optional()
  @OneOf(orders)
  order?: (typeof orders)[number];
}

const kinds = ['account', 'person'] as const;

class CustomersParams extends PageParams {
  @Optional()
  @OneOf(relationshipPhases)
  phase?: RelationshipPhase;

  @Optional()
  @OneOf(kinds)
  kind?: (typeof kinds)[number];

  @Optional()
  @Text(100)
  owner?: string;

  @Optional()
  @Text(100)
  country?: string;

  @Optional()
  @Text(100)
  industry?: string;

  @Optional()
  @OneOf(customerGroups)
  group?: CustomerGroup;

  /** `id` when left out. */
  @Optional()
  @OneOf(customerSorts)
  sort?: CustomerSort;

  /** `asc` by id, else `desc` when left out. */
  @Optional()
  @OneOf(orders)
  order?: (typeof orders)[number];
}

const names = ({ role }: Actor): boolean => maySeeNames.includes(role);

@ApiTags('customers')
@Controller('v1/customers')
export class CustomersController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
    private readonly keys: PersonalKeys,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Customers by phase, owner, country, industry, group: why, how long silent, what they buy.',
  })
  @ApiParams(CustomersParams)
  async list(
    @Params(CustomersParams) params: CustomersParams,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string | StreamableFile> {
    const { minPosition: _, ...asked } = params;
    return respondPages(request, reply, csvColumns.customers, params, (page) =>
      ask(this.queries, 'customers', params, () =>
        customersList(this.models.database, { ...asked, ...page, names: names(actor) }),
      ),
    );
  }

  @Get(':id')
  @ApiOperation({
    summary: 'One customer: every phase and why, purchases, lifetime value, ratings, group with reasons.',
  })
  @ApiParams(AsOfParams)
  async one(
    @Param('id') id: string,
    @Params(AsOfParams) params: AsOfParams,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { asOf, knownAt } = params;
    const asked = { id: id.toLowerCase(), asOf, knownAt, names: names(actor) };
    const detail = await ask(this.queries, 'customers', params, () => customerDetail(this.models.database, asked));
    return respond(request, reply, found(detail, 'customer'), ({ phases }) => phases);
  }

  @Get(':id/history')
  @ApiOperation({ summary: 'Everything that ever happened to a person or an account, across all streams, in order.' })
  @ApiParams(HistoryParams)
  async history(
    @Param('id') id: string,
    @Params(HistoryParams) params: HistoryParams,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string | StreamableFile> {
    const { asOf, knownAt, order } = params;
    const asked = { id: id.toLowerCase(), asOf, knownAt, order, seesNames: names(actor) };
    return respondPages(request, reply, csvColumns.history, params, async (page) => {
      const history = await ask(this.queries, 'customer-history', params, () =>
        historyOfCustomer(this.models.database, { ...asked, ...page }),
      );
      const { customerId, items, next } = found(history, 'customer');
      return { customerId, items: await this.opened(items, actor), next };
    });
  }

  /** With the personal data that the caller may see; what was erased is absent for everybody. */
  private async opened(items: readonly HistoryItem[], actor: Actor): Promise<readonly object[]> {
    const closed = items.map(({ data, sealed }) => ({ data, sealed: sealed ?? undefined }));
    const opened = mayReadPersonalData(actor) ? await this.keys.open(closed) : closed.map(({ data }) => data);
    return items.map(({ sealed: _, ...item }, index) => ({ ...item, data: opened[index] ?? item.data }));
  }
}
