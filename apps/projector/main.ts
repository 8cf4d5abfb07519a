import { pino } from 'pino';
import { runChild } from '../child.js';
import { readServiceSettings } from '../settings.js';
import { startProjector } from './projector.js';

/** The projector as a process of its own. */
runChild(async () => {
  const { databaseUrl, eventStoreUrl, masterKey } = readServiceSettings();
  const journal = pino({ name: 'projector', base: null });
  return startProjector({
    databaseUrl,
    eventStoreUrl,
    masterKey,
    log: (level, message, fields) => journal[level](fields ?? {}, message),
  });
});
