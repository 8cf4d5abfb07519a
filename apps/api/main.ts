import { pino } from 'pino';
import { runChild } from '../child.js';
import { readServiceSettings } from '../settings.js';
import { startApi } from './api.js';

/** The API as a process of its own. */
runChild(async () => {
  const { databaseUrl, eventStoreUrl, masterKey, port, host, adminKey } = readServiceSettings();
  const journal = pino({ name: 'api', base: null });
  return startApi({
    databaseUrl,
    eventStoreUrl,
    masterKey,
    port,
    host,
    adminKey,
    log: (level, message, fields) => journal[level](fields ?? {}, message),
  });
});
