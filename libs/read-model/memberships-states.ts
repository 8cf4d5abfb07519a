import { sql } from 'kysely';
import type { RecordedEvent } from '../kernel/index.js';
import type { Moment, Tables } from './definition.js';
import { familyOf, linksAround } from './families.js';
import { linksOf, type MembershipsTable, type StateOf, termsOf } from './memberships.js';
import { type Reading, rows } from './reading.js';
import { headsOf, inputsOf } from './timelines.js';

export interface StatesAsked {
  /** With all that they have a whole in common with, as wide rules need them. */
  readonly wide?: boolean | undefined;
  /** Parts of a state that are not looked at. */
  readonly without?: readonly string[] | undefined;
  /** Types of the events that the others follow from, as of an instant; left out: all. */
  readonly types?: readonly string[] | undefined;
}

/**
 * The states of some keys of a memberships table at the moment, and of those that they rest on: what is folded of their
 * events so far, or, as of an instant, what the events come to that had happened and were known then. Nothing is written;
 * all of it is in memory.
 */
export async function statesAt<T extends Tables, State>(
  reading: Reading<T>,
  name: keyof T & string,
  moment: Moment,
  keys: readonly string[],
  { wide = false, ...parts }: StatesAsked,
): Promise<StateOf<State>> {
  const links = sql.id(reading.schema, linksOf(name));
  const { isPart = () => false } = reading.tables[name] as unknown as MembershipsTable<State>;
  const linksFrom = (from: readonly string[]) =>
    rows(
      reading,
      sql<Link>`select key, source from ${links} l where key = any(${from}::text[])
        ${wide ? sql`union select key, source from ${links} l where source = any(${from}::text[])` : sql``}`,
    );
  const all = wide
    ? [...familyOf(keys, await linksAround(keys, isPart, linksFrom))]
    : [...new Set([...keys, ...(await linksFrom(keys)).map(({ source }) => source)])];
  const states = await statesOf<T, State>(reading, name, moment, all, parts);
  return (key) => states.get(key);
}

interface Link {
  readonly key: string;
  readonly source: string;
}

/** An event as it is kept for a key. */
type Kept = Omit<RecordedEvent, 'correlationId' | 'causationId' | 'sealed'> & { readonly key: string };

async function statesOf<T extends Tables, State>(
  reading: Reading<T>,
  name: keyof T & string,
  { asOf, knownAt }: Moment,
  keys: readonly string[],
  { without = [], types }: Pick<StatesAsked, 'without' | 'types'>,
): Promise<ReadonlyMap<string, State>> {
  if (asOf === undefined && knownAt === undefined) {
    const found = await rows(
      reading,
      sql<{
        key: string;
        state: State;
      }>`select key, state - ${without}::text[] as state from ${sql.id(reading.schema, headsOf(name))} h
        where key = any(${keys}::text[])`,
    );
    return new Map(found.map(({ key, state }) => [key, state]));
  }
  const table = reading.tables[name] as unknown as MembershipsTable<State>;
  const found = await rows(
    reading,
    sql<Kept>`select key, position, id, stream, revision, type, data, occurred_at as "occurredAt",
        recorded_at as "recordedAt", jsonb_build_object('id', actor_id, 'role', actor_role) as actor
      from ${sql.id(reading.schema, inputsOf(name))} i
      where key = any(${keys}::text[]) and occurred_at <= ${asOf ?? 'infinity'}::timestamptz
        and recorded_at <= ${knownAt ?? 'infinity'}::timestamptz
        ${types === undefined ? sql`` : sql`and type = any(${types}::text[])`}
      order by occurred_at, position`,
  );
  const states = new Map<string, State>();
  for (const { key, ...event } of found) {
    const evolve = table.states.get(event.type);
    if (evolve) states.set(key, evolve(states.get(key) ?? table.initial, event as RecordedEvent, key));
  }
  return states;
}

/** What a memberships table knows of rules by all that it has heard, whatever the moment. */
export async function knownRules<T extends Tables, Known>(reading: Reading<T>, name: keyof T & string): Promise<Known> {
  const [terms] = await rows(
    reading,
    sql<{ known: Known }>`select known from ${sql.id(reading.schema, termsOf(name))} t`,
  );
  return terms?.known ?? ((reading.tables[name] as unknown as MembershipsTable).noRules as Known);
}
