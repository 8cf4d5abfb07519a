import { createHash } from 'node:crypto';
import { Kysely, PostgresAdapter, DummyDriver, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { Projection, Table, Through, View } from './definition.js';
import { tableName } from './gathered.js';
import { sourceOfView } from './source.js';
import { linksOf, rulesOf, termsOf, turnsOf } from './memberships.js';
import { headsOf, inputsOf } from './timelines.js';
import { daysOf, entriesOf, type TotalsTable } from './totals.js';

const compiler = new Kysely<Record<string, never>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

export const quoted = (...names: readonly string[]): string =>
  names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What the runtime adds to each kind of table: name → type and comment. */
const added: Readonly<Record<Table['kind'], Readonly<Record<string, readonly [string, string]>>>> = {
  versions: {
    valid_from: ['timestamptz', 'When it became true.'],
    valid_to: ['timestamptz', 'When it ceased to be true; infinity: it holds.'],
    recorded_from: ['timestamptz', 'When we learnt it.'],
    recorded_to: ['timestamptz', 'When we learnt what followed it; infinity: nothing did.'],
    revision: ['integer', 'Revision of the event in its stream.'],
    position: ['bigint', 'Position of the event in the log.'],
    cause: ['text', 'Type of the event.'],
    actor_id: ['text', 'Who did it: a stable id, never a name.'],
    actor_role: ['text', 'In which role.'],
  },
  timelines: {
    valid_from: ['timestamptz', 'When it became true.'],
    valid_to: ['timestamptz', 'When it ceases to be true; infinity: it holds.'],
    recorded_from: ['timestamptz', 'When we learnt it.'],
    recorded_to: ['timestamptz', 'When we learnt better; infinity: we believe it.'],
    position: ['bigint', 'Position of the event that made it so.'],
    cause: ['text', 'Type of the event.'],
    actor_id: ['text', 'Who did it: a stable id, never a name.'],
    actor_role: ['text', 'In which role.'],
  },
  memberships: {
    valid_from: ['timestamptz', 'When it began to hold.'],
    valid_to: ['timestamptz', 'When it ceases to hold; infinity: it holds.'],
    recorded_from: ['timestamptz', 'When we learnt it.'],
    recorded_to: ['timestamptz', 'When we learnt better; infinity: we believe it.'],
    position: ['bigint', 'Position of the event since which it holds.'],
    cause: ['text', 'Type of that event.'],
    actor_id: ['text', 'Who did it: a stable id, never a name.'],
    actor_role: ['text', 'In which role.'],
    left_position: ['bigint?', 'Position of the event behind its end.'],
    left_cause: ['text?', 'Type of that event.'],
    left_actor_id: ['text?', 'Who did it: a stable id, never a name.'],
    left_actor_role: ['text?', 'In which role.'],
  },
  appends: {
    position: ['bigint', 'Position of the event in the log.'],
    occurred_at: ['timestamptz', 'When it happened.'],
    recorded_at: ['timestamptz', 'When the store recorded it.'],
  },
  totals: {
    valid_in: ['date', 'First day of the month in which it became true.'],
    recorded_in: ['date', 'First day of the month in which we learnt it.'],
  },
};

/** Columns of a table in the order in which COPY writes them. */
export const columnNames = (table: Table): readonly string[] => [
  ...Object.keys(table.columns),
  ...Object.keys(added[table.kind]),
];

/** Statements that make a projection's schema: its tables, commented, and its checkpoint. */
export function schemaStatements(projection: Projection, schema: string): readonly string[] {
  return [
    `create schema ${quoted(schema)}`,
    `create table ${quoted(schema, 'checkpoint')} (
       "only" boolean primary key default true check ("only"),
       position bigint,
       seen bigint not null default 0,
       handled bigint not null default 0,
       recorded_at timestamptz,
       rate double precision not null default 0,
       moved_at timestamptz not null default now()
     )`,
    `insert into ${quoted(schema, 'checkpoint')} default values`,
    ...Object.entries(projection.tables).flatMap(([name, table]) => tableStatements(schema, name, table)),
    ...gatheringStatements(projection, schema),
  ];
}

/** What is gathered is looked up while a whole log is written: by these indexes, which are there from the start. */
const gatheringStatements = ({ tables }: Projection, schema: string): readonly string[] =>
  Object.values(tables).flatMap((table) =>
    table.kind === 'timelines' && table.gathered
      ? table.gathered.from
          .filter((from) => from.by !== from.table.key)
          .map(({ table: told, by }) => {
            const name = tableName(tables, told);
            return `create index if not exists ${quoted(`${name}_${by}`)} on ${quoted(schema, name)} (${quoted(by)})`;
          })
      : [],
  );

function tableStatements(schema: string, name: string, table: Table): readonly string[] {
  const at = quoted(schema, name);
  const own = Object.entries(table.columns).map(
    ([column, { type, nullable, says }]) => [column, type, nullable ? '' : ' not null', says] as const,
  );
  const runtime = Object.entries(added[table.kind]).map(
    ([column, [type, says]]) => [column, type.replace('?', ''), type.endsWith('?') ? '' : ' not null', says] as const,
  );
  const primaryKey = primaryKeyOf(table);
  const columns = [...own, ...runtime];
  const lines = [
    ...columns.map(([column, type, nullity]) => `${quoted(column)} ${type}${nullity}`),
    ...(primaryKey.length > 0 ? [`primary key (${primaryKey.map((column) => quoted(column)).join(', ')})`] : []),
  ];
  return [
    `create table ${at} (${lines.join(', ')})`,
    ...columns.map(([column, , , says]) => `comment on column ${at}.${quoted(column)} is ${literal(says)}`),
    ...(table.kind === 'timelines' && !table.gathered ? timelineStatements(schema, name) : []),
    ...(table.kind === 'memberships' ? membershipStatements(schema, name) : []),
    ...(table.kind === 'totals' ? totalsStatements(schema, name, table) : []),
  ];
}

function primaryKeyOf(table: Table): readonly string[] {
  if (table.kind === 'versions') return [table.key, 'position'];
  if (table.kind === 'memberships') return ['rule', 'version', 'key', 'valid_from', 'recorded_from'];
  return table.kind === 'timelines' ? [table.key, 'valid_from', 'recorded_from'] : [];
}

/** Sums are found by all that they are told apart by, and written again and again; entries are only appended. */
function totalsStatements(schema: string, name: string, { by, columns, sums, byDay }: TotalsTable): readonly string[] {
  const types = [...by, ...sums].map((column) => `${quoted(column)} ${columns[column]?.type ?? 'text'}`);
  const times = ['valid_from', 'recorded_from'].map((column) => `${column} timestamptz not null`);
  const days = ['valid_on', 'recorded_on'];
  const summed = (table: string, dates: readonly string[]): readonly string[] => [
    `alter table ${quoted(schema, table)} set (fillfactor = 70)`,
    `create unique index on ${quoted(schema, table)} (${[...by, ...dates].map((column) => quoted(column)).join(', ')}) nulls not distinct`,
  ];
  return [
    ...summed(name, ['valid_in', 'recorded_in']),
    ...(byDay
      ? [
          `create table ${quoted(schema, daysOf(name))} (${[...types, ...days.map((column) => `${column} date not null`)].join(', ')})`,
          ...summed(daysOf(name), days),
        ]
      : []),
    `create table ${quoted(schema, entriesOf(name))} (${[...types, ...times].join(', ')})`,
  ];
}

/** What the runtime needs to go on with a timeline, and to fold it anew. */
const timelineStatements = (schema: string, name: string): readonly string[] => [
  `create table ${quoted(schema, headsOf(name))} (
     key text primary key,
     state jsonb not null,
     occurred_at timestamptz not null,
     recorded_at timestamptz not null,
     position bigint not null
   )`,
  `create table ${quoted(schema, inputsOf(name))} (
     key text not null,
     position bigint not null,
     id uuid not null,
     stream text not null,
     revision integer not null,
     type text not null,
     data jsonb not null,
     occurred_at timestamptz not null,
     recorded_at timestamptz not null,
     actor_id text not null,
     actor_role text not null,
     primary key (key, position)
   )`,
];

/** What the runtime needs besides: which rules there are, which key rests on which, and what is believed of a key. */
const membershipStatements = (schema: string, name: string): readonly string[] => [
  ...timelineStatements(schema, name),
  // Pages of keys are taken in the order in which the code compares text.
  `alter table ${quoted(schema, headsOf(name))} alter column key type text collate "C"`,
  `create index on ${quoted(schema, name)} (key) where recorded_to = 'infinity'`,
  `create table ${quoted(schema, linksOf(name))} (key text not null, source text not null, primary key (key, source))`,
  `create index on ${quoted(schema, linksOf(name))} (source)`,
  `create table ${quoted(schema, turnsOf(name))} (
     rule text not null,
     key text collate "C" not null,
     position bigint not null,
     primary key (rule, key)
   )`,
  `create index on ${quoted(schema, turnsOf(name))} (position)`,
  `create table ${quoted(schema, termsOf(name))} ("only" boolean primary key default true check ("only"), known jsonb not null)`,
  `create table ${quoted(schema, rulesOf(name))} (
     place integer not null,
     rule text not null,
     version text not null,
     definition jsonb not null,
     "from" timestamptz not null,
     "to" timestamptz not null,
     known_from timestamptz not null,
     position bigint not null,
     cause text not null,
     actor_id text not null,
     actor_role text not null,
     "cursor" text not null,
     evaluated boolean not null,
     primary key (rule, version)
   )`,
];

/** The rows that queries without a moment look at, or few more. */
const currentRows: Readonly<Record<Table['kind'], string>> = {
  versions: "valid_to = 'infinity'",
  timelines: "recorded_to = 'infinity'",
  memberships: "recorded_to = 'infinity'",
  appends: 'true',
  totals: 'true',
};

type Stored = readonly [name: string, table: Pick<Table, 'kind' | 'indexes'>];

/** The tables of a read model that queries look into, as they are stored. */
const stored = ({ tables }: Projection): readonly Stored[] =>
  Object.entries(tables).flatMap(([name, table]): readonly Stored[] => {
    if (table.kind !== 'totals') return [[name, table]];
    const { kind } = table;
    const days = { kind, indexes: [{ on: ['valid_on'] }, { on: ['recorded_on', 'valid_on'] }] };
    const entries = { kind, indexes: [{ on: ['valid_from'] }, { on: ['recorded_from', 'valid_from'] }] };
    return [[name, table], ...(table.byDay ? [[daysOf(name), days] as const] : []), [entriesOf(name), entries]];
  });

export const storedTables = (projection: Projection): readonly string[] => stored(projection).map(([name]) => name);

/** Statements that make the indexes which are missing. */
export const indexStatements = (projection: Projection, schema: string): readonly string[] =>
  stored(projection).flatMap(([name, table]) =>
    table.indexes.map(({ on, unique, current, where, with: more = [] }) => {
      const columns = on.map((column) => quoted(column)).join(', ');
      const conditions = [
        ...(current ? [currentRows[table.kind]] : []),
        ...(where === undefined ? [] : [quoted(where)]),
      ];
      const only = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
      const parts = [
        ...[name, ...on, ...(where === undefined ? [] : [where]), ...(current ? ['current'] : [])],
        ...(more.length > 0 ? ['and_more'] : []),
      ];
      const read = more.length > 0 ? ` include (${more.map((column) => quoted(column)).join(', ')})` : '';
      return `create ${unique ? 'unique ' : ''}index if not exists ${quoted(parts.join('_'))} on ${quoted(schema, name)} (${columns})${read}${only}`;
    }),
  );

/** What the tables look like: two definitions of one version must agree on it. */
export const shapeOf = (projection: Projection): string =>
  Object.entries(projection.tables)
    .map(([name, table]) => {
      const columns = Object.entries(table.columns).map(
        ([column, { type, nullable }]) => `${column} ${type}${nullable ? '?' : ''}`,
      );
      return `${name}(${table.kind}: ${columns.join(', ')})`;
    })
    .join('; ');

/** Select statement of a view over a schema. */
function viewSelect(projection: Projection, schema: string, view: View): string {
  const { sql: text, parameters } = view.as(sourceOfView(projection, schema)).compile(compiler);
  if (parameters.length > 0) throw new Error('A view takes no parameters: write its constants as sql.lit(…).');
  return text;
}

/** Statements, each to be run in turn, that point a projection's views in `analytics` at a schema. */
export function viewStatements(projection: Projection, schema: string): readonly string[] {
  return Object.entries(projection.views).flatMap(([name, view]) => {
    const at = quoted('analytics', name);
    const columns = Object.entries(view.columns);
    return [
      // What analysts built on a view that has changed its shape cannot stand.
      `drop view if exists ${at} cascade`,
      ...(view.through ? functionStatements(view.through) : []),
      `create view ${at} (${columns.map(([column]) => quoted(column)).join(', ')}) as ${viewSelect(projection, schema, view)}`,
      `comment on view ${at} is ${literal(view.says)}`,
      ...columns.map(([column, says]) => `comment on column ${at}.${quoted(column)} is ${literal(says)}`),
      `grant select on ${at} to analyst`,
    ];
  });
}

/** A body that is a text is looked at when the function is called, and then planned as a part of the query. */
function functionStatements({ name, says, columns, as }: Through): readonly string[] {
  const at = `${quoted('analytics', name)}()`;
  const returned = Object.entries(columns).map(([column, type]) => `${quoted(column)} ${type}`);
  return [
    'set local check_function_bodies = off',
    `drop function if exists ${at} cascade`,
    `create function ${at} returns table (${returned.join(', ')}) language sql stable as ${literal(as)}`,
    `comment on function ${at} is ${literal(says)}`,
  ];
}

/** Tells whether the views of a schema are those of the definition. */
export const viewsHash = (projection: Projection, schema: string): string =>
  createHash('sha256').update(viewStatements(projection, schema).join(';')).digest('hex');

/** The registry, and what analysts see whatever the read models are. Idempotent. */
export const foundation: readonly string[] = [
  'create schema if not exists kroniek',
  `create table if not exists kroniek.read_models (
     schema text primary key,
     name text not null,
     version integer not null,
     generation integer not null,
     shape text not null,
     views text not null,
     state text not null check (state in ('building', 'serving', 'retired')),
     error jsonb,
     made_at timestamptz not null default now(),
     served_at timestamptz,
     retired_at timestamptz,
     unique (name, version, generation)
   )`,
  `create unique index if not exists read_models_serving on kroniek.read_models (name) where state = 'serving'`,
  `create unique index if not exists read_models_building on kroniek.read_models (name, version) where state = 'building'`,
  `comment on table kroniek.read_models is 'Schemas of the read models: which one serves, which are being built or will be dropped.'`,
  `create table if not exists kroniek.skipped_events (
     name text not null,
     version integer not null,
     position bigint not null,
     actor_id text not null,
     actor_role text not null,
     skipped_at timestamptz not null default now(),
     primary key (name, version, position)
   )`,
  `comment on table kroniek.skipped_events is 'Events that a read model leaves out by an explicit act, and whose.'`,
  `do $$ begin
     if not exists (select from pg_roles where rolname = 'analyst') then create role analyst nologin; end if;
   exception when duplicate_object or unique_violation then null;
   end $$`,
  'create schema if not exists analytics',
  `create or replace function analytics.as_of() returns timestamptz language sql stable as
     $$ select coalesce(nullif(current_setting('kroniek.as_of', true), ''), 'infinity')::timestamptz $$`,
  `comment on function analytics.as_of() is 'The instant that the views answer as of: SET kroniek.as_of = ''2017-06-30T23:59:59.999Z''. Unset: now (infinity).'`,
  `create or replace function analytics.known_at() returns timestamptz language sql stable as
     $$ select coalesce(nullif(current_setting('kroniek.known_at', true), ''), 'infinity')::timestamptz $$`,
  `comment on function analytics.known_at() is 'The views answer with what was known at this instant: SET kroniek.known_at. Unset: now (infinity).'`,
  `comment on schema analytics is 'One stable view per read model, for analysts; \\d+ shows what each column says.'`,
  'grant usage on schema analytics to analyst',
];
