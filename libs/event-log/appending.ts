import { NO_STREAM, WrongExpectedVersionError } from '@eventstore/db-client';
import pRetry from 'p-retry';
import type { Position } from '../kernel/index.js';
import type { Connection } from './connection.js';
import { type ProposedEvent, type StreamHead, tooLarge } from './envelope.js';
import { StoreUnavailable, WrongRevision } from './errors.js';
import { codeOf, failure, mayPass } from './failures.js';
import type { Reader } from './reading.js';
import { positionOf } from './recorded.js';

/**
 * The store measures an append's deadline with its own clock from an absolute time of ours, so it is far away: only our
 * own timer decides, and clocks may differ by hours.
 */
const deadline = 24 * 60 * 60 * 1_000;

const retries = { retries: 4, minTimeout: 100, factor: 3, maxTimeout: 2_000 };

export class Appender {
  constructor(
    private readonly connection: Connection,
    private readonly reader: Reader,
  ) {}

  /**
   * Appends behind `head` and gives the position of the last event. Where the outcome is unknown it looks whether the
   * events are there, and repeats the very same append, which the store recognises by the ids.
   */
  async append(stream: string, head: StreamHead | null, events: ProposedEvent[]): Promise<Position> {
    try {
      return await this.once(stream, head, events);
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) throw new WrongRevision(stream, head?.revision ?? null);
      if (!mayPass(error)) throw this.refusal(stream, error);
    }
    return pRetry(() => this.again(stream, head, events), {
      ...retries,
      maxRetryTime: 2 * this.connection.timeoutMs,
      shouldRetry: ({ error }) => error instanceof StoreUnavailable,
    });
  }

  private async once(stream: string, head: StreamHead | null, events: ProposedEvent[]): Promise<Position> {
    const line = await this.connection.open();
    const expectedRevision = head ? BigInt(head.revision) : NO_STREAM;
    // No credentials of its own: with those the client leaves the fast path.
    const asked = line.client.appendToStream(stream, events, { expectedRevision, requiresLeader: true, deadline });
    const { position } = await this.connection.answer(line, asked);
    line.watchAppends(() => this.connection.replace(line, 'ended'));
    if (!position) throw new Error('The store recorded an append without telling its position.');
    return position.commit;
  }

  /** After a try whose outcome is unknown. */
  private async again(stream: string, head: StreamHead | null, events: ProposedEvent[]): Promise<Position> {
    const found = await this.find(stream, head, events);
    if (found !== undefined) return found;
    try {
      return await this.once(stream, head, events);
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw this.refusal(stream, error);
    }
    const late = await this.find(stream, head, events);
    if (late === undefined) throw new StoreUnavailable(`appending to ${stream}`, 'contradiction');
    return late;
  }

  /** Position of our events where they are recorded. Others in their place: the stream has moved on. */
  private async find(stream: string, head: StreamHead | null, events: ProposedEvent[]): Promise<Position | undefined> {
    const there = await this.reader.glance(stream, (head?.revision ?? -1) + 1, events.length);
    const last = there.at(-1);
    if (!last) return undefined;
    const ours = there.length === events.length && there.every(({ id }, index) => id === events[index]?.id);
    if (!ours) throw new WrongRevision(stream, head?.revision ?? null);
    return positionOf(last);
  }

  private refusal(stream: string, error: unknown): Error {
    if (codeOf(error) === 'maximum-append-size-exceeded') return tooLarge();
    return failure(`appending to ${stream}`, error);
  }
}
