import { runChild } from '../../apps/child.js';
import { startProjector } from '../../apps/projector/projector.js';
import { readServiceSettings } from '../../apps/settings.js';
import { projections } from '../../projections/index.js';

/** The projector with the read models that KRONIEK_BENCH_READ_MODELS names: as if there were no others yet. */
runChild(async () => {
  const named = new Set((process.env['KRONIEK_BENCH_READ_MODELS'] ?? '').split(','));
  const { databaseUrl, eventStoreUrl, masterKey } = readServiceSettings();
  const log = (level: string, message: string): void => {
    if (level !== 'info') process.stderr.write(`${message}\n`);
  };
  return startProjector(
    { databaseUrl, eventStoreUrl, masterKey, log },
    projections.filter(({ name }) => named.has(name)),
  );
});
