import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { connect, disconnect } from './connections.js';

/** Projections' checkpoints: `<schema> <position>`. */
export const positionsChannel = 'kroniek_positions';

/** The registry has changed (rebuild asked for, swap, event skipped): payload is the read model's name. */
export const registryChannel = 'kroniek_read_models';

/** Told of a notification; `undefined`: the connection was made anew, something may have been missed. */
export type Listener = (payload: string | undefined) => void;

/** LISTEN for the whole process over one connection, which is opened when somebody first listens and is kept up. */
export class Notifications {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly stopped = new AbortController();
  private client: pg.Client | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly url: string) {}

  /** Whether notifications arrive at present. */
  get connected(): boolean {
    return this.client !== undefined;
  }

  listen(channel: string, listener: Listener): () => void {
    const listeners = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, listeners.add(listener));
    this.running ??= this.run();
    return () => listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await this.session(signal).catch(() => undefined);
      this.client = undefined;
      await sleep(500, undefined, { signal }).catch(() => undefined);
    }
  }

  private async session(signal: AbortSignal): Promise<void> {
    let lost: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (lost = resolve));
    const client = await connect(this.url, { application: 'kroniek notifications' }, lost);
    signal.addEventListener('abort', lost, { once: true });
    try {
      client.on('notification', ({ channel, payload }) => this.tell(channel, payload));
      await client.query(`listen ${positionsChannel}; listen ${registryChannel}`);
      this.client = client;
      for (const channel of this.listeners.keys()) this.tell(channel, undefined);
      if (!signal.aborted) await ended;
    } finally {
      signal.removeEventListener('abort', lost);
      disconnect(client);
    }
  }

  private tell(channel: string, payload: string | undefined): void {
    for (const listener of [...(this.listeners.get(channel) ?? [])]) listener(payload);
  }
}
