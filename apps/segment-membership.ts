import { setTimeout as sleep } from 'node:timers/promises';
import type { MembershipAsked, SegmentMembership } from '../libs/domain/processes/fix-campaign-members.js';
import type { EventFeed } from '../libs/kernel/index.js';
import { type Database, waitFor } from '../libs/read-model/index.js';
import { inGroup } from '../projections/customers/in-group.js';
import { customers } from '../projections/customers/index.js';
import { segmentsModel } from '../projections/segments/index.js';
import { everyMember, segmentDetail } from '../projections/segments/queries.js';

/** Milliseconds that a read model is given to come there, and that a new rule is given to be evaluated. */
const patience = 600_000;

/**
 * Who belonged to a dynamic segment, told by the read model; of static lists the log itself tells. Dogs are left out
 * unless they are asked for (S4).
 *
 * @param customersAmong those of some people who are customers of ours or may become some
 */
export const segmentMembership = (
  database: Database,
  log: Pick<EventFeed, 'head'>,
  lists: SegmentMembership,
  customersAmong: (ids: readonly string[]) => Promise<readonly string[]>,
): SegmentMembership => {
  async function* byRule(
    { segmentId, of, asOf, knownAt, upTo }: MembershipAsked,
    signal: AbortSignal,
  ): AsyncIterable<readonly string[]> {
    const moment = { id: segmentId, asOf, knownAt, seesNames: true };
    // Whatever else was recorded in the millisecond of the launch stands before the end of the log now.
    await sleep(2);
    await waitFor(database, segmentsModel, (await log.head()) ?? upTo, patience, signal);
    await evaluated(database, moment, signal);
    for await (const part of (await everyMember(database, moment)) ?? []) {
      const ids = part.map(({ id }) => id);
      yield of === 'accounts' ? ids : await customersAmong(ids);
    }
  }
  return {
    async *membersOf(asked: MembershipAsked, signal: AbortSignal) {
      const members = asked.segmentVersion === undefined ? lists.membersOf(asked, signal) : byRule(asked, signal);
      if (asked.includeDogs) {
        yield* members;
        return;
      }
      await waitFor(database, customers, asked.upTo, patience, signal);
      for await (const part of members) {
        const dogs = await inGroup(database, 'dog', part, { asOf: asked.asOf, knownAt: asked.knownAt });
        yield part.filter((id) => !dogs.has(id));
      }
    },
  };
};

/** Waits until the rule that held at the moment is evaluated. */
async function evaluated(
  database: Database,
  moment: Parameters<typeof segmentDetail>[1],
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + patience;
  while (performance.now() < until) {
    const segment = await segmentDetail(database, moment);
    if (!segment || segment.complete) return;
    await sleep(100, undefined, { signal });
  }
  throw new Error('A segment is not evaluated yet.');
}
