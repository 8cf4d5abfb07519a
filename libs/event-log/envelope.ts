import { hash as digest } from 'node:crypto';
import * as rfc8785 from 'canonicalize';
import { type Actor, type Instant, type Position, type Sealed, invalid } from '../kernel/index.js';
import { deriveId } from './derived-id.js';

/** The package's types describe another module system than it has. */
const canonicalize = rfc8785.default as unknown as (value: unknown) => string;

/** Where a stream stands. Of a new stream there is none: `null`. */
export interface StreamHead {
  readonly revision: number;
  /** Hash of the last event: hex SHA-256. */
  readonly hash: string;
  readonly occurredAt: Instant;
  readonly position: Position;
}

/** What a command gives to each event that it causes. */
export interface AppendContext {
  readonly commandId: string;
  readonly occurredAt: Instant;
  readonly actor: Actor;
  readonly correlationId: string;
}

/** Under this key the sealed personal fields lie beside the open ones. */
export const sealedKey = '$sealed';

/** The data of an event as it is stored. */
export type StoredData = Readonly<Record<string, unknown>> & { readonly [sealedKey]?: Sealed };

/** The metadata of an event as it is stored. All of it is on disk: compensate, never change. */
export interface StoredMetadata {
  readonly $correlationId: string;
  /** The id of the command. */
  readonly $causationId: string;
  readonly actor: Actor;
  readonly occurredAt: Instant;
  /** Version of the type's shape. */
  readonly schema: number;
  /** Hash of the event before it in the stream; `null` for the first. */
  readonly previousHash: string | null;
  readonly hash: string;
}

/** What a hash is taken over. A `hash` in the metadata is left out. */
export interface Hashed {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly metadata: object;
}

/** Hash of an event over its own stored content: hex SHA-256 of its RFC 8785 canonical JSON. */
export const hashOf = ({ data, metadata, ...place }: Hashed): string =>
  sha256(canonicalForm(place, canonicalize(data), canonicalize({ ...metadata, hash: undefined })));

/** RFC 8785 of the whole event, of parts that are in that form already: the members stand in the order of their names. */
function canonicalForm(
  { stream, revision, id, type }: Omit<Hashed, 'data' | 'metadata'>,
  data: string,
  metadata: string,
): string {
  const [ofId, ofStream, ofType] = [id, stream, type].map((text) => JSON.stringify(text));
  return `{"data":${data},"id":${ofId},"metadata":${metadata},"revision":${revision},"stream":${ofStream},"type":${ofType}}`;
}

const sha256 = (text: string): string => digest('sha256', text);

/** A fact with its personal fields already sealed. */
export interface Draft {
  readonly type: string;
  readonly schema: number;
  readonly data: StoredData;
}

/** An event as it will be stored. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  /** RFC 8785 canonical JSON. */
  readonly data: string;
  /** JSON. */
  readonly metadata: string;
}

/** The store takes 1 MiB an append; what it counts besides the canonical form stays below this. */
const largestAppend = 1024 * 1024;
const uncounted = 256;

/**
 * Builds the events of one append, chained by their hashes. Built once: a repetition sends the same objects. Ids are
 * derived from the command and all that is recorded, so that the store takes for a repetition only what has the same
 * content and hence the same hash. A command that comes again later, at another instant, or sealed anew, is told by its
 * own id in the stream. `hash` is the last one's.
 */
export function proposeEvents(
  stream: string,
  head: StreamHead | null,
  drafts: readonly Draft[],
  context: AppendContext,
): { readonly events: ProposedEvent[]; readonly hash: string } {
  let revision = head?.revision ?? -1;
  let last = head?.hash;
  let size = 0;
  const events = drafts.map(({ type, schema, data }, index): ProposedEvent => {
    assertJson(data, type);
    revision += 1;
    // In the order of their names, so that this is its RFC 8785 form already.
    const metadata: Omit<StoredMetadata, 'hash'> = {
      $causationId: context.commandId,
      $correlationId: context.correlationId,
      actor: { id: context.actor.id, role: context.actor.role },
      occurredAt: context.occurredAt,
      previousHash: last ?? null,
      schema,
    };
    const [content, about] = [canonicalize(data), JSON.stringify(metadata)];
    const id = deriveId(`${stream}/${String(index)}/${type}${content}${about}`, context.commandId);
    const canonical = canonicalForm({ stream, revision, id, type }, content, about);
    size += Buffer.byteLength(canonical) + uncounted;
    if (size > largestAppend) throw tooLarge();
    const hash = sha256(canonical);
    last = hash;
    return { id, type, data: content, metadata: `${about.slice(0, -1)},"hash":"${hash}"}` };
  });
  return { events, hash: last ?? '' };
}

/** What one command records is more than the store takes at once. */
export const tooLarge = () => invalid('EVENT_TOO_LARGE', 'What is to be recorded is larger than 1 MiB.');

/** The client never settles on a BigInt, and silently drops or changes what JSON does not have. */
function assertJson(value: unknown, path: string): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (typeof value !== 'object') {
    throw new TypeError(`${path} is of a type that JSON does not have: ${kindOf(value)}.`);
  }
  if (Array.isArray(value)) {
    for (const item of value) assertJson(item, `${path}[]`);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) assertJson(member, `${path}.${name}`);
  }
}

/** Never the value itself: it may be personal. */
const kindOf = (value: unknown): string => (typeof value === 'number' ? 'not a finite number' : typeof value);
