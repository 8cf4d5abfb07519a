import { runChild } from '../../apps/child.js';
import { startReading } from '../../apps/projector/reading-thread.js';
import { readServiceSettings } from '../../apps/settings.js';

/** The projector with the read models that KRONIEK_BENCH_READ_MODELS names: as if there were no others yet. */
runChild(async () => {
  const named = new Set((process.env['KRONIEK_BENCH_READ_MODELS'] ?? '').split(','));
  const { databaseUrl, eventStoreUrl, masterKey } = readServiceSettings();
  const log = (level: string, message: string): void => {
    if (level !== 'info') process.stderr.write(`${message}\n`);
  };
  const thread = startReading(eventStoreUrl);
  const [{ startProjector }, { projections }] = await Promise.all([
    import('../../apps/projector/projector.js'),
    import('../../projections/index.js'),
  ]);
  const readModels = projections.filter(({ name }) => named.has(name));
  const projector = await startProjector({
    databaseUrl,
    eventStoreUrl,
    masterKey,
    log,
    readModels,
    reading: thread.worker,
  });
  return {
    stop: async () => {
      await projector.stop();
      await thread.stop();
    },
  };
});
