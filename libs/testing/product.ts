import { randomBytes } from 'node:crypto';
import { startApi } from '../../apps/api/api.js';
import { startProjector } from '../../apps/projector/projector.js';
import type { Clock } from '../kernel/index.js';
import type { Projection } from '../read-model/index.js';
import { throwAwayServers } from './servers.js';

/** The whole product in this process, on fresh servers. */
export interface Product {
  readonly url: string;
  readonly adminKey: string;
  readonly databaseUrl: string;
  readonly eventStoreUrl: string;
  readonly masterKey: Buffer;
  /** Sends a request with the admin key, or another one; `path` begins with `/`. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, where it is JSON. */
  readonly json: Record<string, unknown>;
}

interface ProductOptions {
  readonly clock?: Clock;
  /** Those that are kept up to date; left out: all. */
  readonly readModels?: readonly Projection[];
}

export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const servers = await throwAwayServers();
  const masterKey = randomBytes(32);
  const adminKey = randomBytes(24).toString('hex');
  const { databaseUrl, eventStoreUrl } = servers;
  const settings = { databaseUrl, eventStoreUrl, masterKey, log: () => undefined, ...options };
  const api = await startApi({ ...settings, port: 0, host: '127.0.0.1', adminKey });
  const projector = await startProjector(settings);
  return {
    url: api.address,
    adminKey,
    databaseUrl,
    eventStoreUrl,
    masterKey,
    call: async (method, path, body, headers = {}) => {
      const raw = typeof body === 'string' || body instanceof Uint8Array;
      const answer = await fetch(`${api.address}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${adminKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : raw ? (body as string) : JSON.stringify(body),
      });
      const text = await answer.text();
      const isJson = /[/+]json(;|$)/.test(answer.headers.get('content-type') ?? '');
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
      };
    },
    stop: async () => {
      await projector.stop();
      await api.stop();
      await servers.stop();
    },
  };
}
