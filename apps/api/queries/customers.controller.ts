import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { mayReadPersonalData } from '../../../libs/cqrs/index.js';
import { customerGroups, type CustomerGroup } from '../../../libs/domain/account/customer-group.rules.js';
import { relationshipPhases, type RelationshipPhase } from '../../../libs/domain/account/phase.rules.js';
import { OneOf, Optional } from '../../../libs/domain/fields.js';
import { maySeeNames } from '../../../libs/domain/person/person.events.js';
import { PersonalKeys } from '../../../libs/event-log/index.js';
import { type Actor } from '../../../libs/kernel/index.js';
import { historyOfCustomer, type HistoryItem } from '../../../projections/customer-history/queries.js';
import { customerDetail } from '../../../projections/customers/detail.js';
import { customersList, customerSorts, type CustomerSort } from '../../../projections/customers/queries.js';
import { Caller } from '../http/authenticate.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { AsOfParams, found, including, paged, PageParams } from './asking.js';
import { type Order, orders, WhichCustomersParams } from './customer-params.js';
import { Questions } from './questions.js';

class HistoryParams extends PageParams {
  @Says('By the time that it happened.')
  @Optional()
  @OneOf(orders)
  order?: Order;
}

class CustomersParams extends paged(WhichCustomersParams) {
  @Says('Only customers in this phase.')
  @Optional()
  @OneOf(relationshipPhases)
  phase?: RelationshipPhase;

  @Says('Only customers of this group.')
  @Optional()
  @OneOf(customerGroups)
  group?: CustomerGroup;

  @Says('`id` when left out.')
  @Optional()
  @OneOf(customerSorts)
  sort?: CustomerSort;

  @Says('`asc` by id, else `desc` when left out.')
  @Optional()
  @OneOf(orders)
  order?: Order;
}

const names = ({ role }: Actor): boolean => maySeeNames.includes(role);

@ApiTags('customers')
@Controller('v1/customers')
export class CustomersController {
  constructor(
    private readonly questions: Questions,
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
    @InReply() reply: Reply,
  ): Promise<object | string> {
    return reply.pages(csvColumns.customers, including(params, { names: names(actor) }), (asked) =>
      this.questions.ask('customers', asked, customersList),
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
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const asked = including(params, { id: id.toLowerCase(), names: names(actor) });
    const detail = await this.questions.ask('customers', asked, customerDetail);
    return reply.with(found(detail, 'customer'), ({ phases }) => phases);
  }

  @Get(':id/history')
  @ApiOperation({ summary: 'Everything that ever happened to a person or an account, across all streams, in order.' })
  @ApiParams(HistoryParams)
  async history(
    @Param('id') id: string,
    @Params(HistoryParams) params: HistoryParams,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const question = including(params, { id: id.toLowerCase(), seesNames: names(actor) });
    return reply.pages(csvColumns.history, question, async (asked) => {
      const history = await this.questions.ask('customer-history', asked, historyOfCustomer);
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
