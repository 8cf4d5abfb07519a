import type pg from 'pg';
import type { Random } from '../../apps/kroniek/sample/random.js';
import type { Instant, RecordedEvent } from '../../libs/kernel/index.js';
import { type Database, ensureReadModels, type Moment } from '../../libs/read-model/index.js';
import { servingSchema } from '../../libs/read-model/reading.js';
import { connect } from '../../libs/read-model/connections.js';
import { ProjectionWriter } from '../../libs/read-model/writer.js';
import { projections } from '../../projections/index.js';

/** Nothing was true before, and nothing known: pipelines are shown by their first definition before it was made too. */
const isBegin = ({ type, revision }: RecordedEvent): boolean => type === 'PipelineDefined' && revision === 0;

/** A moment at which an answer is compared. */
export type Cut = Required<Moment> & { readonly asOf: Instant; readonly knownAt: Instant };

/**
 * A way at random over the plane of the two axes, from instants of each: no step goes back on either, so that one replay
 * that goes forward stops at each of them.
 */
export function wayOver(random: Random, asOfs: readonly Instant[], knownAts: readonly Instant[]): readonly Cut[] {
  const [happened, learnt] = [[...asOfs].sort(), [...knownAts].sort()];
  // Some ways go along one axis first, where what is known and what was true lie far apart.
  const share = random.pick([0.1, 0.5, 0.5, 0.9]);
  const found: Cut[] = [];
  for (let t = 0, k = 0; ;) {
    const [asOf, knownAt] = [happened[t], learnt[k]];
    if (asOf === undefined || knownAt === undefined) return found;
    found.push({ asOf, knownAt });
    const first = random.chance(share);
    if ((first && t + 1 < happened.length) || k + 1 >= learnt.length) t += 1;
    else k += 1;
  }
}

/** What had happened and was known at a moment, in the order of the log. */
export const cutAt = (events: readonly RecordedEvent[], { asOf, knownAt }: Cut): readonly RecordedEvent[] =>
  events.filter((event) => isBegin(event) || (event.occurredAt <= asOf && event.recordedAt <= knownAt));

/** Read models that are given what had happened and was known at a moment, and nothing else. */
export class Replay {
  private readonly given = new Set<bigint>();
  private written = 0n;

  private constructor(
    private readonly events: readonly RecordedEvent[],
    private readonly writers: readonly ProjectionWriter[],
    private readonly clients: readonly pg.Client[],
  ) {}

  static async of(events: readonly RecordedEvent[], database: Database): Promise<Replay> {
    await ensureReadModels(database, projections);
    const clients = await Promise.all(projections.map(() => connect(database.url, { statementTimeout: 0 })));
    const writers = await Promise.all(
      projections.map(async (projection, place) => {
        const client = clients[place];
        if (!client) throw new Error('There is a connection for each.');
        const writer = new ProjectionWriter(client, projection, await servingSchema(database, projection.name));
        await writer.resume();
        return writer;
      }),
    );
    return new Replay(events, writers, clients);
  }

  /** Goes on to a moment that takes in the one before. */
  async to(cut: Cut): Promise<void> {
    const more = cutAt(this.events, cut).filter(({ position }) => !this.given.has(position));
    if (more.length === 0) return;
    for (const { position } of more) this.given.add(position);
    this.written += 1n;
    for (const writer of this.writers) {
      await writer.write({ events: more, position: this.written });
      while (await writer.advance());
      await writer.live();
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.end()));
  }
}
