import { parentPort, workerData } from 'node:worker_threads';
import { domainCatalogue } from '../../libs/domain/index.js';
import { LogFeed, serveFeed } from '../../libs/event-log/threads.js';
import { openJournal } from '../journal.js';

/* The thread that reads the log for the projector. */

const { eventStoreUrl } = workerData as { eventStoreUrl: string };
if (parentPort) {
  serveFeed(
    parentPort,
    LogFeed.connect({ url: eventStoreUrl, catalogue: domainCatalogue, log: openJournal('projector') }),
  );
}
