import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { OneOf, Optional } from '../../../libs/domain/fields.js';
import { maySeeNames } from '../../../libs/domain/person/person.events.js';
import { segmentAudiences, type SegmentAudience } from '../../../libs/domain/segment/segment.rules.js';
import type { Actor } from '../../../libs/kernel/index.js';
import { membersOfSegment, segmentDetail, segmentsList } from '../../../projections/segments/queries.js';
import { Caller } from '../http/authenticate.js';
import { csvColumns } from '../http/csv-columns.js';
import { InReply, Reply } from '../http/in-reply.js';
import { ApiParams, Params, Says } from '../http/params.js';
import { AsOfParams, found, including, PageParams } from './asking.js';
import { Questions } from './questions.js';

const kinds = ['dynamic', 'list'] as const;
const uses = ['in-use', 'retired'] as const;

class SegmentsParams extends PageParams {
  @Says('Only of this kind.')
  @Optional()
  @OneOf(kinds)
  kind?: (typeof kinds)[number];

  @Says('What it is made of.')
  @Optional()
  @OneOf(segmentAudiences)
  of?: SegmentAudience;

  @Says('Only those in use, or those that are retired.')
  @Optional()
  @OneOf(uses)
  use?: (typeof uses)[number];
}

@ApiTags('segments')
@Controller('v1/segments')
export class SegmentsController {
  constructor(private readonly questions: Questions) {}

  @Get()
  @ApiOperation({
    summary: 'Segments and static lists, by kind, by what they are made of, and by whether they are in use.',
  })
  @ApiParams(SegmentsParams)
  async list(@Params(SegmentsParams) params: SegmentsParams, @InReply() reply: Reply): Promise<object | string> {
    const { of: audience, use, ...given } = params;
    const retired = use === undefined ? undefined : use === 'retired';
    return reply.pages(csvColumns.segments, { ...given, audience, retired }, (asked) =>
      this.questions.ask('segments', asked, segmentsList),
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'One segment or list: its rule, its version, how many belong to it.' })
  @ApiParams(AsOfParams)
  async one(
    @Param('id') id: string,
    @Params(AsOfParams) params: AsOfParams,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const asked = including(params, { id: id.toLowerCase(), seesNames: maySeeNames.includes(actor.role) });
    const detail = await this.questions.ask('segments', asked, segmentDetail);
    return reply.with(found(detail, 'segment'), (answer) => [answer]);
  }

  @Get(':id/members')
  @ApiOperation({
    summary: 'Who belongs to a segment or list, since when, and because of which event. Names are for marketing alone.',
  })
  @ApiParams(PageParams)
  async members(
    @Param('id') id: string,
    @Params(PageParams) params: PageParams,
    @Caller() actor: Actor,
    @InReply() reply: Reply,
  ): Promise<object | string> {
    const question = including(params, { id: id.toLowerCase(), seesNames: maySeeNames.includes(actor.role) });
    return reply.pages(csvColumns.members, question, async (asked) =>
      found(await this.questions.ask('segments', asked, membersOfSegment), 'segment'),
    );
  }
}
