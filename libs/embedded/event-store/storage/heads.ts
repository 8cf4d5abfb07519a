import type pg from 'pg';
import { readRecord } from '../protocol/record.js';
import { TOMBSTONE_REVISION } from './schema.js';

/** What a stream's metadata says of its truncation. */
export type Truncation = {
  /** `$tb`: revisions below it are gone. */
  before: number;
  maxCount: number;
  /** Milliseconds. */
  maxAge: number;
  softDeleted: boolean;
};

export const NOT_TRUNCATED: Truncation = { before: 0, maxCount: Infinity, maxAge: Infinity, softDeleted: false };

/** The state of a stream that appends and reads decide by. */
export type Head = {
  /** Of the last event; -1 when there has never been one. */
  revision: number;
  /** Position of that last event. */
  position: number;
  tombstoned: boolean;
  hasMetadata: boolean;
  truncation: Truncation;
};

export const NO_HEAD: Head = {
  revision: -1,
  position: 0,
  tombstoned: false,
  hasMetadata: false,
  truncation: NOT_TRUNCATED,
};

export const isMetastream = (stream: string): boolean => stream.startsWith('$$');
export const metastreamOf = (stream: string): string => `$$${stream}`;
export const originalOf = (metastream: string): string => metastream.slice(2);

export const SOFT_DELETED_METADATA = Buffer.from(`{"$tb":${TOMBSTONE_REVISION}}`);
/** As text: the number is beyond what a double holds. */
const SOFT_DELETED = new RegExp(`"\\$tb"\\s*:\\s*${TOMBSTONE_REVISION}(?!\\d)`);

/** Reads stream metadata; anything that it does not understand leaves the stream whole. */
export function readTruncation(json: Buffer): Truncation {
  const text = json.toString('utf8');
  if (SOFT_DELETED.test(text)) return { ...NOT_TRUNCATED, before: Infinity, softDeleted: true };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return NOT_TRUNCATED;
  }
  if (typeof parsed !== 'object' || parsed === null) return NOT_TRUNCATED;
  const value = (key: string, otherwise: number): number => {
    const found: unknown = Reflect.get(parsed, key);
    return typeof found === 'number' && found >= 0 ? found : otherwise;
  };
  return {
    before: value('$tb', 0),
    maxCount: value('$maxCount', Infinity) || Infinity,
    maxAge: (value('$maxAge', Infinity) || Infinity) * 1_000,
    softDeleted: false,
  };
}

/** The first revision that is to be seen, by count and by `$tb`. A metastream shows its last event alone. */
export function firstVisible(stream: string, head: Head): number {
  const maxCount = isMetastream(stream) ? Math.min(1, head.truncation.maxCount) : head.truncation.maxCount;
  return Math.max(head.truncation.before, maxCount === Infinity ? 0 : head.revision - maxCount + 1, 0);
}

const LOOK_UP = `
select s.name, e.revision, e.position, m.record
from unnest($1::text[]) as s(name)
left join lateral (
  select revision, position from event_store.events where stream = s.name order by revision desc limit 1
) e on true
left join lateral (
  select record from event_store.events where stream = '$$' || s.name order by revision desc limit 1
) m on true`;

type LookUpRow = { name: string; revision: string | null; position: string | null; record: Buffer | null };

async function lookUp(client: pg.ClientBase | pg.Pool, streams: readonly string[]): Promise<Map<string, Head>> {
  const { rows } = await client.query<LookUpRow>({ name: 'heads', text: LOOK_UP, values: [streams] });
  const heads = new Map<string, Head>();
  for (const { name, revision, position, record } of rows) {
    heads.set(name, {
      revision: revision === null ? -1 : Number(revision),
      position: position === null ? 0 : Number(position),
      tombstoned: revision === TOMBSTONE_REVISION,
      hasMetadata: record !== null,
      truncation: record === null ? NOT_TRUNCATED : readTruncation(readRecord(record).data),
    });
  }
  return heads;
}

/**
 * The heads of the streams used last, within a bound. The writer alone says what is true; a reader's find is kept only
 * when nothing was written while it looked.
 */
export class Heads {
  private readonly cached = new Map<string, Head>();
  /** Counts what the writer has done, to tell whether something was written meanwhile. */
  private generation = 0;
  private writing = false;

  constructor(private readonly limit = 50_000) {}

  get(stream: string): Head | undefined {
    return this.cached.get(stream);
  }

  beginWrite(): void {
    this.writing = true;
    this.generation++;
  }

  endWrite(written: Iterable<[string, Head]>): void {
    for (const [stream, head] of written) this.keep(stream, head);
    this.writing = false;
  }

  /** After a write with an unknown end. */
  forgetAll(): void {
    this.cached.clear();
    this.generation++;
    this.writing = false;
  }

  private keep(stream: string, head: Head): void {
    this.cached.delete(stream);
    this.cached.set(stream, head);
    if (this.cached.size <= this.limit) return;
    for (const oldest of this.cached.keys()) {
      this.cached.delete(oldest);
      break;
    }
  }

  /** For the writer, between two writes: adds to `into` those of the streams that it lacks. */
  async load(client: pg.ClientBase, streams: Iterable<string>, into: Map<string, Head>): Promise<void> {
    const missing: string[] = [];
    for (const stream of streams) {
      if (into.has(stream)) continue;
      const head = this.cached.get(stream);
      if (head === undefined) missing.push(stream);
      else into.set(stream, head);
    }
    if (missing.length === 0) return;
    for (const [stream, head] of await lookUp(client, missing)) into.set(stream, head);
  }

  /** For readers, at any time. */
  async read(pool: pg.Pool, stream: string): Promise<Head> {
    const known = this.cached.get(stream);
    if (known !== undefined) return known;
    const before = this.writing ? undefined : this.generation;
    const head = (await lookUp(pool, [stream])).get(stream) ?? NO_HEAD;
    if (before === this.generation && !this.writing) this.keep(stream, head);
    return head;
  }
}
