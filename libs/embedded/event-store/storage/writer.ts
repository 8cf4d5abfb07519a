import type pg from 'pg';
import type { Expected, Proposal } from '../protocol/requests.js';
import { type Known, judge, judgeDeletion } from './append-rules.js';
import { copyIn } from './copy.js';
import { Group } from './group.js';
import { type Head, type Heads, isMetastream, metastreamOf, originalOf } from './heads.js';
import type { Tail } from './tail.js';
import type { WriterSession } from './writer-session.js';

export type Outcome =
  | { kind: 'success'; revision: number; position: number | undefined }
  | { kind: 'wrong-version'; current: number }
  | { kind: 'deleted' }
  | { kind: 'timeout' }
  | { kind: 'unavailable' };

export type Write = {
  stream: string;
  expected: Expected;
  change: { kind: 'append'; events: Proposal[] } | { kind: 'soft-delete' } | { kind: 'tombstone' };
  /** How much memory it holds. */
  bytes: number;
  /** Not to be begun after this instant, in milliseconds since 1970. */
  deadline?: number | undefined;
  /** Called once; for a success, when PostgreSQL has the events on disk. */
  done: (outcome: Outcome) => void;
};

const MOST_WRITES = 4_096;
const MOST_BYTES = 4 * 1024 * 1024;
/** From here on those who bring more are asked to wait. */
const FULL_BYTES = 16 * 1024 * 1024;

/** What PostgreSQL calls `commit_delay`. */
const GATHER_MS = 1;

const UNAVAILABLE: Outcome = { kind: 'unavailable' };

const KNOWN_IDS = `
select e.stream, e.event_id, e.revision, e.position
from unnest($1::uuid[], $2::text[]) as s(event_id, stream)
join event_store.events e on e.event_id = s.event_id and e.stream = s.stream`;

const AT_REVISIONS = `
select stream, event_id, revision, position from event_store.events
where stream = $1 and revision >= $2 and revision < $3 order by revision`;

type KnownRow = { stream: string; event_id: string; revision: string; position: string };

/**
 * The only one who writes, one group at a time: whatever came while the last group was being committed shares the next
 * commit. So positions are in commit order, and nobody ever sees a later event before an earlier one.
 */
