import { parentPort, workerData } from 'node:worker_threads';
import { LogWriter, serveWriter } from '../../libs/event-log/threads.js';
import { openJournal } from '../journal.js';

/* The thread that appends to the log for the API. */

const { eventStoreUrl } = workerData as { eventStoreUrl: string };
if (parentPort) serveWriter(parentPort, LogWriter.connect({ url: eventStoreUrl, log: openJournal('api') }));
