import { sql } from 'kysely';
import type { RecordedEvent } from '../kernel/index.js';
import type { Moment, Tables } from './definition.js';
import { familyOf, linksAround } from './families.js';
import { linksOf, type MembershipsTable, type StateOf, termsOf } from './memberships.js';
import { type Reading, rows } from './reading.js';
import { headsOf, inputsOf } from './timelines.js';

/** Some keys of a memberships table, and what is known of them and of those that they rest on. */
export interface States<State> {
  /** In order. */
  readonly keys: readonly string[];
  readonly of: StateOf<State>;
}

export interface StatesAsked {
  /** A beginning that the keys have, as `account-`. */
  readonly only: string;
  /** Keys behind this one. */
  readonly after?: string | undefined;
  /** With all that they have a whole in common with, as wide rules need them. */
  readonly wide?: boolean | undefined;
  /** Parts of a state that are not looked at. */
  readonly without?: readonly string[] | undefined;
  /** Types of the events that the others follow from, as of an instant; left out: all. */
  readonly types?: readonly string[] | undefined;
}

/** So many keys are in memory at a time, with those that they rest on. */
const aPage = 1_000;

/**
 * The states of a memberships table's keys at the moment, in pages: what is folded of their events so far, or, as of an
 * instant, what the events come to that had happened and were known then. Nothing is written.
 */
export async function* statesAt<T extends Tables, State>(
  reading: Reading<T>,
  name: keyof T & string,
  moment: Moment,
  { only, after = '', wide = false, ...parts }: StatesAsked,
): AsyncGenerator<States<State>> {
  const [heads, links] = [sql.id(reading.schema, headsOf(name)), sql.id(reading.schema, linksOf(name))];
  const { isPart = () => false } = reading.tables[name] as unknown as MembershipsTable<State>;
  // What begins with the text lies before what ends in the next character.
  const end = `${only.slice(0, -1)}${String.fromCharCode(only.charCodeAt(only.length - 1) + 1)}`;
  for (let last = after; ;) {
    const found = await rows(
      reading,
      sql<{ key: string }>`select key from ${heads} h where key > ${last > only ? last : only} and key < ${end}
        order by key limit ${aPage}`,
    );
    const keys = found.map(({ key }) => key);
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
    yield { keys, of: (key) => states.get(key) };
    if (keys.length < aPage) return;
    last = keys.at(-1) ?? last;
  }
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
