import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { DefinePipeline, defaultPipeline } from '../../libs/domain/index.js';
import { ensureReadModels } from '../../libs/read-model/index.js';
import { projections } from '../../projections/index.js';
import { openEngine, type Engine, type EngineSettings } from '../engine.js';
import { ApiModule } from './api.module.js';
import { readBodies } from './http/body.js';
import { openApiDocument } from './openapi.js';
import { answerProblem } from './http/problem.js';
import { Metrics } from './operations/metrics.js';

export interface ApiSettings extends EngineSettings {
  /** 0: a free one. */
  readonly port: number;
  /** Address to listen on; every one of this machine when left out. */
  readonly host?: string | undefined;
  /** The first admin key, if somebody chose it. */
  readonly adminKey?: string | undefined;
  /** The process is this API's own: its memory and processor time are among the metrics. */
  readonly ownsProcess?: boolean;
}

export interface RunningApi {
  readonly address: string;
  /** The first admin key, where this start made it. */
  readonly adminKey: string | undefined;
  stop(): Promise<void>;
}

/** Starts the API on its two stores. */
export async function startApi(settings: ApiSettings): Promise<RunningApi> {
  const engine = await openEngine(settings);
  try {
    const adminKey = await engine.apiKeys.ensureAdmin(settings.adminKey);
    await ensureReadModels(engine.database, projections);
    await defineDefaultPipeline(engine);
    const app = await listen(engine, settings);
    const address = new URL(await app.getUrl());
    return {
      address: `http://localhost:${address.port}`,
      adminKey,
      stop: async () => {
        await app.close();
        await engine.close();
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function listen(engine: Engine, { port, host, ownsProcess }: ApiSettings): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    forceCloseConnections: true,
    requestTimeout: 0,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: answerProblem,
  });
  const server = adapter.getInstance();
  const metrics = new Metrics();
  const report = (error: unknown, correlationId: string): void => {
    // A message may quote what was sent: the name, the code and the place are enough to find it.
    const { name, code, stack } = error as { name?: string; code?: string; stack?: string };
    const at = stack?.split('\n').filter((line) => line.trimStart().startsWith('at '));
    engine.log('error', 'A request failed.', { correlationId, error: name, code, at });
  };
  metrics.observe(server);
  if (ownsProcess) metrics.observeProcess();
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.of(engine, metrics, report), adapter, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  readBodies(server);
  const document = openApiDocument(app, engine.commands);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json', customSiteTitle: 'Kroniek API' });
  // Who comes while it is busy waits to be let in: with Node's 511, more of them would be turned away.
  await app.listen({ port, host: host ?? '0.0.0.0', backlog: 4_096 });
  return app;
}

/** The pipeline that opportunities are in when nothing else is said. It holds since ever, so that imports may use it. */
async function defineDefaultPipeline({ eventLog, executor }: Engine): Promise<void> {
  const { head } = await eventLog.load(`pipeline-${defaultPipeline.pipelineId}`);
  if (head) return;
  await executor.execute({
    command: Object.assign(new DefinePipeline(), defaultPipeline),
    commandId: '6f0f3b52-6f0e-5c6b-8f0a-2a8c3cf1d8aa',
    actor: { id: 'kroniek', role: 'service' },
    correlationId: 'default-pipeline',
    occurredAt: '1970-01-01T00:00:00.000Z',
  });
}
