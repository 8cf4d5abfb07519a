import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { mayReadPersonalData } from '../../../libs/cqrs/index.js';
import { customerGroups, type CustomerGroup } from '../../../libs/domain/account/customer-group.rules.js';
import { relationshipPhases, type RelationshipPhase } from '../../../libs/domain/account/phase.rules.js';
import { Moment, OneOf, Optional, Text } from '../../../libs/domain/fields.js';
import { maySeeNames } from '../../../libs/domain/person/person.events.js';
import { PersonalKeys } from '../../../libs/event-log/index.js';
import type { Actor } from '../../../libs/kernel/index.js';
import { type AgendaItem, agendaList } from '../../../projections/agenda/queries.js';
import { alarmsList } from '../../../projections/alarms/queries.js';
import { type AlarmKind, alarmKinds } from '../../../projections/alarms/tables.js';
import { attentionDue } from '../../../projections/customers/attention-due.js';
import { Caller } from '../http/authenticate.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { EndOf, including, PageParams } from './asking.js';
import { Questions } from './questions.js';

class AlarmsParams extends PageParams {
  @Says('Only of this kind.')
  @Optional()
  @OneOf(alarmKinds)
  kind?: AlarmKind;

  @Says('Owner of the contact or opportunity, assignee of the activity or case.')
  @Optional()
  @Text(100)
  owner?: string;

  @Says('Raised at this instant or later.')
  @Optional()
  @Moment()
  since?: string;
}

@ApiTags('agenda')
@Controller('v1/alarms')
export class AlarmsController {
  constructor(private readonly questions: Questions) {}

  @Get()
  @ApiOperation({
    summary: 'Stalled contacts, overdue activities, stale opportunities, breached cases; the oldest first.',
  })
  @ApiParams(AlarmsParams)
  async list(@Params(AlarmsParams) params: AlarmsParams, @InReply() reply: Reply): Promise<object | string> {
    return reply.pages(csvColumns.alarms, params, (asked) => this.questions.ask('alarms', asked, alarmsList));
  }
}

class AgendaParams extends PageParams {
  @Says('The employee who is to do it, or takes part.')
  @Optional()
  @Text(100)
  assignee?: string;

  @Says('Due then or later; what is overdue stands in the agenda all the same.')
  @Optional()
  @Moment()
  from?: string;

  @Says('Due before.')
  @Optional()
  @Moment()
  @EndOf('from')
  to?: string;
}

class AttentionParams extends PageParams {
  @Says('Only what this salesperson owns.')
  @Optional()
  @Text(100)
  owner?: string;

  @Says('Only customers in this phase.')
  @Optional()
  @OneOf(relationshipPhases)
  phase?: RelationshipPhase;

  @Says('Only customers of this group.')
  @Optional()
  @OneOf(customerGroups)
  group?: CustomerGroup;
}

@ApiTags('agenda')
@Controller('v1/agenda')
export class AgendaController {
  constructor(
    private readonly questions: Questions,
    private readonly keys: PersonalKeys,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What is planned, by assignee and due time; what is overdue comes first.' })
  @ApiParams(AgendaParams)
  async list(
    @Params(AgendaParams) params: AgendaParams,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    return reply.pages(csvColumns.agenda, params, async (asked) => {
      const { items, next } = await this.questions.ask('agenda', asked, agendaList);
      return { items: await this.opened(items, actor), next };
    });
  }

  @Get('attention')
  @ApiOperation({
    summary:
      'Customers that should have been reached by now, by the policy attention.cadence; the longest overdue first.',
  })
  @ApiParams(AttentionParams)
  async attention(
    @Params(AttentionParams) params: AttentionParams,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const names = maySeeNames.includes(actor.role);
    return reply.pages(csvColumns.attention, including(params, { names }), (asked) =>
      this.questions.ask(['customers', 'segments'], asked, attentionDue),
    );
  }

  /** With the notes, for those who may see them; what was erased is absent for everybody. */
  private async opened(items: readonly AgendaItem[], actor: Actor): Promise<readonly object[]> {
    const closed = items.map(({ sealed, ...data }) => ({ data, sealed: sealed ?? undefined }));
    return mayReadPersonalData(actor) ? this.keys.open(closed) : closed.map(({ data }) => data);
  }
}
