import type { RecordedEvent as ClientEvent } from '@eventstore/db-client';
import {
  type DeclaredType,
  type EventCatalogue,
  type Instant,
  type RecordedEvent,
  type Sealed,
  categoryOf,
} from '../kernel/index.js';
import { type StoredMetadata, type StreamHead, sealedKey } from './envelope.js';
import { UnknownEventType, UnknownSchema, UnreadableEvent } from './errors.js';

/** An event as the client hands it over. */
export type StoredEvent = ClientEvent;

export const positionOf = (event: StoredEvent): bigint => event.position?.commit ?? 0n;

/** How a stored event is declared. A type that nobody declares, or that stands in a foreign stream, is an error. */
export function declarationOf(catalogue: EventCatalogue, event: StoredEvent): DeclaredType {
  const declared = catalogue.get(event.type);
  if (declared?.category !== categoryOf(event.streamId)) {
    throw new UnknownEventType(event.type, event.streamId, Number(event.revision), positionOf(event));
  }
  return declared;
}

/** The event as the product knows it: its newest shape, the personal fields still sealed. */
export function recorded(event: StoredEvent, declared: DeclaredType): RecordedEvent {
  const metadata = metadataOf(event);
  const { open, sealed } = contentOf(event);
  return {
    id: event.id,
    stream: event.streamId,
    revision: Number(event.revision),
    position: positionOf(event),
    type: event.type,
    data: metadata.schema === declared.schema ? open : upcast(event, declared, metadata.schema, open),
    ...(sealed && { sealed }),
    occurredAt: metadata.occurredAt,
    recordedAt: recordedAt(event),
    actor: metadata.actor,
    correlationId: metadata.$correlationId,
    causationId: metadata.$causationId,
  };
}

/** The head of a stream whose last event this is. */
export function headAt(event: StoredEvent): StreamHead {
  const { hash, occurredAt } = metadataOf(event);
  return { revision: Number(event.revision), hash, occurredAt, position: positionOf(event) };
}

/** When the store recorded it. */
const recordedAt = (event: StoredEvent): Instant => event.created.toISOString();

function metadataOf(event: StoredEvent): StoredMetadata {
  const metadata = event.metadata as Partial<StoredMetadata> | undefined;
  if (typeof metadata?.hash !== 'string' || typeof metadata.schema !== 'number' || !metadata.occurredAt) {
    throw unreadable(event, 'its metadata are not those of an event of this product.');
  }
  return metadata as StoredMetadata;
}

function contentOf(event: StoredEvent): { open: object; sealed: Sealed | undefined } {
  const data: unknown = event.data;
  if (!event.isJson || data === null || typeof data !== 'object') throw unreadable(event, 'its data are not JSON.');
  if (!(sealedKey in data)) return { open: data, sealed: undefined };
  const { [sealedKey]: sealed, ...open } = data;
  return { open, sealed: sealed as Sealed };
}

function upcast(event: StoredEvent, declared: DeclaredType, from: number, open: object): object {
  let data = open;
  for (let schema = from; schema !== declared.schema; schema += 1) {
    const step = schema < declared.schema ? declared.upcast[schema] : undefined;
    if (!step) {
      const at = positionOf(event);
      throw new UnknownSchema(event.type, event.streamId, Number(event.revision), at, from, declared.schema);
    }
    data = step(data);
  }
  return data;
}

const unreadable = (event: StoredEvent, reason: string): UnreadableEvent =>
  new UnreadableEvent(event.type, event.streamId, Number(event.revision), positionOf(event), reason);
