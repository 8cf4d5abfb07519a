import { createHash } from 'node:crypto';
import { invalid } from '../kernel/index.js';

/** A page of a list; `next` is the cursor of the next page, or null. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** What every list takes. */
export interface Paging {
  /** 1 to 1,000; default 100. */
  readonly limit?: number | undefined;
  /** `next` of the page before, of the same query. */
  readonly cursor?: string | undefined;
}

const greatest = 1_000;

export function limitOf({ limit = 100 }: Paging): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > greatest) {
    throw invalid('INVALID_LIMIT', `A page has 1 to ${greatest} items.`, [
      { path: 'limit', message: `an integer from 1 to ${greatest}` },
    ]);
  }
  return limit;
}

/** Cursors name the last row of a page by its sort keys, and the query that they belong to. */
export class Cursors {
  private readonly query: string;

  /** @param query everything but the page that decides on what is listed, and in which order */
  constructor(query: object) {
    const stable = JSON.stringify(
      Object.entries(query)
        .filter(([, value]) => value !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    this.query = digestOf(stable);
  }

  write(keys: readonly (string | number)[]): string {
    return Buffer.from(JSON.stringify([this.query, this.digest(keys), ...keys])).toString('base64url');
  }

  /** Of the keys: one that was changed on the way is no text that the database understands. */
  private readonly digest = (keys: readonly unknown[]): string => digestOf(JSON.stringify([this.query, ...keys]));

  /** @throws Refusal `INVALID_CURSOR` for a cursor that is malformed or of another query */
  read(cursor: string | undefined, kinds: readonly ('string' | 'number')[]): readonly (string | number)[] | undefined {
    if (cursor === undefined) return undefined;
    const parts = parsed(cursor);
    if (!Array.isArray(parts)) throw refusedCursor('It is malformed.');
    const [query, digest, ...keys] = parts as readonly unknown[];
    if (query !== this.query) throw refusedCursor('It belongs to another query or order.');
    if (
      digest !== this.digest(keys) ||
      keys.length !== kinds.length ||
      keys.some((key, index) => typeof key !== kinds[index])
    ) {
      throw refusedCursor('It is malformed.');
    }
    return keys as readonly (string | number)[];
  }

  /** The page that `rows` are, of which one more than `limit` was asked for. */
  page<R, T>(
    rows: readonly R[],
    limit: number,
    item: (row: R) => T,
    keys: (row: R) => readonly (string | number)[],
  ): Page<T> {
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return { items: shown.map(item), next: rows.length > limit && last ? this.write(keys(last)) : null };
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const refusedCursor = (why: string): Error =>
  invalid('INVALID_CURSOR', `The cursor cannot be used. ${why}`, [
    {
      path: 'cursor',
      message: 'cursor must be the `next` of a page of the same query; leave it out for the first page.',
    },
  ]);
