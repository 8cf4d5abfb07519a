import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { mayAdminister } from '../../../libs/cqrs/index.js';
import { invalid, notFound, type Actor } from '../../../libs/kernel/index.js';
import { rebuild, skipEvent, type Projection } from '../../../libs/read-model/index.js';
import { projections } from '../../../projections/index.js';
import { Caller } from '../http/authenticate.js';
import { ReadModels } from '../queries/read-models.js';
import { Health, type EngineStatus } from './health.js';

@ApiTags('operations')
@Controller('v1')
export class ProjectionsController {
  constructor(
    private readonly health: Health,
    private readonly models: ReadModels,
  ) {}

  @Get('status')
  @ApiOperation({ summary: 'Each projection and process: position, lag, rate, version, error.' })
  status(): Promise<EngineStatus> {
    return this.health.status();
  }

  @Post('projections/:name/rebuild')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Build a read model afresh beside the one that serves, then swap. Ask /v1/status how far it is.',
  })
  async rebuild(@Param('name') name: string, @Caller() actor: Actor): Promise<{ projection: string }> {
    mayAdminister(actor);
    await rebuild(this.models.database, named(name));
    return { projection: name };
  }

  @Post('projections/:name/skip/:position')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let a stopped projection pass over the event at a position. The act is recorded.' })
  async skip(
    @Param('name') name: string,
    @Param('position') position: string,
    @Caller() actor: Actor,
  ): Promise<{ projection: string; skipped: string }> {
    mayAdminister(actor);
    const projection = named(name);
    if (!/^\d{1,19}$/.test(position)) {
      const path = 'position';
      throw invalid('INVALID_POSITION', 'Expected the position that /v1/status names.', [{ path, message: 'digits' }]);
    }
    await skipEvent(this.models.database, projection, BigInt(position), actor);
    return { projection: name, skipped: position };
  }
}

function named(name: string): Projection {
  const projection = projections.find((known) => known.name === name);
  if (!projection) throw notFound('PROJECTION_NOT_FOUND', 'There is no projection of this name.');
  return projection;
}
