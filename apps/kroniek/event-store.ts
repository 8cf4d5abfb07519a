import { pino } from 'pino';
import { startEventStore } from '../../libs/embedded/event-store/index.js';
import { runChild } from '../child.js';

/** The embedded EventStoreDB as a process of its own: DATABASE_URL names its database, PORT where it listens. */
runChild(async () => {
  const { DATABASE_URL: database, PORT: port } = process.env;
  if (database === undefined || port === undefined) throw new Error('Started by "kroniek up" only.');
  const journal = pino({ name: 'event-store', base: null });
  const eventStore = await startEventStore({
    database,
    port: Number(port),
    log: (level, message, fields) => journal[level](fields ?? {}, message),
  });
  return { address: eventStore.url, stop: () => eventStore.stop() };
});
