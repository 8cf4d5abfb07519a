import { performance } from 'node:perf_hooks';
import { domainCatalogue, fixCampaignMembers, processes } from '../libs/domain/index.js';
import {
  ApiKeys,
  CommandCatalogue,
  CommandExecutor,
  customersAmong,
  listMembership,
  Receipts,
  Streams,
} from '../libs/cqrs/index.js';
import { EventLog, PersonalKeys, StoreUnavailable, type Writer } from '../libs/event-log/index.js';
import { systemClock, type AskingProcess, type Clock, type Process } from '../libs/kernel/index.js';
import { isDatabaseUnavailable, openDatabase, type Database } from '../libs/read-model/index.js';
import { segmentMembership } from './segment-membership.js';

export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: object) => void;

export interface EngineSettings {
  readonly databaseUrl: string;
  readonly eventStoreUrl: string;
  readonly masterKey: Buffer;
  readonly log: Log;
  readonly clock?: Clock;
  /** Who appends; left out: a client in this thread. */
  readonly writer?: Writer;
}

/** What the API and the projector both stand on: the two stores, and the one way to execute a command. */
export interface Engine {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly personalKeys: PersonalKeys;
  readonly apiKeys: ApiKeys;
  readonly commands: CommandCatalogue;
  readonly executor: CommandExecutor;
  readonly streams: Streams;
  /** Every process there is, those that ask a read model included. */
  readonly processes: readonly (Process | AskingProcess)[];
  readonly clock: Clock;
  readonly log: Log;
  close(): Promise<void>;
}

/** Whether an error says that one of the two stores does not answer, and nothing else. */
export const isStoreAway = (error: Error): boolean => error instanceof StoreUnavailable || isDatabaseUnavailable(error);

/** Opens the stores and makes what is missing in them. */
export async function openEngine({
  databaseUrl,
  eventStoreUrl,
  masterKey,
  log,
  clock = systemClock,
  writer,
}: EngineSettings): Promise<Engine> {
  const database = openDatabase(databaseUrl);
  const personalKeys = await PersonalKeys.open(database.db, masterKey);
  const receipts = await Receipts.open(database, masterKey);
  const apiKeys = await ApiKeys.open(database.db);
  const eventLog = EventLog.connect({
    ...{ url: eventStoreUrl, catalogue: domainCatalogue, keys: personalKeys, log },
    ...(writer && { writer }),
  });
  const commands = new CommandCatalogue();
  const streams = new Streams(eventLog, () => performance.now());
  const executor = new CommandExecutor(commands, eventLog, streams, receipts, clock);
  const membership = segmentMembership(database, eventLog, listMembership(eventLog, streams), (ids) =>
    customersAmong(ids, streams),
  );
  return {
    database,
    eventLog,
    personalKeys,
    apiKeys,
    commands,
    executor,
    streams,
    processes: [...processes, fixCampaignMembers(membership)],
    clock,
    log,
    close: async () => {
      await eventLog.close();
      await database.close();
    },
  };
}
