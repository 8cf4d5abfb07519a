import { runChild } from '../child.js';
import { readServiceSettings } from '../settings.js';
import { startReading } from './reading-thread.js';

/** The projector as a process of its own. */
runChild(async () => {
  const { databaseUrl, eventStoreUrl, masterKey } = readServiceSettings();
  const thread = startReading(eventStoreUrl);
  // Both load their modules at once: a good part of a start is that.
  const [{ isStoreAway }, { openJournal }, { startProjector }] = await Promise.all([
    import('../engine.js'),
    import('../journal.js'),
    import('./projector.js'),
  ]);
  const log = openJournal('projector', isStoreAway);
  const projector = await startProjector({ databaseUrl, eventStoreUrl, masterKey, log, reading: thread.worker });
  return {
    stop: async () => {
      await projector.stop();
      await thread.stop();
    },
  };
});