export class Writer {
  private queue: Write[] = [];
  private queuedBytes = 0;
  private running = false;
  private closed = false;
  private lastGroup = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly session: WriterSession,
    private readonly heads: Heads,
    private readonly tail: Tail,
    private readonly now: () => number,
  ) {}

  get isFull(): boolean {
    return this.queuedBytes > FULL_BYTES;
  }

  /** Calls back once there is room again. */
  whenRoom(callback: () => void): void {
    if (this.isFull) this.waiting.push(callback);
    else callback();
  }

  submit(write: Write): void {
    if (this.closed || !this.session.isOpen) {
      write.done(UNAVAILABLE);
      return;
    }
    this.queue.push(write);
    this.queuedBytes += write.bytes;
    if (this.running) return;
    this.running = true;
    void this.gathered().then(() => this.run());
  }

  /** Takes no more; resolves when what was taken is done. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.running) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) {
      const group = this.take();
      this.lastGroup = group.length;
      try {
        await this.commit(group);
      } catch (error) {
        this.session.report(error);
        this.heads.forgetAll();
        for (const write of group) write.done(UNAVAILABLE);
        if (!(await this.session.recover())) this.refuseAll();
      }
      if (!this.isFull) for (const callback of this.waiting.splice(0)) callback();
      if (this.queue.length > 0) await this.gathered();
    }
    this.running = false;
  }

  /**
   * Until what is on its way has come in, to share the next commit: what has reached the socket at least. Where several
   * write at once, a moment more makes half as many commits; whoever writes alone does not wait.
   */
  private gathered(): Promise<void> {
    return new Promise((resume) => {
      if (this.lastGroup > 1) setTimeout(resume, GATHER_MS);
      else setImmediate(resume);
    });
  }

  private refuseAll(): void {
    this.queuedBytes = 0;
    for (const write of this.queue.splice(0)) write.done(UNAVAILABLE);
  }

  private take(): Write[] {
    let bytes = 0;
    let count = 0;
    while (count < this.queue.length && count < MOST_WRITES && (count === 0 || bytes < MOST_BYTES)) {
      bytes += this.queue[count]?.bytes ?? 0;
      count++;
    }
    this.queuedBytes -= bytes;
    return this.queue.splice(0, count);
  }

  private async commit(writes: readonly Write[]): Promise<void> {
    const client = this.session.client;
    const heads = await this.loadHeads(client, writes);
    const known = await this.loadIds(client, writes, heads);
    const created = this.session.nextInstant(this.now());
    const group = new Group(heads, this.session.position, created);
    const outcomes: Outcome[] = [];
    for (const write of writes) outcomes.push(await this.plan(client, group, write, known));

    if (!group.isEmpty) {
      const { rows, committed } = group.encode();
      this.heads.beginWrite();
      await copyIn(client, rows);
      this.session.position = committed.at(-1)?.position ?? this.session.position;
      this.heads.endWrite(group.changes);
      this.tail.publish(committed);
    }
    writes.forEach((write, index) => write.done(outcomes[index] ?? UNAVAILABLE));
  }

  private async loadHeads(client: pg.ClientBase, writes: readonly Write[]): Promise<Map<string, Head>> {
    const heads = new Map<string, Head>();
    const streams = new Set<string>();
    for (const { stream } of writes) {
      streams.add(stream);
      if (isMetastream(stream)) streams.add(originalOf(stream));
    }
    await this.heads.load(client, streams, heads);
    const metastreams = writes
      .filter(({ stream, change }) => change.kind === 'soft-delete' || heads.get(stream)?.truncation.softDeleted)
      .map(({ stream }) => metastreamOf(stream));
    // A soft delete and the append that revives the stream may share a group.
    if (metastreams.length > 0) await this.heads.load(client, metastreams, heads);
    return heads;
  }

  private async loadIds(
    client: pg.ClientBase,
    writes: readonly Write[],
    heads: ReadonlyMap<string, Head>,
  ): Promise<Map<string, Known>> {
    const ids: string[] = [];
    const streams: string[] = [];
    for (const { stream, expected, change } of writes) {
      if (change.kind !== 'append' || (expected !== 'any' && expected !== 'stream_exists')) continue;
      if ((heads.get(stream)?.revision ?? -1) < 0) continue;
      for (const { id } of change.events) {
        ids.push(id);
        streams.push(stream);
      }
    }
    const known = new Map<string, Known>();
    if (ids.length === 0) return known;
    const { rows } = await client.query<KnownRow>({ name: 'known-ids', text: KNOWN_IDS, values: [ids, streams] });
    for (const row of rows) known.set(`${row.event_id}${row.stream}`, toKnown(row));
    return known;
  }

  private async plan(
    client: pg.ClientBase,
    group: Group,
    { stream, expected, change, deadline }: Write,
    known: ReadonlyMap<string, Known>,
  ): Promise<Outcome> {
    if (deadline !== undefined && deadline <= this.now()) return { kind: 'timeout' };
    const head = group.head(stream);
    if (isMetastream(stream) && group.head(originalOf(stream)).tombstoned) return { kind: 'deleted' };
    if (change.kind !== 'append') {
      const verdict = judgeDeletion(head, expected, change.kind === 'tombstone');
      if (verdict.kind !== 'write') return verdict.kind === 'already' ? UNAVAILABLE : verdict;
      const position = change.kind === 'tombstone' ? group.tombstone(stream) : group.softDelete(stream);
      return { kind: 'success', revision: head.revision, position };
    }
    const verdict = await judge(
      head,
      expected,
      change.events.map(({ id }) => id),
      (id) => known.get(`${id}${stream}`) ?? group.writtenTo(stream).find((written) => written.id === id),
      async (from, count) => {
        const values = [stream, from, from + count];
        const { rows } = await client.query<KnownRow>({ name: 'at-revisions', text: AT_REVISIONS, values });
        return [...rows.map(toKnown), ...group.writtenTo(stream).filter(({ revision }) => revision >= from)];
      },
    );
    if (verdict.kind === 'write') {
      const { revision, position } = group.append(stream, change.events);
      return { kind: 'success', revision, position: revision < 0 ? undefined : position };
    }
    return verdict.kind === 'already' ? { ...verdict, kind: 'success' } : verdict;
  }
}

const toKnown = (row: KnownRow): Known => ({
  id: row.event_id,
  revision: Number(row.revision),
  position: Number(row.position),
});
