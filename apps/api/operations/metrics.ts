import type { FastifyInstance } from 'fastify';
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What Prometheus reads of this process. Labels are routes and codes, never ids. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly seconds = new Histogram({
    name: 'kroniek_http_request_seconds',
    help: 'Time to answer a request, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });
  private readonly failures = new Counter({
    name: 'kroniek_unforeseen_errors_total',
    help: 'Requests that ended in an error that is our fault.',
    registers: [this.registry],
  });

  /**
   * Measures the process as well: once, and for as long as it lives, as its observer of garbage collections cannot be
   * taken back.
   */
  observeProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Measures every request of a server. */
  observe(server: FastifyInstance): void {
    server.addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'none';
      this.seconds.labels(request.method, route, String(reply.statusCode)).observe(reply.elapsedTime / 1_000);
      if (reply.statusCode === 500) this.failures.inc();
      done();
    });
  }

  async text(): Promise<{ type: string; body: string }> {
    return { type: this.registry.contentType, body: await this.registry.metrics() };
  }
}
