import { deriveId } from '../../event-log/index.js';
import {
  changedPolicies,
  type FeedBatch,
  heardAt,
  type Instant,
  type Issue,
  policyChangedBy,
  type Position,
  type ProcessManager,
  quietAfter,
  type RecordedEvent,
  Timeline,
} from '../../kernel/index.js';
import type { Issuing, Log, Reaction } from './issuing.js';
import { Overtaken, type ProcessStates, type Standing } from './states.js';

export interface ManagedProcessOptions {
  readonly manager: ProcessManager;
  readonly states: ProcessStates;
  readonly issuing: Issuing;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The most events, and the most deadlines, taken at once. */
  readonly batch: number;
}

const isOvertaken = (error: Error): boolean => error instanceof Overtaken;

/** One process with time, from where it stands. */
export class ManagedProcess {
  /** When it has something to do, if nothing happens before. */
  next: Instant | undefined;
  /** The position has moved since it was written, and nothing else. */
  passedOnly = false;
  /** It met an event or a deadline that it cannot take: a newer version has to help. */
  private stopped = false;
  private looked = false;

  private constructor(
    private readonly options: ManagedProcessOptions,
    private standing: Standing,
  ) {}

  /** @returns `undefined` when a newer version of the product runs it */
  static async open(options: ManagedProcessOptions): Promise<ManagedProcess | undefined> {
    const { manager, states, issuing, signal, log } = options;
    const standing = await issuing.retry(() => states.open(manager), signal);
    if (!standing) {
      log('warn', 'A newer version runs the process.', { process: manager.name });
      return undefined;
    }
    return new ManagedProcess(options, standing);
  }

  get hears(): readonly string[] {
    return this.options.manager.hears;
  }

  get position(): Position {
    return this.standing.position;
  }

  get passing(): { readonly process: string; readonly standing: Standing } {
    return { process: this.options.manager.name, standing: this.standing };
  }

  /** Hears the events of a batch that it has not heard yet. */
  async hear(batch: FeedBatch): Promise<void> {
    this.passedOnly = false;
    await this.guarded(async () => {
      const known = new Set(this.hears);
      const isNew = ({ position, type }: RecordedEvent): boolean => position > this.position && known.has(type);
      let events = batch.events.filter(isNew);
      const heard = events.length > 0;
      while (events.length > 0) {
        await this.unlessOvertaken(async () => {
          await this.advance(events);
          return false;
        });
        events = events.filter(isNew);
      }
      this.passedOnly = batch.position > this.position;
      if (this.passedOnly) this.standing = { ...this.standing, position: batch.position };
      if (batch.live && (heard || !this.looked)) await this.look();
    });
  }

  /** Fires all that is due at an instant, at the end of the log. */
  async fire(now: Instant): Promise<void> {
    if (this.next === undefined || this.next > now) return;
    await this.guarded(async () => {
      while (await this.unlessOvertaken(() => this.fireSome(now)));
      await this.look();
    });
  }

  private async look(): Promise<void> {
    const { manager, states, issuing, signal } = this.options;
    this.next = await issuing.retry(() => states.next(manager, this.standing), signal);
    this.looked = true;
  }

  /** A run of events, or of the deadlines that fall before the first of them. */
  private async advance(events: readonly RecordedEvent[]): Promise<void> {
    const { manager, states, batch } = this.options;
    const [first] = events;
    if (!first) return;
    if (policyChangedBy(manager, first) !== undefined) {
      if (!(await this.fireSome(heardAt(first)))) await this.changePolicy(first);
      return;
    }
    const open = this.isQuiet(first, this.standing.quietFrom);
    const run = this.runOf(events, open);
    const until = run.map(heardAt).reduce((last, at) => (at > last ? at : last));
    const keys = new Set(run.flatMap((event) => manager.hearing(event.type)?.keys(event, () => manager.initial) ?? []));
    for (;;) {
      const asked = { keys: [...keys], until, late: open, limit: batch };
      const { waiting, moreFrom } = await this.store(() => states.load(manager, this.standing, asked));
      const end = moreFrom === undefined ? run.length : run.findIndex((event) => heardAt(event) >= moreFrom);
      const whole = end < 0 ? run.length : end;
      const timeline = new Timeline(manager, this.standing.policies, this.standing.quietFrom, waiting);
      if (whole === 0) return this.record(timeline, timeline.fire(heardAt(first)), this.position);
      const heard = run.slice(0, whole);
      const issues = heard.flatMap((event) => timeline.hear(event));
      const missing = timeline.unknown.filter((key) => !keys.has(key));
      if (missing.length === 0) return this.record(timeline, issues, heard.at(-1)?.position ?? this.position);
      // States named others: what was made of the run without them is dropped, and made again.
      for (const key of missing) keys.add(key);
    }
  }

