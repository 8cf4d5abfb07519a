import { startEventStore } from '../../libs/embedded/event-store/index.js';
import { runChild } from '../child.js';
import { openJournal } from '../journal.js';

/** The embedded EventStoreDB as a process of its own: DATABASE_URL names its database, PORT where it listens. */
runChild(async () => {
  const { DATABASE_URL: database, PORT: port } = process.env;
  if (database === undefined || port === undefined) throw new Error('Started by "kroniek up" only.');
  const eventStore = await startEventStore({
    database,
    port: Number(port),
    log: openJournal('event-store'),
  });
  return { address: eventStore.url, stop: () => eventStore.stop() };
});
