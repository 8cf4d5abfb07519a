import type { Settings } from '../../settings.js';
import { Complaint } from '../complaint.js';
import { type Progress, progressBar } from '../progress.js';
import type { DataFolder } from './data-folder.js';
import type { Addresses } from './supervisor.js';
import { terminal } from './terminal.js';

/**
 * Loads the sample data on the first run, through the API like anybody's data. A first run that was killed goes on with
 * it on the next. Never into servers of others, and never in the way of what runs: without the sample it runs as well.
 *
 * @returns whether nothing of it is left to load
 */
export async function loadSampleOnce(
  settings: Settings,
  folder: DataFolder,
  addresses: Addresses,
  signal: AbortSignal,
): Promise<boolean> {
  const embedded = settings.databaseUrl === undefined && settings.eventStoreUrl === undefined;
  const now = embedded ? folder.sampleDue(settings.sample) : undefined;
  if (now === undefined || !settings.sample) return true;
  const key = settings.adminKey ?? addresses.adminKey;
  if (key === undefined) {
    terminal.said('Sample data', 'is not complete: start once with an admin key in KRONIEK_ADMIN_KEY');
    return false;
  }
  const { loadSample } = await import('../sample/index.js');
  let bar: Progress | undefined;
  try {
    await loadSample({
      url: addresses.api,
      key,
      now,
      signal,
      onProgress: ({ done, total }) => {
        bar ??= progressBar(total);
        bar.show(done, `${String(done)} facts of sample data`);
      },
    });
    bar?.stop();
    if (signal.aborted) return false;
    folder.sampleIsLoaded();
    terminal.ready('Sample data', 'three years of about 300 customers (none: KRONIEK_SAMPLE=off on the first start)');
    return true;
  } catch (error) {
    bar?.stop();
    if (signal.aborted) return false;
    if (!(error instanceof Complaint)) throw error;
    terminal.said('Sample data', `is not complete, the next start goes on with it: ${error.message}`);
    return false;
  }
}
