/**
 * One table is the whole store. `record` is the event as it goes over the wire; the columns before it are what the
 * server looks things up by. Rows are only ever added, in the order of their positions, by one session.
 */
export const SCHEMA = `
create schema if not exists event_store;
create table if not exists event_store.events (
  position bigint primary key,
  stream text collate "C" not null,
  revision bigint not null,
  event_id uuid not null,
  record bytea not null
);
alter table event_store.events alter column record set storage external;
create unique index if not exists events_stream_revision on event_store.events (stream, revision);
create index if not exists events_event_id on event_store.events (event_id);
comment on table event_store.events is 'The log: one row an event, in the order of position';
comment on column event_store.events.record is 'event_store.client.streams.ReadResp.ReadEvent.RecordedEvent, protocol buffers';
`;

/** One living server a database: the key of the advisory lock that its writing session holds. */
export const WRITER_LOCK = 7_305_811_924_170_112;

export const TOMBSTONE_REVISION = '9223372036854775807';
