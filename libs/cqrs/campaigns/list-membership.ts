import { person } from '../../domain/person/person.js';
import type { MembershipAsked, SegmentMembership } from '../../domain/processes/fix-campaign-members.js';
import { idsIn } from '../../domain/segment/id-set.js';
import { segment } from '../../domain/segment/segment.js';
import type { EventLog } from '../../event-log/index.js';
import type { Streams } from '../commands/streams.js';

/** So many people are looked at side by side. */
const atOnce = 100;

/**
 * Who stood on a static list, told by the list's own stream up to the event asked about. Other people are left out (S0).
 */
export const listMembership = (log: Pick<EventLog, 'load'>, streams: Streams): SegmentMembership => ({
  async *membersOf({ segmentId, of, upTo }: MembershipAsked) {
    const { events } = await log.load(`${segment.category}-${segmentId}`);
    const { members } = events
      .filter(({ position }) => position < upTo)
      .reduce((state, event) => segment.apply(state, event, event.occurredAt), segment.initial);
    const ids = idsIn(members);
    for (let from = 0; from < ids.length; from += atOnce) {
      const part = ids.slice(from, from + atOnce);
      yield of === 'accounts' ? part : await customersIn(part, streams);
    }
  },
});

/** Without those who are registered as no customers (S0). */
export async function customersAmong(ids: readonly string[], streams: Streams): Promise<readonly string[]> {
  const found: string[] = [];
  for (let from = 0; from < ids.length; from += atOnce) {
    found.push(...(await customersIn(ids.slice(from, from + atOnce), streams)));
  }
  return found;
}

async function customersIn(ids: readonly string[], streams: Streams): Promise<readonly string[]> {
  const states = await Promise.all(ids.map((id) => streams.recent(person, `${person.category}-${id}`, 1_000)));
  // Who is registered as no customer never becomes one, so the answer is the same whenever it is asked.
  return ids.filter((_, place) => states[place]?.state.kind !== 'other');
}
