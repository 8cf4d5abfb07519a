import { type EventData, type JSONType, NO_STREAM, WrongExpectedVersionError } from '@eventstore/db-client';
import pRetry from 'p-retry';
import type { Position } from '../kernel/index.js';
import type { Connection } from './connection.js';
import { type ProposedEvent, tooLarge } from './envelope.js';
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
   * Appends behind a revision and gives the position of the last event. Where the outcome is unknown it looks whether the
   * events are there, and repeats the very same append, which the store recognises by the ids.
   */
  async append(stream: string, revision: number | null, proposed: readonly ProposedEvent[]): Promise<Position> {
    const events = proposed.map(forClient);
    try {
      return await this.once(stream, revision, events);
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) throw new WrongRevision(stream, revision);
      if (!mayPass(error)) throw this.refusal(stream, error);
    }
    return pRetry(() => this.again(stream, revision, events), {
      ...retries,
      maxRetryTime: 2 * this.connection.timeoutMs,
      shouldRetry: ({ error }) => error instanceof StoreUnavailable,
    });
  }

  private async once(stream: string, revision: number | null, events: EventData[]): Promise<Position> {
    const line = await this.connection.open();
    const expectedRevision = revision === null ? NO_STREAM : BigInt(revision);
    // No credentials of its own: with those the client leaves the fast path.
    const asked = line.client.appendToStream(stream, events, { expectedRevision, requiresLeader: true, deadline });
    const { position } = await this.connection.answer(line, asked);
    line.watchAppends(() => this.connection.replace(line, 'ended'));
    if (!position) throw new Error('The store recorded an append without telling its position.');
    return position.commit;
  }

  /** After a try whose outcome is unknown. */
  private async again(stream: string, revision: number | null, events: EventData[]): Promise<Position> {
    const found = await this.find(stream, revision, events);
    if (found !== undefined) return found;
    try {
      return await this.once(stream, revision, events);
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw this.refusal(stream, error);
    }
    const late = await this.find(stream, revision, events);
    if (late === undefined) throw new StoreUnavailable(`appending to ${stream}`, 'contradiction');
    return late;
  }

  /** Position of our events where they are recorded. Others in their place: the stream has moved on. */
  private async find(
    stream: string,
    revision: number | null,
    events: readonly EventData[],
  ): Promise<Position | undefined> {
    const there = await this.reader.glance(stream, (revision ?? -1) + 1, events.length);
    const last = there.at(-1);
    if (!last) return undefined;
    const ours = there.length === events.length && there.every(({ id }, index) => id === events[index]?.id);
    if (!ours) throw new WrongRevision(stream, revision);
    return positionOf(last);
  }

  private refusal(stream: string, error: unknown): Error {
    if (codeOf(error) === 'maximum-append-size-exceeded') return tooLarge();
    return failure(`appending to ${stream}`, error);
  }
}

const utf8 = new TextEncoder();

/** Metadata as bytes: what the client is given as an object goes through base64 twice, at four times the cost. */
const forClient = ({ id, type, data, metadata }: ProposedEvent): EventData => ({
  ...{ id, type, contentType: 'application/json', data: JSON.parse(data) as JSONType },
  metadata: utf8.encode(metadata),
});
