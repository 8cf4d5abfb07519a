import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Open } from '../http/authenticate.js';
import { Health } from './health.js';
import { Metrics } from './metrics.js';

@ApiTags('operations')
@Open()
@Controller()
export class HealthController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'The process runs.' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'Both stores answer and every read model goes on; 503 with what does not.' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const readiness = await this.health.readiness();
    if (readiness.status !== 'ok') void reply.status(503);
    return readiness;
  }

  @Get('metrics')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'For Prometheus.' })
  async measured(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { type, body } = await this.metrics.text();
    void reply.header('content-type', type);
    return body;
  }
}
