export type { Log } from './connection.js';
export { deriveId } from './derived-id.js';
export {
  type AppendContext,
  type Hashed,
  type StoredMetadata,
  type StreamHead,
  hashOf,
  sealedKey,
} from './envelope.js';
export {
  StoreRefused,
  StoreUnavailable,
  UnknownEventType,
  UnknownSchema,
  UnreadableEvent,
  WrongRevision,
} from './errors.js';
export { gathering } from './gathering.js';
export { type Appended, EventLog, type EventLogOptions, type LoadedStream, type NewFact } from './event-log.js';
export { type Port, PortFeed } from './feed-port.js';
export type { Writer } from './log-writer.js';
export { type Closed, PersonalKeys } from './personal-keys.js';
export { PortWriter } from './writer-port.js';
