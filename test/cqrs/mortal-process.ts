import { Kysely, PostgresDialect } from 'kysely';
import { CommandCatalogue, CommandExecutor, ProcessRunner, Receipts, Streams } from '../../libs/cqrs/index.js';
import { domainCatalogue } from '../../libs/domain/index.js';
import { EventLog, PersonalKeys } from '../../libs/event-log/index.js';
import { systemClock } from '../../libs/kernel/index.js';
import { openDatabase } from '../../libs/read-model/index.js';
import type { ThrowAwayServers } from '../../libs/testing/servers.js';

const masterKey = Buffer.alloc(32, 7);

class Died extends Error {
  override readonly name = 'Died';
}

/**
 * Counts what a process awaits of its stores: before and after each call it may die. Dead, nothing of it takes effect
 * any more.
 */
export class Mortality {
  private steps = 0;
  private counting = false;
  private readonly dying = new AbortController();

  /** @param diesAt number of the step, from 0; left out: it lives */
  constructor(private readonly diesAt = Infinity) {}

  /** Aborted when it dies. */
  get signal(): AbortSignal {
    return this.dying.signal;
  }

  get died(): boolean {
    return this.dying.signal.aborted;
  }

  /** It is born: what came before does not count. */
  begin(): void {
    this.counting = true;
  }

  private step(): void {
    if (!this.counting) return;
    if (this.steps++ >= this.diesAt) this.dying.abort(new Died());
    if (this.died) throw new Died();
  }

  /** The object with calls of some of its methods counted. */
  of<T extends object>(target: T, ...methods: readonly (keyof T)[]): T {
    return new Proxy(target, {
      get: (_, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const call = member.bind(target) as (...values: unknown[]) => Promise<unknown>;
        if (!methods.includes(name as keyof T)) return call;
        return async (...values: unknown[]) => {
          this.step();
          const result = await call(...values);
          this.step();
          return result;
        };
      },
    });
  }
}

/** What a process of ours holds, its calls to the stores counted. */
export interface MortalProcess {
  readonly executor: CommandExecutor;
  readonly runner: ProcessRunner;
  close(): Promise<void>;
}

export async function openProcess(servers: ThrowAwayServers, mortality: Mortality): Promise<MortalProcess> {
  const database = openDatabase(servers.databaseUrl);
  const keys = await PersonalKeys.open(database.db, masterKey);
  await Receipts.open(database, masterKey);
  const log = EventLog.connect({ url: servers.eventStoreUrl, catalogue: domainCatalogue, keys });
  const countedLog = mortality.of(log, 'append', 'load');
  const pool = mortality.of(database.pool, 'query');
  const connect = async () => mortality.of(await database.pool.connect(), 'query');
  const counted = new Proxy(database, {
    get: (target, name) => (name === 'pool' ? pool : (Reflect.get(target, name, target) as unknown)),
  });
  const executor = new CommandExecutor(
    new CommandCatalogue(),
    countedLog,
    new Streams(countedLog, () => performance.now()),
    await Receipts.open(counted, masterKey),
    systemClock,
  );
  const end = (): Promise<void> => Promise.resolve();
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: { connect, end } }) });
  mortality.begin();
  const runner = new ProcessRunner(db, log, executor, () => undefined);
  return {
    executor,
    runner,
    close: async () => {
      await log.close();
      await database.close();
    },
  };
}
