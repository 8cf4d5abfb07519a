import { runChild } from '../child.js';
import { isStoreAway } from '../engine.js';
import { openJournal } from '../journal.js';
import { readServiceSettings } from '../settings.js';
import { startProjector } from './projector.js';
import { startReading } from './reading-thread.js';

/** The projector as a process of its own. */
runChild(async () => {
  const { databaseUrl, eventStoreUrl, masterKey } = readServiceSettings();
  const thread = startReading(eventStoreUrl);
  const projector = await startProjector({
    databaseUrl,
    eventStoreUrl,
    masterKey,
    log: openJournal('projector', isStoreAway),
    reading: thread.feed,
  });
  return {
    stop: async () => {
      await projector.stop();
      await thread.stop();
    },
  };
});
