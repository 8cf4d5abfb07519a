import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { mayReadPersonalData } from '../../../libs/cqrs/index.js';
import { priorities, type Priority } from '../../../libs/domain/case/case.events.js';
import { OneOf, Optional, OptionalId, Text } from '../../../libs/domain/fields.js';
import { PersonalKeys } from '../../../libs/event-log/index.js';
import type { Actor } from '../../../libs/kernel/index.js';
import { caseDetail, type CaseListed, casesList } from '../../../projections/service/queries.js';
import { Caller } from '../http/authenticate.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { AsOfParams, found, including, PageParams } from './asking.js';
import { Questions } from './questions.js';

const statuses = ['open', 'resolved'] as const;
const targets = ['breached', 'met'] as const;

class CasesParams extends PageParams {
  @Says('Only those that stand so.')
  @Optional()
  @OneOf(statuses)
  status?: (typeof statuses)[number];

  @Says('Only of this priority.')
  @Optional()
  @OneOf(priorities)
  priority?: Priority;

  @Says('Only what is assigned to this employee.')
  @Optional()
  @Text(100)
  assignee?: string;

  @Says('Only of this person.')
  @OptionalId()
  personId?: string;

  @Says('Only of this account.')
  @OptionalId()
  accountId?: string;

  @Says('`breached`: those of which a target was breached, ever.')
  @Optional()
  @OneOf(targets)
  targets?: (typeof targets)[number];
}

@ApiTags('service')
@Controller('v1/cases')
export class CasesController {
  constructor(
    private readonly questions: Questions,
    private readonly keys: PersonalKeys,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Cases, by status, priority, assignee, customer, and whether their targets were breached.' })
  @ApiParams(CasesParams)
  async list(
    @Params(CasesParams) params: CasesParams,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    return reply.pages(csvColumns.cases, params, async (asked) => {
      const { items, next } = await this.questions.ask('service', asked, casesList);
      return { items: await this.opened(items, actor), next };
    });
  }

  @Get(':id')
  @ApiOperation({ summary: 'One case. What happened to it stands in the history of its customer.' })
  @ApiParams(AsOfParams)
  async one(
    @Param('id') id: string,
    @Params(AsOfParams) params: AsOfParams,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const detail = await this.questions.ask('service', including(params, { id: id.toLowerCase() }), caseDetail);
    const [answer = {}] = await this.opened([found(detail, 'case')], actor);
    return reply.with(answer, (one) => [one]);
  }

  /** With subject and description, for those who may see them; what was erased is absent for everybody. */
  private async opened(items: readonly CaseListed[], actor: Actor): Promise<readonly object[]> {
    const closed = items.map(({ sealed, ...data }) => ({ data, sealed: sealed ?? undefined }));
    return mayReadPersonalData(actor) ? this.keys.open(closed) : closed.map(({ data }) => data);
  }
}
