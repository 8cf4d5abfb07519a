import { randomUUID } from 'node:crypto';
import { EventStoreDBClient } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { personEvents } from '../../../libs/domain/person/person.events.js';
import { EventLog, PersonalKeys, type StoredMetadata, WrongRevision, hashOf } from '../../../libs/event-log/index.js';
import { catalogueOf } from '../../../libs/kernel/index.js';
import { type ThrowAwayServers, throwAwayServers } from '../../../libs/testing/servers.js';
import { Follower, byCommand, until } from './notes.js';

let servers: ThrowAwayServers;
let db: Kysely<unknown>;
let log: EventLog;

beforeAll(async () => {
  servers = await throwAwayServers();
  const pool = new pg.Pool({ connectionString: servers.databaseUrl });
  db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const keys = await PersonalKeys.open(db, Buffer.alloc(32, 7));
  log = EventLog.connect({ url: servers.eventStoreUrl, keys, catalogue: catalogueOf([personEvents]) });
});

afterAll(async () => {
  await log.close();
  await db.destroy();
  await servers.stop();
});

const registered = { type: 'LeadRegistered', data: { source: 'fair', potential: 'customer', name: 'Ada Example' } };
const qualified = { type: 'LeadQualified', data: { level: 'marketing-qualified' } };

describe('through the real client and the embedded server', () => {
  it('what was appended is loaded, all of it or what is behind a head', async () => {
    const stream = `person-${randomUUID()}`;
    expect(await log.load(stream)).toEqual({ events: [], head: null });
    const context = byCommand();
    const first = await log.append(stream, null, [registered], context);
    const second = await log.append(stream, first.head, [qualified], byCommand());
    const { events, head } = await log.load(stream);
    expect(head).toEqual(second.head);
    expect(events.map(({ type, data }) => ({ type, data }))).toEqual([registered, qualified]);
    expect(events[0]).toMatchObject({
      id: first.events[0]?.id,
      revision: 0,
      position: first.position,
      occurredAt: context.occurredAt,
      actor: context.actor,
      causationId: context.commandId,
    });
    expect((await log.load(stream, first.head)).events.map(({ revision }) => revision)).toEqual([1]);
    expect(await log.load(stream, second.head)).toEqual({ events: [], head: second.head });
    expect(await log.head()).toBe(second.position);
  });

  it('a repeated append answers the same; another one behind the same head is a wrong revision', async () => {
    const stream = `person-${randomUUID()}`;
    const { head } = await log.append(stream, null, [registered], byCommand());
    const context = byCommand();
    const once = await log.append(stream, head, [qualified], context);
    expect(await log.append(stream, head, [qualified], context)).toEqual(once);
    await expect(log.append(stream, head, [qualified], byCommand())).rejects.toThrow(new WrongRevision(stream, 0));
    expect((await log.load(stream)).events).toHaveLength(2);
  });

  it('the hashes hold over what is stored, and no personal field is stored', async () => {
    const stream = `person-${randomUUID()}`;
    const { head } = await log.append(stream, null, [registered, qualified], byCommand());
    const client = EventStoreDBClient.connectionString(servers.eventStoreUrl);
    let previous: string | null = null;
    for await (const { event } of client.readStream(stream)) {
      if (!event) continue;
      const { id, type, revision } = event;
      const metadata = event.metadata as unknown as StoredMetadata;
      expect(JSON.stringify(event.data)).not.toContain('Ada');
      expect(metadata.previousHash).toBe(previous);
      previous = hashOf({ stream, revision: Number(revision), id, type, data: event.data as object, metadata });
      expect(metadata.hash).toBe(previous);
    }
    expect(previous).toBe(head.hash);
    await client.dispose();
  });

  it('those who follow see the personal fields sealed, and new events as they come', async () => {
    const stream = `person-${randomUUID()}`;
    const { head, position } = await log.append(stream, null, [registered], byCommand());
    const follower = new Follower(log, position - 1n, 10, ['LeadRegistered', 'LeadQualified']);
    await until(() => follower.batches.at(-1)?.live === true);
    await log.append(stream, head, [qualified], byCommand());
    await until(() => follower.events.length === 2);
    await follower.stop();
    const [first] = follower.events;
    expect(first).toMatchObject({ data: { source: 'fair', potential: 'customer' }, sealed: { subject: stream } });
    expect(first?.data).not.toHaveProperty('name');
  });
});
