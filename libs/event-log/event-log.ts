import {
  type EventCatalogue,
  type EventFeed,
  type FeedBatch,
  type FollowOptions,
  type Position,
  type RecordedEvent,
  categoryOf,
} from '../kernel/index.js';
import { type AppendContext, type Draft, type StreamHead, proposeEvents, sealedKey } from './envelope.js';
import { LogFeed, type LogFeedOptions } from './log-feed.js';
import { LogWriter, type Writer } from './log-writer.js';
import type { PersonalKeys } from './personal-keys.js';
import { declarationOf, headAt, recorded } from './recorded.js';
import { splitPersonal } from './personal-fields.js';

export interface EventLogOptions extends LogFeedOptions {
  readonly keys: PersonalKeys;
  /** Left out: one of its own, in this thread. */
  readonly writer?: Writer;
}

/** A decision's fact, before it is recorded. */
export interface NewFact {
  readonly type: string;
  readonly data: object;
}

export interface Appended {
  readonly head: StreamHead;
  /** Position of the last event. */
  readonly position: Position;
  readonly events: readonly { readonly id: string; readonly type: string }[];
}

export interface LoadedStream {
  /** The personal fields of persons who are not erased stand opened in `data`. */
  readonly events: readonly RecordedEvent[];
  readonly head: StreamHead | null;
}

/** The log of all facts, in EventStoreDB. */
export class EventLog implements EventFeed {
  private constructor(
    private readonly catalogue: EventCatalogue,
    private readonly keys: PersonalKeys,
    private readonly writer: Writer,
    private readonly feed: LogFeed,
  ) {}

  /** Does not wait for the store: see `ready`. */
  static connect({ catalogue, keys, writer, ...options }: EventLogOptions): EventLog {
    const feed = LogFeed.connect({ catalogue, ...options });
    return new EventLog(catalogue, keys, writer ?? LogWriter.connect(options), feed);
  }

  /**
   * The events of a stream, with `after` only those behind it. No such stream: none, and the head `null`.
   *
   * @throws StoreUnavailable, StoreRefused, UnreadableEvent
   */
  async load(stream: string, after?: StreamHead): Promise<LoadedStream> {
    const stored = await this.feed.reader.stream(stream, after ? after.revision + 1 : 0);
    const events = stored.map((event) => recorded(event, declarationOf(this.catalogue, event)));
    const last = stored.at(-1);
    return { events: await this.opened(events), head: last ? headAt(last) : (after ?? null) };
  }

  /**
   * Records facts behind `head`; `null`: the stream must not exist. Repeated with the same command id and head it
   * answers the same and records nothing.
   *
   * @param permitted what personal fields there are is sealed meanwhile; should it reject, so does this, and nothing is
   *   recorded
   * @throws WrongRevision when the stream has moved on; StoreUnavailable when the outcome is unknown; StoreRefused;
   *   Refusal `EVENT_TOO_LARGE`, `PERSON_ERASED`
   */
  async append(
    stream: string,
    head: StreamHead | null,
    facts: readonly NewFact[],
    context: AppendContext,
    permitted?: Promise<void>,
  ): Promise<Appended> {
    if (facts.length === 0) throw new Error(`Nothing to append to ${stream}.`);
    const drafts = await Promise.all(facts.map((fact) => this.draft(stream, fact)));
    await permitted;
    const { events, hash } = proposeEvents(stream, head, drafts, context);
    const position = await this.writer.append(stream, head?.revision ?? null, events);
    const revision = (head?.revision ?? -1) + events.length;
    return {
      head: { revision, hash, occurredAt: context.occurredAt, position },
      position,
      events: events.map(({ id, type }) => ({ id, type })),
    };
  }

  follow(after: Position | null, options: FollowOptions): AsyncIterable<FeedBatch> {
    return this.feed.follow(after, options);
  }

  /** Position of the last event of the product's own streams. */
  async head(): Promise<Position | null> {
    return this.feed.head();
  }

  /** @throws StoreUnavailable */
  async ready(): Promise<void> {
    await this.head();
  }

  async close(): Promise<void> {
    await Promise.all([this.writer.close(), this.feed.close()]);
  }

  private async opened(events: RecordedEvent[]): Promise<RecordedEvent[]> {
    if (!events.some(({ sealed }) => sealed)) return events;
    const data = await this.keys.open(events);
    return events.map((event, index) => ({ ...event, data: data[index] ?? event.data }));
  }

  private async draft(stream: string, { type, data }: NewFact): Promise<Draft> {
    const declared = this.catalogue.get(type);
    if (declared?.category !== categoryOf(stream)) throw new Error(`${type} is not declared for ${stream}.`);
    const { open, personal, subject } = splitPersonal(stream, declared, data);
    if (!personal) return { type, schema: declared.schema, data: open };
    const sealed = await this.keys.seal(subject, personal);
    return { type, schema: declared.schema, data: { ...open, [sealedKey]: sealed } };
  }
}
