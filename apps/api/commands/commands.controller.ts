import { Readable } from 'node:stream';
import { Body, Controller, Headers, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { issue } from '../../../libs/cqrs/buses/index.js';
import { CommandCatalogue, mayIssue, type CommandResult, type KeyHolder } from '../../../libs/cqrs/index.js';
import { Holder } from '../http/authenticate.js';
import { correlationOf } from '../http/correlation.js';
import { MalformedRequest } from '../http/problem.js';
import { commandIdFrom, revisionFrom } from './headers.js';
import { ManyCommands } from './many-commands.js';

/** Commands come in here, one at a time or as a stream. They are described in the OpenAPI document one by one. */
@ApiExcludeController()
@Controller('v1/commands')
export class CommandsController {
  constructor(
    private readonly catalogue: CommandCatalogue,
    private readonly bus: CommandBus,
    private readonly many: ManyCommands,
  ) {}

  @Post(':name')
  @HttpCode(200)
  async one(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers('idempotency-key') key: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Holder() holder: KeyHolder,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandResult> {
    mayIssue(holder.actor, name, this.catalogue.named(name).options);
    const { command, occurredAt } = this.catalogue.read(name, body);
    const result = await issue(this.bus, {
      command,
      occurredAt,
      ...holder,
      commandId: commandIdFrom(key),
      correlationId: correlationOf(request),
      expectedRevision: revisionFrom(ifMatch),
    });
    void reply.header('etag', `"${result.revision}"`);
    return result;
  }

  @Post()
  stream(
    @Body() body: unknown,
    @Holder() holder: KeyHolder,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    if (!(body instanceof Readable)) {
      throw new MalformedRequest(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send many commands as application/x-ndjson.');
    }
    void reply
      .status(200)
      .header('content-type', 'application/x-ndjson; charset=utf-8')
      .send(Readable.from(this.many.results(body, holder, correlationOf(request))));
  }
}
