import type { Kysely } from 'kysely';
import { RecordSegmentWord } from '../../domain/customer/customer.commands.js';
import type { CustomerKind } from '../../domain/customer/customer.events.js';
import { customer, wordsOn } from '../../domain/customer/customer.js';
import { missingWords, type NextWord, nextTurn, type SegmentStay } from '../../domain/customer/words.rules.js';
import { deriveId } from '../../event-log/index.js';
import { type Clock, earlier, idOf, type Instant } from '../../kernel/index.js';
import type { CommandExecutor } from '../commands/executor.js';
import type { Streams } from '../commands/streams.js';
import { Issuing, type Log } from '../processes/issuing.js';
import { Bell } from './bell.js';
import { FollowerNotes } from './notes.js';
import type { FollowedSegment, SegmentStays } from './stays.js';

export interface CustomerSegmentsOptions {
  readonly db: Kysely<unknown>;
  readonly stays: SegmentStays;
  readonly streams: Pick<Streams, 'refresh'>;
  readonly executor: Pick<CommandExecutor, 'execute'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Customers looked at in one go. Default 200. */
  readonly page?: number;
}

/** How what it does is named in the log, and where it stands. */
export const customerSegments = { name: 'customer-segments' } as const;

/** Namespace of the ids of what it says. */
const namespace = '5d0c8f2e-94b7-5e63-8a1f-7c2b9d4e6a05';

/**
 * Says, as facts of the customer, who enters and leaves the segments by rule that have a window of their own, so that
 * phases rest on recorded facts alone (docs/decisions/0032). Who belongs to them is asked of the read model that writes it
 * down; what is missing in what was said is then said, each word at its own instant. Nothing is done while nothing
 * happens; whoever dies anywhere finds on the next look what is still missing.
 */
export class CustomerSegments {
  private readonly notes: FollowerNotes;
  private readonly issuing: Issuing;

  constructor(private readonly options: CustomerSegmentsOptions) {
    this.notes = new FollowerNotes(options.db, customerSegments.name);
    this.issuing = new Issuing(options.db, options.executor, options.log);
  }

  /** Runs until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { stays, clock } = this.options;
    const bell = new Bell();
    const unlisten = [stays.whenMoved(bell.ring), clock.whenSet?.(bell.ring)];
    signal.addEventListener('abort', bell.ring, { once: true });
    try {
      while (!signal.aborted) {
        bell.still();
        const next = await this.issuing.retry(() => this.look(signal), signal);
        const left = next === undefined ? undefined : Date.parse(next) - Date.parse(clock.now());
        await bell.rings(left === undefined ? undefined : Math.min(left, longestTimerMs));
      }
    } catch (problem) {
      if (!signal.aborted) throw problem;
    } finally {
      for (const stop of unlisten) stop?.();
      signal.removeEventListener('abort', bell.ring);
    }
  }

  /** @returns when to look again if nothing happens before */
  private async look(signal: AbortSignal): Promise<Instant | undefined> {
    const { clock, stays } = this.options;
    const known = await stays.followed();
    if (!known) return undefined;
    if (known.segments.length === 0) {
      // Whoever waits for all processes waits for this one too.
      await this.notes.moveTo(known.position);
      return undefined;
    }
    const next = await this.notes.alone((holds) => this.lookAtAll(holds, signal));
    return next === undefined ? new Date(Date.parse(clock.now()) + busyMs).toISOString() : next.at;
  }

