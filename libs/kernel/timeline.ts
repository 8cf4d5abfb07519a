import type { RecordedEvent } from './events.js';
import { changedPolicies, policyChangedBy, type PolicyHistories, type ProcessManager } from './process-manager.js';
import { dayMs, type Instant, later, minuteMs, plusMs } from './time.js';

/** What a process knows of one key, and what it waits for. */
export interface Waiting {
  readonly key: string;
  readonly state: unknown;
  /** The instant that its facts will carry; left out: it waits for nothing. */
  readonly deadline?: Instant | undefined;
  /** From when on it fires: the deadline, or later where that had passed when it was set. */
  readonly firesAt?: Instant | undefined;
  /** The deadline had passed when it was set: it waits for history that is still being reported. */
  readonly late: boolean;
}

/** A command that a process issues. Everything that its id is made of is here. */
export interface Issue {
  readonly command: object;
  readonly key: string;
  /** When it happens. */
  readonly at: Instant;
  /** The event, or the deadline, that led to it. */
  readonly because: RecordedEvent | Instant;
  /** Its place among the commands of the same cause and key. */
  readonly place: number;
}

/** How long after the report of the event that set it a deadline that has passed is held back, and after any history. */
const settlingMs = minuteMs;

/** Later than any instant. */
const never = '~';

/** An event that was recorded so long after it happened is history: more of it may follow. */
const historyMs = dayMs;

/** When an event is heard: deadlines up to here fall before it. */
export const heardAt = ({ occurredAt, recordedAt }: RecordedEvent): Instant => later(occurredAt, recordedAt);

/** Until when deadlines that had passed when they were set are held back, after one more event. */
export const quietAfter = (quietFrom: Instant, { occurredAt, recordedAt }: RecordedEvent): Instant =>
  Date.parse(recordedAt) - Date.parse(occurredAt) > historyMs
    ? later(quietFrom, plusMs(recordedAt, settlingMs))
    : quietFrom;

/** A process at work: events and deadlines in the one order that the log gives them (docs/decisions/0016). */
export class Timeline {
  private readonly kept: Map<string, Waiting>;
  private readonly touched = new Set<string>();
  private readonly asked = new Set<string>();
  /** Nothing fires before it: so that not every event has to look at every key. */
  private soonest: Instant = '';

  constructor(
    private readonly manager: ProcessManager,
    public policies: PolicyHistories,
    /** Before it, deadlines that had passed when they were set do not fire. */
    public quietFrom: Instant,
    known: Iterable<Waiting> = [],
  ) {
    this.kept = new Map([...known].map((waiting) => [waiting.key, waiting]));
  }

  /** What became of the keys that anything happened to; those to be forgotten have the initial state. */
  get changed(): readonly Waiting[] {
    return [...this.touched].map((key) => this.at(key));
  }

  /** Keys that events were about or looked at, of which nothing is known here. */
  get unknown(): readonly string[] {
    return [...this.asked];
  }

  at(key: string): Waiting {
    return this.kept.get(key) ?? { key, state: this.manager.initial, late: false };
  }

  /** First whatever falls due before the event, in order; then the event itself. */
  hear(event: RecordedEvent): readonly Issue[] {
    const at = heardAt(event);
    const issues = [...this.fire(at)];
    this.quietFrom = quietAfter(this.quietFrom, event);
    if (policyChangedBy(this.manager, event) !== undefined) {
      this.policies = changedPolicies(this.manager, this.policies, event);
      this.redate(event);
    }
    const hearing = this.manager.hearing(event.type);
    const stateOf = (key: string): unknown => this.askedFor(key).state;
    const keys = [...new Set(hearing?.keys(event, stateOf))];
    for (const key of keys) {
      const before = this.askedFor(key);
      const around = { keys, stateOf, policies: this.policies };
      const commands = hearing?.react?.(before.state, event, key, around) ?? [];
      const reactsAt = hearing?.reactsAt?.(before.state, event) ?? event.occurredAt;
      issues.push(...commands.map((command, place) => ({ command, key, at: reactsAt, because: event, place })));
      this.keep({ ...before, state: hearing?.evolve(before.state, event, key, around) }, at);
    }
    return issues;
  }

  /** Everything that falls due up to an instant, in the order of the instants and then of the keys. */
  fire(until: Instant): readonly Issue[] {
    const issues: Issue[] = [];
    for (let next = this.first(until); next; next = this.first(until)) {
      const { deadline, waiting, at } = next;
      const { state, commands } = this.manager.onDue(waiting.state, deadline, waiting.key, this.policies);
      issues.push(
        ...commands.map((command, place) => ({ command, key: waiting.key, at: deadline, because: deadline, place })),
      );
      const following = this.manager.due(state, this.policies);
      if (following !== undefined && following <= deadline) {
        throw new Error(`The process ${this.manager.name} leaves a deadline due that has fired: ${deadline}.`);
      }
      this.set({
        key: waiting.key,
        state,
        deadline: following,
        firesAt: following && later(following, at),
        late: following !== undefined && following <= at,
      });
    }
    return issues;
  }

  /** All deadlines anew, after an event that changed a policy. */
  redate(event: RecordedEvent): void {
    for (const waiting of this.kept.values()) this.keep(waiting, heardAt(event));
  }

  private askedFor(key: string): Waiting {
    if (!this.kept.has(key)) this.asked.add(key);
    return this.at(key);
  }

  private first(until: Instant): { waiting: Waiting; deadline: Instant; at: Instant } | undefined {
    if (this.soonest > until) return undefined;
    let found: { waiting: Waiting; deadline: Instant; at: Instant } | undefined;
    let soonest = never;
    for (const waiting of this.kept.values()) {
      const { deadline, firesAt, late, key } = waiting;
      if (deadline === undefined || firesAt === undefined) continue;
      const at = late ? later(firesAt, this.quietFrom) : firesAt;
      if (at < soonest) soonest = at;
      if (at > until) continue;
      const before =
        !found ||
        at < found.at ||
        (at === found.at && (deadline < found.deadline || (deadline === found.deadline && key < found.waiting.key)));
      if (before) found = { waiting, deadline, at };
    }
    this.soonest = soonest;
    return found;
  }

  /** Keeps a state with the deadline that follows from it; one that stays what it was stays as it was set. */
  private keep(waiting: Waiting, at: Instant): void {
    const deadline = this.manager.due(waiting.state, this.policies);
    const late = deadline !== undefined && deadline <= at;
    const anew = { ...waiting, deadline, late, firesAt: late ? plusMs(at, settlingMs) : deadline };
    this.set(deadline === waiting.deadline ? waiting : anew);
  }

  private set(waiting: Waiting): void {
    this.touched.add(waiting.key);
    this.kept.set(waiting.key, waiting);
    if (waiting.firesAt !== undefined && waiting.firesAt < this.soonest) this.soonest = waiting.firesAt;
  }
}
