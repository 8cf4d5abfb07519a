import { startEventStore } from '../embedded/event-store/index.js';
import { throwAwayDatabase } from './database.js';

export { type ThrowAwayDatabase, throwAwayDatabase } from './database.js';

export type ThrowAwayServers = {
  /** PostgreSQL for read models, empty. */
  databaseUrl: string;
  /** EventStoreDB, empty. */
  eventStoreUrl: string;
  stop(): Promise<void>;
};

/** Fresh and empty servers for one spec: an embedded EventStoreDB in this process, and a database for read models. */
export async function throwAwayServers(): Promise<ThrowAwayServers> {
  const [readModels, log] = await Promise.all([throwAwayDatabase(), throwAwayDatabase()]);
  const eventStore = await startEventStore({ database: log.url });
  return {
    databaseUrl: readModels.url,
    eventStoreUrl: eventStore.url,
    stop: async () => {
      await eventStore.stop();
      await Promise.all([readModels.drop(), log.drop()]);
    },
  };
}
