import { randomUUID } from 'node:crypto';
import { LAST_REVISION, recordBound, writeRecord } from '../protocol/record.js';
import type { Proposal } from '../protocol/requests.js';
import { RowEncoder } from './copy.js';
import {
  type Head,
  NOT_TRUNCATED,
  NO_HEAD,
  SOFT_DELETED_METADATA,
  isMetastream,
  metastreamOf,
  originalOf,
  readTruncation,
} from './heads.js';
import type { Known } from './append-rules.js';
import { TOMBSTONE_REVISION } from './schema.js';
import type { Committed } from './tail.js';

const LARGEST_BIGINT = BigInt(TOMBSTONE_REVISION);
const EMPTY = Buffer.alloc(0);

type Row = Proposal & { stream: string; revision: number; position: number };

const serverEvent = (type: string, data: Buffer): Proposal => ({
  id: randomUUID(),
  type,
  contentType: 'application/json',
  metadata: EMPTY,
  data,
});

/** The writes that will share one commit, and the heads as they will stand after it. Nothing here is true until then. */
export class Group {
  private readonly rows: Row[] = [];
  private readonly changed = new Map<string, Head>();
  /** Rows of this group by stream, for appends behind them in the same group. */
  private readonly rowsOf = new Map<string, Row[]>();

  constructor(
    private readonly heads: ReadonlyMap<string, Head>,
    private position: number,
    private readonly created: number,
  ) {}

  head(stream: string): Head {
    return this.changed.get(stream) ?? this.heads.get(stream) ?? NO_HEAD;
  }

  get isEmpty(): boolean {
    return this.rows.length === 0;
  }

  get changes(): ReadonlyMap<string, Head> {
    return this.changed;
  }

  /** What this group itself has put into a stream. */
  writtenTo(stream: string): readonly Known[] {
    return this.rowsOf.get(stream) ?? [];
  }

  /** Appends to the end; a soft-deleted stream comes back with what is appended alone. */
  append(stream: string, events: readonly Proposal[]): Head {
    if (events.length > 0 && this.head(stream).truncation.softDeleted) {
      const before = Buffer.from(`{"$tb":${this.head(stream).revision + 1}}`);
      this.put(metastreamOf(stream), serverEvent('$metadata', before));
    }
    for (const event of events) this.put(stream, event);
    return this.head(stream);
  }

  softDelete(stream: string): number {
    return this.put(metastreamOf(stream), serverEvent('$metadata', SOFT_DELETED_METADATA));
  }

  tombstone(stream: string): number {
    const position = this.put(stream, serverEvent('$streamDeleted', EMPTY), LAST_REVISION);
    this.changed.set(stream, { ...this.head(stream), tombstoned: true });
    return position;
  }

  private put(stream: string, event: Proposal, at?: number): number {
    const head = this.head(stream);
    const { id, type, contentType, metadata, data } = event;
    const revision = at ?? head.revision + 1;
    const row: Row = { id, type, contentType, metadata, data, stream, revision, position: ++this.position };
    this.rows.push(row);
    const rows = this.rowsOf.get(stream);
    if (rows === undefined) this.rowsOf.set(stream, [row]);
    else rows.push(row);
    const { tombstoned, hasMetadata, truncation: kept } = head;
    this.changed.set(stream, { revision, position: row.position, tombstoned, hasMetadata, truncation: kept });
    if (isMetastream(stream)) {
      const original = originalOf(stream);
      const truncation = event.type === '$metadata' ? readTruncation(event.data) : NOT_TRUNCATED;
      this.changed.set(original, { ...this.head(original), hasMetadata: true, truncation });
    }
    return row.position;
  }

  /** The rows for PostgreSQL, and the same events for those who follow the end of the log. */
  encode(): { rows: Buffer; committed: Committed[] } {
    let size = RowEncoder.OVERHEAD;
    for (const row of this.rows) size += RowEncoder.ROW_OVERHEAD + 3 * row.stream.length + recordBound(row);
    const encoder = new RowEncoder(Buffer.allocUnsafe(size));
    const committed = this.rows.map((row) => {
      const { stream, position, revision, type } = row;
      const stored = revision === LAST_REVISION ? LARGEST_BIGINT : revision;
      const record = encoder.add(position, stream, stored, row.id, (target, start) =>
        writeRecord(target, start, row, this.created),
      );
      return { position, stream, revision, type, record };
    });
    return { rows: encoder.finish(), committed };
  }
}
