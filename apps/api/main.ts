import { runChild } from '../child.js';
import { isStoreAway } from '../engine.js';
import { openJournal } from '../journal.js';
import { readServiceSettings } from '../settings.js';
import { startApi } from './api.js';

/** The API as a process of its own. */
runChild(async () => {
  const { databaseUrl, eventStoreUrl, masterKey, port, host, adminKey } = readServiceSettings();
  return startApi({
    databaseUrl,
    eventStoreUrl,
    masterKey,
    port,
    host,
    adminKey,
    log: openJournal('api', isStoreAway),
    ownsProcess: true,
  });
});
