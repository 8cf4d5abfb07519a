import type { EventFeed } from '../kernel/index.js';
import { Copy } from './copy-of-read-model.js';
import type { Database } from './database.js';
import type { Projection } from './definition.js';
import { Misdeclared } from './errors.js';
import type { Log } from './log.js';
import { registryChannel } from './notifications.js';
import { backOff, pause } from './pause.js';
import { Readers } from './readers.js';
import { dropRetired, ensureReadModels, registeredSchemas } from './registry.js';

export interface RunOptions {
  readonly feed: EventFeed;
  readonly database: Database;
  readonly projections: readonly Projection[];
  readonly signal: AbortSignal;
  readonly log?: Log;
  /** The most events read, and written, at once. Default 2,000. */
  readonly batch?: number;
  /** Milliseconds between two attempts of a standby to take over. Default 500. */
  readonly standby?: number;
  /** Milliseconds that a schema is kept after another took its place, for queries under way. Default 60,000. */
  readonly keepRetired?: number;
  /** Milliseconds that projections wait for a slow one before it gets a read of the log of its own. Default 2,000. */
  readonly patience?: number;
}

/**
 * Keeps read models up to date until the signal is aborted: what serves and what is being built, each by itself. One
 * process per schema writes; others that run the same stand by. Survives the database and the log going away.
 */
export async function runProjections(options: RunOptions): Promise<void> {
  await new Runner(options).run();
}

class Runner {
  private readonly log: Log;
  private readonly readers: Readers;
  private readonly keepRetired: number;
  private readonly copies = new Map<
    string,
    { readonly copy: Copy; readonly stop: () => void; readonly ended: Promise<void> }
  >();
  private changed = true;
  private wake: () => void = () => undefined;

  constructor(private readonly options: RunOptions) {
    this.log = options.log ?? (() => undefined);
    this.keepRetired = options.keepRetired ?? 60_000;
    this.readers = new Readers({
      feed: options.feed,
      types: [...new Set(options.projections.flatMap(({ types }) => types))].sort(),
      batch: options.batch ?? 2_000,
      patience: options.patience ?? 2_000,
      signal: options.signal,
    });
  }

  async run(): Promise<void> {
    const { database, signal } = this.options;
    const unlisten = database.notifications.listen(registryChannel, () => this.look());
    try {
      await this.ensured(signal);
      while (!signal.aborted) {
        if (this.changed) await this.refresh();
        await this.changes(signal);
      }
    } finally {
      unlisten();
      for (const { stop } of this.copies.values()) stop();
      await Promise.all([...this.copies.values()].map(({ ended }) => ended));
    }
  }

  private look(): void {
    this.changed = true;
    this.wake();
  }

  /** Until the registry is said to have changed, or for some seconds in case the word was lost. */
  private async changes(signal: AbortSignal): Promise<void> {
    if (this.changed) return;
    const woken = new Promise<void>((resolve) => (this.wake = resolve));
    await pause(Math.min(10_000, this.keepRetired + 100), signal, woken);
    this.changed = true;
  }

  private async ensured(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await ensureReadModels(this.options.database, this.options.projections);
        return;
      } catch (error) {
        if (error instanceof Misdeclared) throw error;
        this.log('warn', 'the read models cannot be prepared, trying again', { error });
        await pause(backOff(attempt), signal);
      }
    }
  }

  private async refresh(): Promise<void> {
    const { database, projections } = this.options;
    this.changed = false;
    const names = projections.map(({ name }) => name);
    try {
      const registered = await registeredSchemas(database, names);
      const wanted = new Map(
        registered.flatMap(({ schema, name, version, state }) => {
          const projection = projections.find((known) => known.name === name && known.version === version);
          return projection && state !== 'retired' ? [[schema, { projection, state }] as const] : [];
        }),
      );
      for (const [schema, { copy, stop }] of this.copies) {
        if (wanted.has(schema)) copy.reconsider();
        else stop();
      }
      for (const [schema, { projection, state }] of wanted) {
        if (!this.copies.has(schema)) this.start(schema, projection, state === 'building');
      }
    } catch (error) {
      this.log('warn', 'the registry of read models cannot be read, trying again', { error });
      this.changed = true;
      await pause(500, this.options.signal);
      return;
    }
    await dropRetired(database, names, this.keepRetired).catch((error: unknown) =>
      this.log('warn', 'a schema that no longer serves cannot be dropped, trying again', { error }),
    );
  }

  private start(schema: string, projection: Projection, building: boolean): void {
    const { feed, database, batch = 2_000, standby = 500, signal } = this.options;
    const stopped = new AbortController();
    const copy = new Copy({
      schema,
      projection,
      building,
      feed,
      url: database.url,
      readers: this.readers,
      batch,
      standby,
      log: this.log,
      signal: AbortSignal.any([signal, stopped.signal]),
    });
    const ended = copy.run().finally(() => this.copies.delete(schema));
    this.copies.set(schema, { copy, stop: () => stopped.abort(), ended });
  }
}
