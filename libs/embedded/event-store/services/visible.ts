import { readRecord } from '../protocol/record.js';
import { readEvent } from '../protocol/responses.js';
import { type Head, isMetastream, originalOf } from '../storage/heads.js';
import { type Reader, type StoredEvent, isLink } from '../storage/reader.js';
import type { Outlet } from './calls.js';

/** The head of a stream, unless it, or the stream whose metadata it is, has a tombstone. */
export async function visibleHead(reader: Reader, stream: string): Promise<Head | 'deleted'> {
  const head = await reader.heads.read(reader.pool, stream);
  if (head.tombstoned) return 'deleted';
  if (!isMetastream(stream)) return head;
  const original = await reader.heads.read(reader.pool, originalOf(stream));
  return original.tombstoned ? 'deleted' : head;
}

/** By `$maxAge`; undefined when there is none, so that nothing has to be looked into. */
export function youngerThan(reader: Reader, head: Head): ((event: StoredEvent) => boolean) | undefined {
  const oldest = reader.oldest(head.truncation.maxAge);
  if (oldest === -Infinity) return undefined;
  return ({ record }) => readRecord(record).created >= oldest;
}

/** Sends events at the reader's pace, links resolved where that is asked for. */
export async function sendEvents(
  outlet: Outlet,
  reader: Reader,
  resolveLinks: boolean,
  events: readonly StoredEvent[],
): Promise<void> {
  const targets = resolveLinks && events.some(isLink) ? await reader.targets(events) : undefined;
  for (const event of events) {
    if (outlet.isClosed) return;
    if (outlet.send(frame(event, resolveLinks, targets))) await outlet.ready();
  }
}

export function frame(event: StoredEvent, resolveLinks: boolean, targets: Map<number, Buffer> | undefined): Buffer {
  const { record, position } = event;
  if (!resolveLinks || targets === undefined || !isLink(event)) return readEvent(record, undefined, position);
  return readEvent(targets.get(position), record, position);
}
