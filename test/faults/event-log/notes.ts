import { randomUUID } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { type AppendContext, EventLog, type Log, PersonalKeys } from '../../../libs/event-log/index.js';
import {
  type EventShape,
  type FeedBatch,
  type Position,
  type RecordedEvent,
  catalogueOf,
  declareEvents,
} from '../../../libs/kernel/index.js';
import { throwAwayDatabase } from '../../../libs/testing/database.js';

/** A small domain of these tests' own. */
export interface NoteEvents {
  NoteTaken: EventShape<{ readonly n: number }>;
  NoteDropped: EventShape<{ readonly n: number }>;
}

export const noteEvents = declareEvents<NoteEvents>('note', {
  NoteTaken: { says: 'Somebody wrote something down.' },
  NoteDropped: { says: 'It is of no use any more.' },
});

export interface NoteLog {
  readonly log: EventLog;
  /** What it reported. */
  readonly reported: string[];
  close(): Promise<void>;
}

/** An event log that loses its patience quickly. */
export async function openNotes(url: string, callTimeoutMs = 400): Promise<NoteLog> {
  const database = await throwAwayDatabase();
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: database.url, max: 2 }) }),
  });
  const keys = await PersonalKeys.open(db, Buffer.alloc(32, 1));
  const reported: string[] = [];
  const report: Log = (level, message, fields) => reported.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  const log = EventLog.connect({ url, catalogue: catalogueOf([noteEvents]), keys, callTimeoutMs, log: report });
  return {
    log,
    reported,
    close: async () => {
      await log.close();
      await db.destroy();
      await database.drop();
    },
  };
}

export const newStream = (): string => `note-${randomUUID()}`;

export const taken = (n: number) => ({ type: 'NoteTaken', data: { n } });

export const byCommand = (commandId: string = randomUUID()): AppendContext => ({
  commandId,
  occurredAt: '2017-06-30T10:00:00.000Z',
  actor: { id: 'tester', role: 'service' },
  correlationId: 'correlation',
});

/** Follows in the background and keeps all that it is given. */
export class Follower {
  readonly batches: FeedBatch[] = [];
  failure: unknown;
  private readonly abort = new AbortController();
  private readonly done: Promise<void>;

  constructor(log: EventLog, after: Position | null = null, batch = 100, types: string[] = ['NoteTaken']) {
    this.done = this.run(log.follow(after, { types, batch, signal: this.abort.signal }));
  }

  get events(): RecordedEvent[] {
    return this.batches.flatMap(({ events }) => events);
  }

  get numbers(): number[] {
    return this.events.map(({ data }) => (data as { n: number }).n);
  }

  get position(): Position | undefined {
    return this.batches.at(-1)?.position;
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.done;
  }

  private async run(feed: AsyncIterable<FeedBatch>): Promise<void> {
    try {
      for await (const batch of feed) this.batches.push(batch);
    } catch (error) {
      this.failure = error;
    }
  }
}

/** Waits for something to become true. */
export async function until(true_: () => boolean, forMs = 20_000): Promise<void> {
  const from = Date.now();
  while (!true_()) {
    if (Date.now() - from > forMs) throw new Error('It never became true.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
