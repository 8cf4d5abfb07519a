export type { EventStoreOptions, EventStoreServer, Log } from './options.js';
export { startEventStore } from './server.js';
export { DatabaseInUse } from './storage/writer-session.js';