  /** @returns whether there may be more */
  private async fireSome(until: Instant): Promise<boolean> {
    const { manager, states, batch } = this.options;
    const { policies, quietFrom } = this.standing;
    const asked = { keys: [], until, late: until >= quietFrom, limit: batch };
    const { waiting, moreFrom } = await this.store(() => states.load(manager, this.standing, asked));
    if (waiting.length === 0) return false;
    const timeline = new Timeline(manager, policies, quietFrom, waiting);
    await this.record(timeline, timeline.fire(until), this.position);
    return moreFrom !== undefined;
  }

  /** As many events as meet the same deadlines: up to a change of a policy, or of whether history holds deadlines back. */
  private runOf(events: readonly RecordedEvent[], open: boolean): readonly RecordedEvent[] {
    let { quietFrom } = this.standing;
    const end = events.findIndex((event) => {
      if (this.isQuiet(event, quietFrom) !== open) return true;
      quietFrom = quietAfter(quietFrom, event);
      return policyChangedBy(this.options.manager, event) !== undefined;
    });
    return end < 0 ? events : events.slice(0, end);
  }

  private isQuiet(event: RecordedEvent, quietFrom: Instant): boolean {
    return heardAt(event) >= quietFrom;
  }

  private async changePolicy(event: RecordedEvent): Promise<void> {
    const { manager, states } = this.options;
    const next = {
      position: event.position,
      policies: changedPolicies(manager, this.standing.policies, event),
      quietFrom: quietAfter(this.standing.quietFrom, event),
    };
    this.standing = await this.store(() => states.redate(manager, this.standing, next, event));
  }

  /** Issues first, then writes: whoever dies in between issues the same again. */
  private async record(timeline: Timeline, issues: readonly Issue[], position: Position): Promise<void> {
    const { manager, states } = this.options;
    await Promise.all(byKey(issues).map((ofKey) => this.issueInOrder(ofKey)));
    const next = { position, policies: timeline.policies, quietFrom: timeline.quietFrom };
    this.standing = await this.store(() => states.commit(manager, this.standing, next, timeline.changed));
  }

  private async issueInOrder(issues: readonly Issue[]): Promise<void> {
    const { manager, issuing, signal } = this.options;
    for (const issue of issues) {
      const reaction = reactionOf(manager.name, issue);
      await issuing.retry(() => issuing.issue(reaction), signal);
    }
  }

  private store<T>(work: () => Promise<T>): Promise<T> {
    return this.options.issuing.retry(work, this.options.signal, isOvertaken);
  }

  /** Goes on from where another runner has got to; then there may be more, whatever was to be answered. */
  private async unlessOvertaken(work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (problem) {
      if (!(problem instanceof Overtaken)) throw problem;
      const { manager, states, issuing, signal } = this.options;
      const standing = await issuing.retry(() => states.open(manager), signal);
      if (!standing || standing.position < this.position) throw problem;
      this.standing = standing;
      return true;
    }
  }

  /** Others go on when one cannot. */
  private async guarded(work: () => Promise<void>): Promise<void> {
    if (this.stopped) return;
    try {
      await work();
    } catch (problem) {
      if (this.options.signal.aborted || problem instanceof Overtaken) throw problem;
      this.stopped = true;
      this.next = undefined;
      this.passedOnly = false;
      this.options.log('error', 'A process stands still.', {
        process: this.options.manager.name,
        error: problem instanceof Error ? problem.message : problem,
      });
    }
  }
}

function reactionOf(process: string, { command, key, at, because, place }: Issue): Reaction {
  if (typeof because === 'string') {
    const causeId = deriveId(`${process}/${key}/${because}`, deadlines);
    const commandId = deriveId(String(place), causeId);
    return {
      process,
      causeId,
      place,
      about: key,
      request: { command, commandId, correlationId: causeId, occurredAt: at },
    };
  }
  const { id: causeId, correlationId } = because;
  const commandId = deriveId(`${process}/${key}/${place}`, causeId);
  return { process, causeId, place, about: key, request: { command, commandId, correlationId, occurredAt: at } };
}

/** Namespace of what stands for a deadline as an event's id stands for an event. */
const deadlines = 'b3f5a7d0-6c0e-5a51-9d6e-2f8a1c4b7e93';

function byKey(issues: readonly Issue[]): readonly (readonly Issue[])[] {
  const keys = new Map<string, Issue[]>();
  for (const issue of issues) {
    const sameKey = keys.get(issue.key);
    if (sameKey) sameKey.push(issue);
    else keys.set(issue.key, [issue]);
  }
  return [...keys.values()];
}
