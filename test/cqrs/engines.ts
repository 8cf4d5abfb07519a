import { randomUUID } from 'node:crypto';
import {
  CommandCatalogue,
  CommandExecutor,
  Receipts,
  Streams,
  type CommandRequest,
  type CommandResult,
} from '../../libs/cqrs/index.js';
import { domainCatalogue } from '../../libs/domain/index.js';
import { EventLog, PersonalKeys } from '../../libs/event-log/index.js';
import { systemClock, type Clock } from '../../libs/kernel/index.js';
import { openDatabase, type Database } from '../../libs/read-model/index.js';
import { throwAwayServers, type ThrowAwayServers } from '../../libs/testing/servers.js';

const masterKey = Buffer.alloc(32, 7);
const commands = new CommandCatalogue();

/** What executes commands, with nothing remembered at first of what others did to the same stores. */
export interface CommandEngine {
  readonly executor: CommandExecutor;
  readonly log: EventLog;
  /** The streams that it has read so far, each time anew. */
  readonly reads: readonly string[];
  /** @param request what is not as usual: an id at random, by somebody of sales, all of one request */
  readonly send: (name: string, data: object, request?: Partial<CommandRequest>) => Promise<CommandResult>;
}

interface Settings {
  readonly clock?: Clock;
  readonly receipts?: Receipts;
}

/** As many as are opened, side by side on the same throw-away stores. */
export class Engines {
  private readonly logs: EventLog[] = [];

  private constructor(
    private readonly servers: ThrowAwayServers,
    readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @param clock of those that have none of their own */
  static async on(clock = systemClock): Promise<Engines> {
    const servers = await throwAwayServers();
    return new Engines(servers, openDatabase(servers.databaseUrl), clock);
  }

  get eventStoreUrl(): string {
    return this.servers.eventStoreUrl;
  }

  async log(): Promise<EventLog> {
    const keys = await PersonalKeys.open(this.database.db, masterKey);
    const log = EventLog.connect({ url: this.servers.eventStoreUrl, catalogue: domainCatalogue, keys });
    this.logs.push(log);
    return log;
  }

  receipts(): Promise<Receipts> {
    return Receipts.open(this.database, masterKey);
  }

  async open({ clock = this.clock, receipts }: Settings = {}): Promise<CommandEngine> {
    const log = await this.log();
    const reads: string[] = [];
    const load: EventLog['load'] = (stream, after) => {
      reads.push(stream);
      return log.load(stream, after);
    };
    const streams = new Streams({ load }, () => performance.now());
    const executor = new CommandExecutor(commands, log, streams, receipts ?? (await this.receipts()), clock);
    const usual = { actor: { id: 'e.smit', role: 'sales' }, correlationId: 'test' } as const;
    return {
      executor,
      log,
      reads,
      send: (name, data, request) => {
        const { command } = commands.read(name, data);
        return executor.execute({ command, commandId: randomUUID(), ...usual, ...request });
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.logs.map((log) => log.close()));
    await this.database.close();
    await this.servers.stop();
  }
}
