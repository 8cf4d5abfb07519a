import { domainCatalogue } from '../../libs/domain/index.js';
import { EventLog, PersonalKeys } from '../../libs/event-log/index.js';
import type { Instant, RecordedEvent } from '../../libs/kernel/index.js';
import { type Database, ensureReadModels, waitFor } from '../../libs/read-model/index.js';
import type { Product } from '../../libs/testing/product.js';
import { MemoryLog } from '../../libs/testing/projection.js';
import { projections } from '../../projections/index.js';
import { running, withDatabase } from './ledger.js';

/** All that the product has recorded until nothing more came for a while; its read models have it then. */
export async function recordedBy(product: Product, database: Database): Promise<readonly RecordedEvent[]> {
  const keys = await PersonalKeys.open(database.db, product.masterKey);
  const log = EventLog.connect({ url: product.eventStoreUrl, catalogue: domainCatalogue, keys });
  const events: RecordedEvent[] = [];
  try {
    let last = -1n;
    for (let head = await log.head(); head !== null && head !== last; head = await log.head()) {
      last = head;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
    const stop = new AbortController();
    for await (const batch of log.follow(null, {
      types: [...domainCatalogue.keys()],
      batch: 1_000,
      signal: stop.signal,
    })) {
      events.push(...batch.events);
      if (batch.position >= last) break;
    }
    stop.abort();
    await waitFor(database, projections, last, 120_000);
  } finally {
    await log.close();
  }
  return events;
}

/** A pipeline is there before its first definition too, so that what is imported later stands in it. */
const isBegin = ({ type, revision }: RecordedEvent): boolean => type === 'PipelineDefined' && revision === 0;

/**
 * The instants at which what was known is all that the log held then. Streams that are written side by side may be
 * recorded in another order than they stand in the log, by a few milliseconds. None before all pipelines are there.
 */
export function wholeAt(events: readonly RecordedEvent[]): readonly Instant[] {
  const found: Instant[] = [];
  let earliest: Instant = '9999';
  for (const event of events.toReversed()) {
    const { recordedAt } = event;
    if (recordedAt < earliest) found.push(recordedAt);
    if (isBegin(event)) break;
    earliest = recordedAt < earliest ? recordedAt : earliest;
  }
  return found;
}

/**
 * Replays what happened by an instant, and stops each time that everything is in which was known by the next one.
 *
 * @param instants in order, each of `wholeAt`
 */
export async function replayed(
  events: readonly RecordedEvent[],
  asOf: Instant,
  instants: readonly Instant[],
  check: (database: Database, knownAt: Instant) => Promise<void>,
): Promise<void> {
  const happened = events.filter((event) => event.occurredAt <= asOf || isBegin(event));
  await withDatabase(async (database) => {
    await ensureReadModels(database, projections);
    const log = new MemoryLog();
    const run = running({ feed: log, database, projections });
    try {
      for (const knownAt of instants) {
        const more = happened.slice(log.events.length).filter(({ recordedAt }) => recordedAt <= knownAt);
        log.record(more);
        await waitFor(database, projections, (await log.head()) ?? 0n, 60_000);
        await check(database, knownAt);
      }
    } finally {
      await run.stop();
    }
  });
}
