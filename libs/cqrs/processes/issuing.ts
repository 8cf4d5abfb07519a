import { sql, type Kysely } from 'kysely';
import pRetry from 'p-retry';
import { Refusal } from '../../kernel/index.js';
import { streamBusy, type CommandExecutor } from '../commands/executor.js';
import type { CommandRequest } from '../commands/request.js';

export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: object) => void;

/** A command of a process, with where it came from. */
export interface Reaction {
  readonly process: string;
  /** Id of the event, or one that stands for the deadline. */
  readonly causeId: string;
  readonly place: number;
  /** The stream or the key that it was issued for. */
  readonly about: string;
  readonly request: Pick<CommandRequest, 'command' | 'commandId' | 'correlationId' | 'occurredAt'>;
}

/** Issues what processes decide. A refusal is a verdict, and kept; anything else is tried again. */
export class Issuing {
  constructor(
    private readonly db: Kysely<unknown>,
    private readonly executor: Pick<CommandExecutor, 'execute'>,
    private readonly log: Log,
  ) {}

  async issue({ process, causeId, place, about, request }: Reaction): Promise<void> {
    try {
      await this.executor.execute({ ...request, actor: { id: process, role: 'service' }, mayBeOverdue: true });
    } catch (problem) {
      // A stream that many write to at once is no verdict on the command.
      if (!(problem instanceof Refusal) || problem.code === streamBusy) throw problem;
      // An earlier version of the process has said the same in other words.
      if (problem.code === 'IDEMPOTENCY_KEY_REUSED') return;
      this.log('error', 'A process was refused.', { process, about, code: problem.code });
      await sql`insert into kroniek.process_refusals (process, event_id, reaction, stream, code)
        values (${process}, ${causeId}, ${place}, ${about}, ${problem.code}) on conflict do nothing`.execute(this.db);
    }
  }

  /** For as long as it takes: a store that is away comes back, and nothing may be left out meanwhile. */
  retry<T>(work: () => Promise<T>, signal: AbortSignal, isVerdict = (_: Error): boolean => false): Promise<T> {
    return pRetry(work, {
      retries: Infinity,
      minTimeout: 50,
      maxTimeout: 2_000,
      signal,
      shouldRetry: ({ error }) => !isVerdict(error),
      onFailedAttempt: ({ error }) => {
        if (!signal.aborted && !isVerdict(error)) this.log('warn', 'A process waits for a store.', { error });
      },
    });
  }
}
