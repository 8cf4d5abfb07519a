import {
  type AllStreamResolvedEvent,
  BACKWARDS,
  END,
  type EventStoreDBClient,
  type ReadStreamOptions,
  type ResolvedEvent,
  START,
  StreamNotFoundError,
  type StreamingRead,
} from '@eventstore/db-client';
import pRetry from 'p-retry';
import type { Position } from '../kernel/index.js';
import type { Connection } from './connection.js';
import { ConnectionLost, Silence, failure, mayPass } from './failures.js';
import { type StoredEvent, positionOf } from './recorded.js';

type Read = StreamingRead<ResolvedEvent | AllStreamResolvedEvent>;

/** Reads change nothing: they are simply repeated. */
const retries = { retries: 2, minTimeout: 100, factor: 4 };

/** Reads from the leader alone: another node may show events that the cluster later takes back. */
const fromLeader = { requiresLeader: true };

const behind = (revision: number): ReadStreamOptions => ({
  ...fromLeader,
  fromRevision: revision === 0 ? START : BigInt(revision),
});

export class Reader {
  constructor(private readonly connection: Connection) {}

  /** The events of a stream from a revision on; none when there is no such stream. */
  async stream(stream: string, fromRevision: number): Promise<StoredEvent[]> {
    return this.read(`reading ${stream}`, (client) => client.readStream(stream, behind(fromRevision)));
  }

  /** At most so many events of a stream from a revision on, asked for once only. */
  async glance(stream: string, fromRevision: number, maxCount: number): Promise<StoredEvent[]> {
    try {
      return await this.once((client) => client.readStream(stream, { ...behind(fromRevision), maxCount }));
    } catch (error) {
      throw failure(`reading ${stream}`, error);
    }
  }

  /** Position of the last event whose stream is `ours`; `null` when there is none. */
  async head(ours: (stream: string) => boolean): Promise<Position | null> {
    let before: Position | undefined;
    // Nearly always the very last one; what else the store records (links, statistics) is skipped in larger steps.
    for (let maxCount = 1; ; maxCount = Math.min(maxCount * 8, 512)) {
      const fromPosition = before === undefined ? END : { commit: before, prepare: before };
      const events = await this.read('reading the end of the log', (client) =>
        client.readAll({ ...fromLeader, direction: BACKWARDS, fromPosition, maxCount }),
      );
      const last = events.find(({ streamId }) => ours(streamId));
      if (last) return positionOf(last);
      const first = events.at(-1);
      if (!first || events.length < maxCount) return null;
      before = positionOf(first);
    }
  }

  private async read(doing: string, start: (client: EventStoreDBClient) => Read): Promise<StoredEvent[]> {
    try {
      return await this.once(start).catch((error: unknown) => this.again(start, error));
    } catch (error) {
      throw failure(doing, error);
    }
  }

  private async again(start: (client: EventStoreDBClient) => Read, failed: unknown): Promise<StoredEvent[]> {
    if (!mayPass(failed)) throw failed;
    const shouldRetry = ({ error }: { error: Error }) => mayPass(error);
    return pRetry(() => this.once(start), { ...retries, maxRetryTime: this.connection.timeoutMs, shouldRetry });
  }

  private async once(start: (client: EventStoreDBClient) => Read): Promise<StoredEvent[]> {
    const line = await this.connection.open();
    const from = performance.now();
    return new Promise((resolve, reject) => {
      const events: StoredEvent[] = [];
      const read = start(line.client);
      const done = () => {
        clearTimeout(timer);
        stopWaiting();
      };
      const fail = (error: Error) => {
        done();
        this.connection.judge(line, from, error);
        if (error instanceof StreamNotFoundError) resolve([]);
        else reject(error);
      };
      // Counts from the last event: a long stream may take its time, a silent store may not.
      const timer = setTimeout(() => {
        fail(new Silence());
        read.cancel().catch(() => undefined);
      }, this.connection.timeoutMs);
      const stopWaiting = line.whenLost(() => fail(new ConnectionLost()));
      read.on('data', ({ event }) => {
        line.heardAt = performance.now();
        timer.refresh();
        if (event) events.push(event);
      });
      // Stays for good: an error that comes late has nobody else to take it.
      read.on('error', fail);
      read.on('end', () => {
        done();
        line.heardAt = performance.now();
        resolve(events);
      });
    });
  }
}
