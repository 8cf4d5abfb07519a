import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mayReadPersonalData } from '../../../libs/cqrs/index.js';
import { Moment, OneOf, Optional, Text } from '../../../libs/domain/fields.js';
import { PersonalKeys } from '../../../libs/event-log/index.js';
import type { Actor } from '../../../libs/kernel/index.js';
import { type AgendaItem, agendaList } from '../../../projections/agenda/queries.js';
import { alarmsList } from '../../../projections/alarms/queries.js';
import { type AlarmKind, alarmKinds } from '../../../projections/alarms/tables.js';
import { Caller } from '../http/authenticate.js';
import { respond } from '../http/csv.js';
import { ApiParams, Params } from '../http/params.js';
import { ask, PageParams } from './asking.js';
import { ReadModels } from './read-models.js';

class AlarmsParams extends PageParams {
  @Optional()
  @OneOf(alarmKinds)
  kind?: AlarmKind;

  /** Owner of the contact or opportunity, assignee of the activity or case. */
  @Optional()
  @Text(100)
  owner?: string;

  /** Raised at this instant or later. */
  @Optional()
  @Moment()
  since?: string;
}

@ApiTags('agenda')
@Controller('v1/alarms')
export class AlarmsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Stalled contacts, overdue activities, stale opportunities, breached cases; the oldest first.',
  })
  @ApiParams(AlarmsParams)
  async list(
    @Params(AlarmsParams) params: AlarmsParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { minPosition: _, ...asked } = params;
    const page = await ask(this.queries, 'alarms', params, () => alarmsList(this.models.database, asked));
    return respond(request, reply, page, ({ items }) => items);
  }
}

class AgendaParams extends PageParams {
  /** The employee who is to do it, or takes part. */
  @Optional()
  @Text(100)
  assignee?: string;

  /** Due then or later; what is overdue stands in the agenda all the same. */
  @Optional()
  @Moment()
  from?: string;

  /** Due before. */
  @Optional()
  @Moment()
  to?: string;
}

@ApiTags('agenda')
@Controller('v1/agenda')
export class AgendaController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
    private readonly keys: PersonalKeys,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What is planned, by assignee and due time; what is overdue comes first.' })
  @ApiParams(AgendaParams)
  async list(
    @Params(AgendaParams) params: AgendaParams,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { minPosition: _, ...asked } = params;
    const { items, next } = await ask(this.queries, 'agenda', params, () => agendaList(this.models.database, asked));
    return respond(request, reply, { items: await this.opened(items, actor), next }, (answer) => answer.items);
  }

  /** With the notes, for those who may see them; what was erased is absent for everybody. */
  private async opened(items: readonly AgendaItem[], actor: Actor): Promise<readonly object[]> {
    const closed = items.map(({ sealed, ...data }) => ({ data, sealed: sealed ?? undefined }));
    return mayReadPersonalData(actor) ? this.keys.open(closed) : closed.map(({ data }) => data);
  }
}
