import { runChild } from '../child.js';
import { isStoreAway } from '../engine.js';
import { openJournal } from '../journal.js';
import { readServiceSettings } from '../settings.js';
import { startApi } from './api.js';
import { startWriting } from './writing-thread.js';

/** The API as a process of its own. */
runChild(async () => {
  const { databaseUrl, eventStoreUrl, masterKey, port, host, adminKey } = readServiceSettings();
  const thread = startWriting(eventStoreUrl);
  const api = await startApi({
    databaseUrl,
    eventStoreUrl,
    masterKey,
    port,
    host,
    adminKey,
    log: openJournal('api', isStoreAway),
    ownsProcess: true,
    writer: thread.writer,
  });
  return {
    ...api,
    stop: async () => {
      await api.stop();
      await thread.stop();
    },
  };
});
