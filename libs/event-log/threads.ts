/* What threads that have the client for others load: that alone, without the keys of people and their database. */
export { serveFeed } from './feed-port.js';
export { LogFeed } from './log-feed.js';
export { LogWriter } from './log-writer.js';
export { serveWriter } from './writer-port.js';
