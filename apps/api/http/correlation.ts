import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

const correlations = new WeakMap<object, string>();

/** The id that ties all that follows from a request together: `X-Correlation-Id`, else a new one. */
export function correlationOf(request: FastifyRequest): string {
  const known = correlations.get(request.raw);
  if (known) return known;
  const given = request.headers['x-correlation-id'];
  const correlationId = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
  correlations.set(request.raw, correlationId);
  return correlationId;
}
