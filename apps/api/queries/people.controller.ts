import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { mayReadPersonalData } from '../../../libs/cqrs/index.js';
import type { Attribute } from '../../../libs/domain/account/account.events.js';
import { OneOf, Optional, OptionalId, Text } from '../../../libs/domain/fields.js';
import { leadLevels, type LeadLevel, maySeeNames, type Reachable } from '../../../libs/domain/person/person.events.js';
import { PersonalKeys } from '../../../libs/event-log/index.js';
import type { Actor } from '../../../libs/kernel/index.js';
import { type ClosedDetails, peopleList, type Person, personDetail } from '../../../projections/people/queries.js';
import { Caller } from '../http/authenticate.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { AsOfParams, found, including, PageParams } from './asking.js';
import { Questions } from './questions.js';

const kinds = ['name', 'lead', 'contact', 'other'] as const;

class PeopleParams extends PageParams {
  @Says('Names are listed for marketing alone.')
  @Optional()
  @OneOf(kinds)
  kind?: (typeof kinds)[number];

  @Says('Only leads of this level.')
  @Optional()
  @OneOf(leadLevels)
  level?: LeadLevel;

  @Says('Only what this salesperson owns.')
  @Optional()
  @Text(100)
  owner?: string;

  @Says('Contacts of this account, and of those that are merged with it.')
  @OptionalId()
  accountId?: string;

  @Says('Only from this source.')
  @Optional()
  @Text(200)
  source?: string;
}

/** A piece of what is personal, opened; what was erased is absent. */
interface OpenedDetails extends Omit<ClosedDetails, 'sealed'>, Partial<Reachable> {
  readonly personalAttributes?: readonly Attribute[];
}

@ApiTags('people')
@Controller('v1/people')
export class PeopleController {
  constructor(
    private readonly questions: Questions,
    private readonly keys: PersonalKeys,
  ) {}

  @Get()
  @ApiOperation({ summary: 'People, by kind, level, owner, account and source. Names are listed for marketing alone.' })
  @ApiParams(PeopleParams)
  async list(
    @Params(PeopleParams) params: PeopleParams,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const seesNames = maySeeNames.includes(actor.role);
    return reply.pages(csvColumns.people, including(params, { seesNames }), async (asked) => {
      const { items, next } = await this.questions.ask('people', asked, peopleList);
      return { items: await this.opened(items, actor), next };
    });
  }

  @Get(':id')
  @ApiOperation({ summary: 'One person; the id of a merged duplicate answers with the survivor and says so.' })
  @ApiParams(AsOfParams)
  async one(
    @Param('id') id: string,
    @Params(AsOfParams) params: AsOfParams,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const seesNames = maySeeNames.includes(actor.role);
    const asked = including(params, { id: id.toLowerCase(), seesNames });
    const detail = await this.questions.ask('people', asked, personDetail);
    const [answer = {}] = await this.opened([found(detail, 'person')], actor);
    return reply.with(answer, (one) => [one]);
  }

  /** With the personal data that the caller may see; what was erased is absent for everybody. */
  private async opened(people: readonly Person[], actor: Actor): Promise<readonly object[]> {
    if (!mayReadPersonalData(actor)) return people.map(({ closed: _, ...person }) => person);
    const pieces = people.flatMap(({ closed }) =>
      closed.map(({ sealed, ...data }) => ({ data, sealed: sealed ?? undefined })),
    );
    const opened = (await this.keys.open(pieces)) as readonly OpenedDetails[];
    let from = 0;
    return people.map(({ closed, ...person }) => {
      const own = opened.slice(from, (from += closed.length));
      return { ...person, ...together(own) };
    });
  }
}

/** What is known of a person after all the pieces: of each detail and each attribute the last that was said. */
function together(pieces: readonly OpenedDetails[]): object {
  const details = new Map<string, string>();
  const attributes = new Map<string, Attribute>();
  for (const { cleared, removed, name, email, phone, personalAttributes = [] } of pieces) {
    for (const detail of cleared) details.delete(detail);
    for (const attribute of removed) attributes.delete(attribute);
    for (const [detail, value] of Object.entries({ name, email, phone })) {
      if (value !== undefined) details.set(detail, value);
    }
    for (const attribute of personalAttributes) attributes.set(attribute.name, attribute);
  }
  return { ...Object.fromEntries(details), personalAttributes: [...attributes.values()] };
}
