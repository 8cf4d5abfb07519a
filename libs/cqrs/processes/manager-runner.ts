import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import {
  type Clock,
  type EventFeed,
  type FeedBatch,
  type Instant,
  type Position,
  type ProcessManager,
} from '../../kernel/index.js';
import type { CommandExecutor } from '../commands/executor.js';
import { Issuing, type Log } from './issuing.js';
import { ManagedProcess } from './managed-process.js';
import { ProcessStates } from './states.js';

export interface ManagerRunnerOptions {
  readonly db: Kysely<unknown>;
  readonly feed: EventFeed;
  readonly executor: Pick<CommandExecutor, 'execute'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The most events, and the most deadlines, taken at once. Default 500. */
  readonly batch?: number;
}

/**
 * Runs processes with time. One read of the log serves them all; at its end one timer waits for the earliest deadline.
 * Two runners at once do everything once: what they issue has the same ids, and of their states the first one counts.
 */
export class ManagerRunner {
  private readonly issuing: Issuing;
  private readonly states: ProcessStates;

  constructor(private readonly options: ManagerRunnerOptions) {
    this.issuing = new Issuing(options.db, options.executor, options.log);
    this.states = new ProcessStates(options.db);
  }

  /** Runs until the signal is aborted. */
  async run(managers: readonly ProcessManager[], signal: AbortSignal): Promise<void> {
    const ended = (): boolean => signal.aborted;
    while (!ended()) {
      try {
        await this.follow(managers, signal);
      } catch (problem) {
        if (ended()) return;
        // An event that this product cannot read: an operator or a newer version has to help, so say it and wait.
        this.options.log('error', 'Processes stand still.', {
          error: problem instanceof Error ? problem.message : problem,
        });
      }
      await sleep(standstillMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async follow(managers: readonly ProcessManager[], signal: AbortSignal): Promise<void> {
    const { feed, batch = 500, log } = this.options;
    const { issuing, states } = this;
    const opened = await Promise.all(
      managers.map((manager) => ManagedProcess.open({ manager, states, issuing, signal, log, batch })),
    );
    const processes = opened.filter((process) => process !== undefined);
    if (processes.length === 0) return;
    const types = [...new Set(processes.flatMap(({ hears }) => hears))];
    const first = processes.reduce((least, { position }) => (position < least ? position : least), furthest);
    const batches = feed.follow(first < 0n ? null : first, { types, batch, signal })[Symbol.asyncIterator]();
    let arriving = batches.next();
    let heard = first;
    let behind = false;
    let live = await this.isEnd(heard, signal);
    const atEnd = (): Promise<void> => this.hear(processes, { events: [], position: heard, live: true }, signal);
    try {
      if (live) await atEnd();
      for (;;) {
        const next = live && !behind ? earliest(processes) : undefined;
        if (next !== undefined && !(await this.arrivedBefore(next, arriving, signal))) {
          behind = !(await this.fire(processes, heard, signal));
          continue;
        }
        const patience = () => sleep(catchUpMs, undefined, { signal, ref: false }).catch(() => undefined);
        const arrived = live && !behind ? await arriving : await Promise.race([arriving, patience()]);
        behind = false;
        if (arrived) {
          if (arrived.done) return;
          const read: FeedBatch = arrived.value;
          arriving = batches.next();
          await this.hear(processes, read, signal);
          ({ position: heard, live } = read);
        } else if (!live) {
          // A read that is shared with others may have been at the end before we joined it, and not say so again.
          live = await this.isEnd(heard, signal);
          if (live) await atEnd();
        }
      }
    } finally {
      arriving.catch(() => undefined);
      void batches.return?.();
    }
  }

  private async hear(processes: readonly ManagedProcess[], batch: FeedBatch, signal: AbortSignal): Promise<void> {
    await Promise.all(processes.map((process) => process.hear(batch)));
    const passed = processes.filter((process) => process.passedOnly).map((process) => process.passing);
    if (passed.length > 0) await this.issuing.retry(() => this.states.pass(passed), signal);
  }

  /**
   * Fires what is due, if everything that was recorded until now has been heard.
   *
   * @returns false when something is on its way that may prevent what seems due
   */
  private async fire(processes: readonly ManagedProcess[], heard: Position, signal: AbortSignal): Promise<boolean> {
    const now = this.options.clock.now();
    if (!(await this.isEnd(heard, signal))) return false;
    await Promise.all(processes.map((process) => process.fire(now)));
    return true;
  }

  private async isEnd(heard: Position, signal: AbortSignal): Promise<boolean> {
    const head = await this.issuing.retry(() => this.options.feed.head(), signal);
    return head === null || head <= heard;
  }

  /** Whether an event comes before the clock reaches an instant. */
  private async arrivedBefore(instant: Instant, arriving: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.options;
    const arrived = arriving.then(
      () => true,
      () => true,
    );
    for (;;) {
      const left = Date.parse(instant) - Date.parse(clock.now());
      if (left <= 0) return Promise.race([arrived, Promise.resolve(false)]);
      const waiting = new AbortController();
      const timer = sleep(Math.min(left, longestTimerMs), undefined, {
        signal: AbortSignal.any([waiting.signal, signal]),
      }).catch(() => undefined);
      let silence = (): void => undefined;
      const set = new Promise<undefined>((resolve) => {
        silence = clock.whenSet?.(() => resolve(undefined)) ?? silence;
      });
      const first = await Promise.race([arrived, timer, set]);
      silence();
      waiting.abort();
      if (first || signal.aborted) return true;
    }
  }
}

/** Of several processes, when the first has something to do. */
const earliest = (processes: readonly ManagedProcess[]): Instant | undefined =>
  processes.reduce<Instant | undefined>(
    (least, { next }) => (next !== undefined && (least === undefined || next < least) ? next : least),
    undefined,
  );

const furthest: Position = 2n ** 63n - 1n;
const standstillMs = 5_000;
const catchUpMs = 1_000;
/** A machine that slept has to look at its clock now and then; the database is not asked. */
const longestTimerMs = 60 * 60_000;