  private async lookAtAll(
    holds: () => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<{ readonly at: Instant | undefined }> {
    const { stays, clock, page = 200 } = this.options;
    const now = clock.now();
    const known = await stays.followed();
    if (!known) return { at: undefined };
    const since = await this.notes.position();
    // Of what lies behind the last event that was read, nothing is said before the rest of the log is read too.
    const until = known.isEnd ? now : (earlier(known.readUntil, now) ?? now);
    const say = async (segment: FollowedSegment, keys: readonly string[]): Promise<void> => {
      signal.throwIfAborted();
      await holds();
      await this.say(segment, keys, until);
    };
    const followed = new Map(
      known.segments.filter(({ terms }) => terms !== undefined).map((one) => [one.segmentId, one]),
    );
    for (const segment of followed.values()) {
      await this.lookAtNewTerms(segment, (keys) => say(segment, keys));
      for (let after: string | undefined = ''; after !== undefined;) {
        const keys: readonly string[] = await stays.turnedSince(segment.segmentId, since, after, page);
        if (keys.length > 0) await say(segment, keys);
        after = keys.length < page ? undefined : keys.at(-1);
      }
    }
    for (;;) {
      const due = await this.notes.due(until, page);
      const [first] = due;
      if (!first) break;
      const keys = due.filter(({ segmentId }) => segmentId === first.segmentId).map(({ key }) => key);
      const segment = followed.get(first.segmentId);
      // Nobody follows it any more, or not all of it is evaluated: all of it will be looked at then.
      if (segment) await say(segment, keys);
      else await this.notes.lookAgain(first.segmentId, new Map(keys.map((key) => [key, undefined])));
    }
    if (known.position > since) await this.notes.moveTo(known.position);
    return { at: known.isEnd ? await this.notes.next() : undefined };
  }

  /** Another rule, another policy: all who ever belonged to the segment are looked at, in pages. */
  private async lookAtNewTerms(
    { segmentId, terms = '' }: FollowedSegment,
    say: (keys: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const { stays, page = 200 } = this.options;
    const before = await this.notes.lookedAt(segmentId);
    if (before?.terms === terms && before.cursor === undefined) return;
    for (let cursor = before?.terms === terms ? (before.cursor ?? '') : ''; ;) {
      const keys = await stays.everIn(segmentId, cursor, page);
      if (keys.length > 0) await say(keys);
      const last = keys.at(-1);
      if (last === undefined || keys.length < page) break;
      cursor = last;
      await this.notes.setLookedAt(segmentId, { terms, cursor });
    }
    await this.notes.setLookedAt(segmentId, { terms });
  }

  /** Says what is missing of some, and notes when to look at them again. */
  private async say({ segmentId, kind }: FollowedSegment, keys: readonly string[], until: Instant): Promise<void> {
    const known = await this.options.stays.staysIn(segmentId, keys);
    const all = [...keys];
    // Side by side, a few at a time.
    const workers = Array.from({ length: Math.min(atOnce, all.length) }, async () => {
      for (let key = all.pop(); key !== undefined; key = all.pop()) {
        await this.sayOf(idOf(key), kind, segmentId, known.get(key) ?? [], until);
      }
    });
    await Promise.all(workers);
    await this.notes.lookAgain(segmentId, new Map(keys.map((key) => [key, nextTurn(known.get(key) ?? [], until)])));
  }

  private async sayOf(
    customerId: string,
    kind: CustomerKind,
    segmentId: string,
    known: readonly SegmentStay[],
    until: Instant,
  ): Promise<void> {
    const { state } = await this.options.streams.refresh(customer, `${customer.category}-${customerId}`);
    const said = wordsOn(state, segmentId);
    for (const [behind, word] of missingWords(said, known, until).entries()) {
      await this.record(customerId, kind, segmentId, word, said.length + behind);
    }
  }

  private record(
    customerId: string,
    customerKind: CustomerKind,
    segmentId: string,
    { at, ruleVersion }: NextWord,
    place: number,
  ): Promise<void> {
    const named = { customerId, customerKind, segmentId, at, place };
    const word = Object.assign(new RecordSegmentWord(), named, ruleVersion === undefined ? {} : { ruleVersion });
    const commandId = deriveId([customerId, segmentId, at, ruleVersion ?? 'left', place].join('/'), namespace);
    return this.issuing.issue({
      process: customerSegments.name,
      causeId: commandId,
      place,
      about: `${customer.category}-${customerId}`,
      request: { command: word, commandId, correlationId: commandId, occurredAt: at },
    });
  }
}

const atOnce = 20;
/** Somebody else looks at the moment. */
const busyMs = 500;
/** A machine that slept has to look at its clock now and then; the database is not asked. */
const longestTimerMs = 60 * 60_000;
