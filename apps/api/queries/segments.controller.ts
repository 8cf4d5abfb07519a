import { Controller, Get, Param, Req, Res, type StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OneOf, Optional } from '../../../libs/domain/fields.js';
import { maySeeNames } from '../../../libs/domain/person/person.events.js';
import { segmentAudiences, type SegmentAudience } from '../../../libs/domain/segment/segment.rules.js';
import type { Actor } from '../../../libs/kernel/index.js';
import { membersOfSegment, segmentDetail, segmentsList } from '../../../projections/segments/queries.js';
import { Caller } from '../http/authenticate.js';
import { respond, respondPages } from '../http/csv.js';
import { csvColumns } from '../http/csv-columns.js';
import { ApiParams, Params } from '../http/params.js';
import { AsOfParams, ask, found, PageParams } from './asking.js';
import { ReadModels } from './read-models.js';

const kinds = ['dynamic', 'list'] as const;
const uses = ['in-use', 'retired'] as const;

class SegmentsParams extends PageParams {
  @Optional()
  @OneOf(kinds)
  kind?: (typeof kinds)[number];

  /** What it is made of. */
  @Optional()
  @OneOf(segmentAudiences)
  of?: SegmentAudience;

  @Optional()
  @OneOf(uses)
  use?: (typeof uses)[number];
}

@ApiTags('segments')
@Controller('v1/segments')
export class SegmentsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Segments and static lists, by kind, by what they are made of, and by whether they are in use.',
  })
  @ApiParams(SegmentsParams)
  async list(
    @Params(SegmentsParams) params: SegmentsParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string | StreamableFile> {
    const { minPosition: _, of: audience, use, ...asked } = params;
    const retired = use === undefined ? undefined : use === 'retired';
    return respondPages(request, reply, csvColumns.segments, params, (page) =>
      ask(this.queries, 'segments', params, () =>
        segmentsList(this.models.database, { ...asked, ...page, audience, retired }),
      ),
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'One segment or list: its rule, its version, how many belong to it.' })
  @ApiParams(AsOfParams)
  async one(
    @Param('id') id: string,
    @Params(AsOfParams) params: AsOfParams,
    @Caller() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string> {
    const { minPosition: _, ...moment } = params;
    const seesNames = maySeeNames.includes(actor.role);
    const detail = await ask(this.queries, 'segments', params, () =>
      segmentDetail(this.models.database, { id: id.toLowerCase(), seesNames, ...moment }),
    );
    return respond(request, reply, found(detail, 'segment'), (answer) => [answer]);
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
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | string | StreamableFile> {
    const { minPosition: _, ...paged } = params;
    const asked = { id: id.toLowerCase(), seesNames: maySeeNames.includes(actor.role), ...paged };
    return respondPages(request, reply, csvColumns.members, params, async (page) =>
      found(
        await ask(this.queries, 'segments', params, () =>
          membersOfSegment(this.models.database, { ...asked, ...page }),
        ),
        'segment',
      ),
    );
  }
}
