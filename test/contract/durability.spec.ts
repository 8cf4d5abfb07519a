import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CancelledError, EventStoreDBClient, START, UnavailableError, jsonEvent } from '@eventstore/db-client';
import pg from 'pg';
import { DatabaseInUse, startEventStore } from '../../libs/embedded/event-store/index.js';
import {
  type Store,
  all,
  eventually,
  happened,
  leave,
  newStream,
  openStore,
  rejection,
  revisions,
  several,
  unary,
} from './store.js';

let store: Store;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

/** What a crash of PostgreSQL does to those who are connected. */
async function cutConnections(): Promise<void> {
  const client = new pg.Client({ connectionString: store.database });
  await client.connect();
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await client.end();
}

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

it('goes on after its database went away, and says nothing wrong meanwhile', async () => {
  const stream = newStream();
  const seen: string[] = [];
  const subscription = store.client.subscribeToAll({ fromPosition: START }).on('data', ({ event }) => {
    if (event?.streamId === stream) seen.push(event.id);
  });
  const acknowledged: string[] = [];
  let stopped = false;
  const appending = Array.from({ length: 4 }, async () => {
    while (!stopped) {
      const event = happened();
      // Repeated with the same id, as a client does that does not know how it ended.
      await retried(() => store.client.appendToStream(stream, event, unary));
      acknowledged.push(event.id);
    }
  });
  for (let times = 0; times < 3; times++) {
    const before = acknowledged.length;
    await eventually(() => acknowledged.length > before + 20);
    await cutConnections();
  }
  const before = acknowledged.length;
  await eventually(() => acknowledged.length > before + 20);
  stopped = true;
  await Promise.all(appending);

  const stored = await all(store.client.readStream(stream));
  const ids = stored.map(({ event }) => event?.id);
  expect([...ids].sort()).toEqual([...acknowledged].sort());
  expect(revisions(stored)).toEqual(ids.map((_, index) => index));
  await eventually(() => seen.length === ids.length);
  expect(seen).toEqual(ids);
  await subscription.unsubscribe();
});

it('begins again where it stopped', async () => {
  const database = store.database;
  const stream = newStream();
  await store.client.appendToStream(stream, several(3));
  const before = await all(store.client.readAll());
  await leave(store.client);
  await store.server.stop();

  store.server = await startEventStore({ database });
  store.client = EventStoreDBClient.connectionString(store.server.url);
  expect(await all(store.client.readAll())).toEqual(before);
  const { nextExpectedRevision, position } = await store.client.appendToStream(stream, happened(), {
    expectedRevision: 2n,
  });
  expect(nextExpectedRevision).toBe(3n);
  expect(position?.commit).toBeGreaterThan(before.at(-1)?.event?.position.commit ?? 0n);
});

it('is alone with its database', async () => {
  const error = await rejection(startEventStore({ database: store.database }));
  expect(error).toBeInstanceOf(DatabaseInUse);
});

it('names a port that is taken', async () => {
  const error = await rejection(openStore({ port: store.server.port }));
  expect(String(error)).toContain(String(store.server.port));
});

describe('stopping', () => {
  it('answers every call that is open: subscriptions end, reads are cancelled, appends hear that the store is away', async () => {
    const aside = await openStore();
    const stream = newStream();
    for (let part = 0; part < 10; part++) await aside.client.appendToStream(stream, several(1_000));
    const endings: string[] = [];
    const subscription = aside.client
      .subscribeToAll()
      .on('data', () => undefined)
      .on('end', () => endings.push('ended'))
      .on('error', () => endings.push('failed'));
    await new Promise((resolve) => subscription.once('caughtUp', resolve));
    const reading = rejection(
      (async () => {
        for await (const { event } of aside.client.readStream(stream)) {
          if (event?.revision === 12n) void aside.server.stop();
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      })(),
    );
    const appends = rejection(
      (async () => {
        for (;;) await aside.client.appendToStream(newStream(), several(200));
      })(),
    );
    const unaryAppends = rejection(
      (async () => {
        for (;;) await aside.client.appendToStream(newStream(), several(200), unary);
      })(),
    );
    expect(await appends).toBeInstanceOf(UnavailableError);
    expect(await unaryAppends).toBeInstanceOf(UnavailableError);
    expect(await reading).toBeInstanceOf(CancelledError);
    await eventually(() => endings.length > 0);
    expect(endings).toEqual(['ended']);
    await aside.close();
  });

  it('does not wait for readers who went away', async () => {
    const aside = await openStore();
    for (let part = 0; part < 10; part++) await aside.client.appendToStream(newStream(), several(1_000));
    for (let times = 0; times < 5; times++) for await (const _event of aside.client.readAll()) break;
    const begun = performance.now();
    await aside.server.stop();
    expect(performance.now() - begun).toBeLessThan(2_000);
    await aside.close();
  });
});

it('says nothing of an event in its errors', async () => {
  const secret = 'correct horse battery staple';
  const stream = newStream();
  const event = jsonEvent({ type: 'Told', data: { secret }, metadata: { secret } });
  await store.client.appendToStream(stream, event, { expectedRevision: 'no_stream' });
  for (const by of [{}, unary]) {
    const other = jsonEvent({ type: 'Told', data: { secret }, metadata: { secret } });
    const error = await rejection(store.client.appendToStream(stream, other, { ...by, expectedRevision: 'no_stream' }));
    expect(inspect(error, { depth: 10 })).not.toContain(secret);
  }
});
