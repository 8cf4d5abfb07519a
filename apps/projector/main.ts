import { runChild } from '../child.js';
import { isStoreAway } from '../engine.js';
import { openJournal } from '../journal.js';
import { readServiceSettings } from '../settings.js';
import { startProjector } from './projector.js';

/** The projector as a process of its own. */
runChild(async () => {
  const { databaseUrl, eventStoreUrl, masterKey } = readServiceSettings();
  return startProjector({
    databaseUrl,
    eventStoreUrl,
    masterKey,
    log: openJournal('projector', isStoreAway),
  });
});
