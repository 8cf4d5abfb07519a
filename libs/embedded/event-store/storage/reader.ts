import type pg from 'pg';
import pgModule from 'pg';
import { readRecord, typeOf } from '../protocol/record.js';
import { copyOut } from './copy.js';
import { type Heads, firstVisible } from './heads.js';
import type { Tail } from './tail.js';

/** An event as it is stored; `stream` and `type` are there when they were at hand. */
export type StoredEvent = { position: number; revision: number; record: Buffer; stream?: string; type?: string };

export type Page = { events: StoredEvent[]; more: boolean };

/** What a page should come to; a page holds at least one event, however large. */
const PAGE_BYTES = 512 * 1024;
const MOST_PAGE_BYTES = 8 * 1024 * 1024;
const MOST_PAGE_EVENTS = 2_000;
const LINK_TYPE = '$>';
const LARGEST = 9_007_199_254_740_991;

const LINKED = `
select e.stream, e.revision, e.record
from unnest($1::text[], $2::bigint[]) as s(stream, revision)
join event_store.events e on e.stream = s.stream and e.revision = s.revision`;

type LinkedRow = { stream: string; revision: string; record: Buffer };

/** Reads committed events from PostgreSQL, a bounded page at a time. */
export class Reader {
  private averageBytes = 1_000;

  constructor(
    readonly pool: pg.Pool,
    readonly heads: Heads,
    readonly tail: Tail,
    private readonly now: () => number,
  ) {}

  /** Forwards: `from` and what is behind it, up to `to`. */
  allForwards(from: number, to: number, limit: number): Promise<Page> {
    return this.page(`position >= ${integer(from)} and position <= ${integer(to)} order by position`, limit);
  }

  /** Backwards: what is before `before`. */
  allBackwards(before: number, limit: number): Promise<Page> {
    return this.page(`position < ${integer(before)} order by position desc`, limit);
  }

  /** A stretch of a stream, both ends included; in the order of `backwards`. */
  stretch(stream: string, from: number, to: number, backwards: boolean, limit: number): Promise<Page> {
    const order = backwards ? 'desc' : 'asc';
    const range = `revision >= ${integer(from)} and revision <= ${integer(to)}`;
    return this.page(`stream = ${pgModule.escapeLiteral(stream)} and ${range} order by revision ${order}`, limit);
  }

  private async page(where: string, limit: number): Promise<Page> {
    const size = Math.max(1, Math.min(limit, MOST_PAGE_EVENTS, Math.floor(PAGE_BYTES / this.averageBytes)));
    const events: StoredEvent[] = [];
    let bytes = 0;
    let skipped = 0;
    const client = await this.pool.connect();
    let failure: Error | undefined;
    try {
      const select = `select position, revision, record from event_store.events where ${where} limit ${size}`;
      await copyOut(client, select, (position, revision, record) => {
        // Larger events than those before: what goes beyond the bound is read again with the next page.
        if (bytes > MOST_PAGE_BYTES) {
          skipped++;
          return;
        }
        bytes += record.length;
        events.push({ position, revision, record: Buffer.from(record) });
      });
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      throw failure;
    } finally {
      client.release(failure);
    }
    if (events.length > 0) this.averageBytes = Math.max(200, 0.5 * this.averageBytes + (0.5 * bytes) / events.length);
    return { events, more: skipped > 0 || events.length === size };
  }

  /** The instant before which events of a stream with this `$maxAge` are gone. */
  oldest(maxAge: number): number {
    return maxAge === Infinity ? -Infinity : this.now() - maxAge;
  }

  /** The targets of the links among these events, by the link's position; those that lead nowhere are not in it. */
  async targets(events: readonly StoredEvent[]): Promise<Map<number, Buffer>> {
    const wanted = new Map<number, { stream: string; revision: number }>();
    for (const { position, record, type } of events) {
      if ((type ?? typeOf(record)) !== LINK_TYPE) continue;
      const target = parseLink(readRecord(record).data.toString('utf8'));
      if (target !== undefined && (await this.isVisible(target.stream, target.revision))) wanted.set(position, target);
    }
    const found = new Map<number, Buffer>();
    if (wanted.size === 0) return found;
    const targets = [...wanted.values()];
    const { rows } = await this.pool.query<LinkedRow>({
      name: 'linked',
      text: LINKED,
      values: [targets.map(({ stream }) => stream), targets.map(({ revision }) => revision)],
    });
    const records = new Map(rows.map((row) => [`${row.revision}@${row.stream}`, row.record]));
    for (const [position, { stream, revision }] of wanted) {
      const record = records.get(`${revision}@${stream}`);
      if (record !== undefined) found.set(position, record);
    }
    return found;
  }

  private async isVisible(stream: string, revision: number): Promise<boolean> {
    const head = await this.heads.read(this.pool, stream);
    return !head.tombstoned && !head.truncation.softDeleted && revision >= firstVisible(stream, head);
  }
}

export const isLink = (event: StoredEvent): boolean => (event.type ?? typeOf(event.record)) === LINK_TYPE;

/** `revision@stream`. */
function parseLink(text: string): { stream: string; revision: number } | undefined {
  const at = text.indexOf('@');
  const revision = text.slice(0, at);
  if (at < 1 || !/^\d{1,15}$/.test(revision) || text.includes('\0')) return undefined;
  return { stream: text.slice(at + 1), revision: Number(revision) };
}

/** As SQL; what is beyond every event stays beyond it. */
function integer(value: number): string {
  return String(Math.max(0, Math.min(Math.floor(value), LARGEST)));
}
