import { LRUCache } from 'lru-cache';
import type { EventLog, StreamHead } from '../../event-log/index.js';
import type { Foldable, Instant, RecordedEvent } from '../../kernel/index.js';

/** What one command recorded in a stream. */
export interface Recorded {
  readonly revision: number;
  readonly position: bigint;
  readonly events: readonly { readonly id: string; readonly type: string }[];
}

/** A stream folded: its end, its state, and what each command did to it. Never changed, only replaced. */
export interface FoldedStream<State = unknown> {
  readonly head: StreamHead | null;
  /** When the last fact happened that is no verdict of a process; empty: there is none. */
  readonly lastFactAt: Instant;
  readonly state: State;
  readonly recorded: ReadonlyMap<string, Recorded>;
}

interface Kept {
  readonly stream: FoldedStream;
  readonly readAt: number;
}

/**
 * Folded streams, kept while they are in use. What is kept may be behind the log: an append on it is guarded by the
 * expected revision, and whoever wants to answer anything else looks again first (`refresh`).
 */
export class Streams {
  private readonly kept: LRUCache<string, Kept>;
  private readonly existing: LRUCache<string, true>;
  /** When a stream that a decision rests on was found not to exist: a policy that was never changed. */
  private readonly absent = new LRUCache<string, number>({ max: 1_000 });

  constructor(
    private readonly log: Pick<EventLog, 'load'>,
    private readonly monotonicMs: () => number,
    size = 10_000,
  ) {
    this.kept = new LRUCache({ max: size });
    this.existing = new LRUCache({ max: size * 10 });
  }

  /** The stream as last seen; `undefined` when it has not been seen. */
  peek<State>(stream: string): FoldedStream<State> | undefined {
    return this.kept.get(stream)?.stream as FoldedStream<State> | undefined;
  }

  /** The stream as the log has it now: what is behind the last look is read, nothing else. */
  async refresh<State>(foldable: Foldable<State>, stream: string): Promise<FoldedStream<State>> {
    const known = this.peek<State>(stream) ?? nothingYet(foldable);
    const { events, head } = await this.log.load(stream, known.head ?? undefined);
    const folded = events.length === 0 ? known : foldOn(foldable, known, events, head);
    this.keep(stream, folded);
    return folded;
  }

  /** The stream, seen at most `maxAgeMs` ago. For states that a decision rests on without guarding them. */
  async recent<State>(foldable: Foldable<State>, stream: string, maxAgeMs: number): Promise<FoldedStream<State>> {
    const kept = this.kept.get(stream);
    const oldest = this.monotonicMs() - maxAgeMs;
    if (kept && kept.readAt >= oldest) return kept.stream as FoldedStream<State>;
    // Asked anew each time, it would cost every decision that rests on it a round trip.
    const foundAbsent = this.absent.get(stream);
    if (!kept && foundAbsent !== undefined && foundAbsent >= oldest) return nothingYet(foldable);
    const askedAt = this.monotonicMs();
    const read = await this.refresh(foldable, stream);
    if (read.head === null) this.absent.set(stream, askedAt);
    return read;
  }

  /** It has an event; no: it may have one all the same. */
  isKnown(stream: string): boolean {
    return this.existing.has(stream);
  }

  /** Whether the stream has any event. Streams are never deleted, so a yes holds for ever. */
  async exists(foldable: Foldable<unknown>, stream: string): Promise<boolean> {
    if (this.isKnown(stream)) return true;
    return (await this.refresh(foldable, stream)).head !== null;
  }

  keep(stream: string, folded: FoldedStream): void {
    // Nothing is kept of a stream that does not exist: asking about ids at random must not push out those in use.
    if (folded.head === null) return;
    // What was read may be told of later than what was recorded here meanwhile.
    if ((this.kept.peek(stream)?.stream.head?.revision ?? -1) > folded.head.revision) return;
    this.kept.set(stream, { stream: folded, readAt: this.monotonicMs() });
    if (!this.existing.has(stream)) this.existing.set(stream, true);
    this.absent.delete(stream);
  }

  forget(stream: string): void {
    this.kept.delete(stream);
  }
}

export const nothingYet = <State>(foldable: Foldable<State>): FoldedStream<State> => ({
  head: null,
  lastFactAt: '',
  state: foldable.initial,
  recorded: new Map(),
});

/** What the stream becomes when a command's facts are recorded behind it. */
export function foldFacts<State>(
  foldable: Foldable<State>,
  before: FoldedStream<State>,
  facts: readonly { readonly type: string; readonly data: object }[],
  appended: { readonly head: StreamHead; readonly commandId: string; readonly occurredAt: Instant } & Recorded,
): FoldedStream<State> {
  const state = facts.reduce((folded, fact) => foldable.apply(folded, fact, appended.occurredAt), before.state);
  const { revision, position, events } = appended;
  const recorded = new Map(before.recorded).set(appended.commandId, { revision, position, events });
  const lastFactAt = facts.every(({ type }) => foldable.isVerdict?.(type)) ? before.lastFactAt : appended.occurredAt;
  return { head: appended.head, lastFactAt, state, recorded };
}

function foldOn<State>(
  foldable: Foldable<State>,
  before: FoldedStream<State>,
  events: readonly RecordedEvent[],
  head: StreamHead | null,
): FoldedStream<State> {
  const recorded = new Map(before.recorded);
  let { state, lastFactAt } = before;
  for (const event of events) {
    if (!foldable.isVerdict?.(event.type)) lastFactAt = event.occurredAt;
    state = foldable.apply(state, event, event.occurredAt);
    const { revision, position, id, type } = event;
    const earlier = recorded.get(event.causationId)?.events ?? [];
    recorded.set(event.causationId, { revision, position, events: [...earlier, { id, type }] });
  }
  return { head, lastFactAt, state, recorded };
}
