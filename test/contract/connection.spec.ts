import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as dial, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AccessDeniedError,
  EventStoreDBClient,
  persistentSubscriptionToStreamSettingsFromDefaults,
} from '@eventstore/db-client';
import { Client, type ClientReadableStream, type ServiceError, credentials, status } from '@grpc/grpc-js';
import { cert, key } from './certificate.js';
import { type Store, all, happened, leave, newStream, openStore, rejection, several, unary } from './store.js';

describe('by discovery', () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore();
  });
  afterAll(() => store.close());

  it.each(['leader', 'follower', 'random'])('finds the one node, whatever is preferred: %s', async (preference) => {
    const { port } = store.server;
    for (const address of [`esdb+discover://127.0.0.1:${port}`, `esdb://localhost:${port},127.0.0.1:${port}`]) {
      const client = EventStoreDBClient.connectionString(`${address}?tls=false&nodePreference=${preference}`);
      const stream = newStream();
      await client.appendToStream(stream, several(2), { requiresLeader: true });
      expect(await all(client.readStream(stream, { requiresLeader: true }))).toHaveLength(2);
      await leave(client);
    }
  });

  it('is what the client takes it for: a server with batch appends', async () => {
    const capabilities: unknown = await Reflect.get(store.client, 'capabilities');
    expect(capabilities).toMatchObject({ serverVersion: expect.stringMatching(/^23\.10/) });
  });

  it('says over HTTP that it lives', async () => {
    const address = `http://127.0.0.1:${store.server.port}`;
    expect((await fetch(`${address}/health/live`)).status).toBe(204);
    expect(await (await fetch(`${address}/ping`)).json()).toMatchObject({ text: expect.stringContaining('Ping') });
    expect((await fetch(`${address}/nonsense`, { method: 'POST', body: '{}' })).status).toBe(404);
  });

  it('leaves no connection open once it is stopped, whatever was spoken on it', async () => {
    const own = await openStore();
    const [silent, kept] = [0, 1].map(() => dial(own.server.port, '127.0.0.1')) as [Socket, Socket];
    kept.write('GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n');
    await once(kept, 'data');
    const ended = Promise.all([silent, kept].map((socket) => once(socket.resume(), 'close')));
    const from = performance.now();
    await own.close();
    await ended;
    // Node would keep the one that speaks HTTP for five seconds, and the silent one for ever.
    expect(performance.now() - from).toBeLessThan(4_000);
  });

  it('answers UNIMPLEMENTED to what it does not do', async () => {
    const error = await rejection(store.client.createProjection('projection', 'fromAll().when({ $init: () => 0 })'));
    expect(error).toMatchObject({ code: status.UNIMPLEMENTED });
    const subscription = store.client.createPersistentSubscriptionToStream(
      newStream(),
      'group',
      persistentSubscriptionToStreamSettingsFromDefaults(),
    );
    expect(await rejection(subscription)).toMatchObject({ code: status.UNIMPLEMENTED });
  });
});

describe('with a password', () => {
  let store: Store;
  const folder = mkdtempSync(join(tmpdir(), 'contract-'));
  const authority = join(folder, 'ca.crt');
  const connect = (user: string, host = 'localhost'): EventStoreDBClient =>
    EventStoreDBClient.connectionString(`esdb://${user}${host}:${store.server.port}?tls=true&tlsCAFile=${authority}`);
  beforeAll(async () => {
    writeFileSync(authority, cert);
    store = await openStore({ tls: { cert, key }, password: 'changeit' });
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('serves who knows it, over TLS', async () => {
    expect(store.server.url).toContain('tls=true');
    for (const host of ['localhost', '127.0.0.1', `localhost:${store.server.port},127.0.0.1`]) {
      const client = connect('admin:changeit@', host);
      const stream = newStream();
      await client.appendToStream(stream, happened());
      await client.appendToStream(stream, happened(), unary);
      expect(await all(client.readStream(stream))).toHaveLength(2);
      expect((await all(client.readAll())).length).toBeGreaterThan(2);
      await client.deleteStream(stream);
      await leave(client);
    }
  });

  it('answers a ping over HTTP', async () => {
    const client = connect('admin:changeit@');
    const request = Reflect.get(client, 'HTTPRequest') as (method: string, path: string, options: object) => unknown;
    const ping = await request('GET', '/ping', {});
    expect(ping).toEqual({ msgTypeId: expect.any(Number), text: 'Ping request successfully handled' });
    await leave(client);
  });

  it.each(['AzureDiamond:hunter2@', 'admin:wrong@', ''])('refuses %s everything', async (user) => {
    const client = connect(user);
    const stream = newStream();
    for (const refused of [
      client.appendToStream(stream, happened()),
      client.appendToStream(stream, happened(), { credentials: { username: 'AzureDiamond', password: 'hunter2' } }),
      client.deleteStream(stream),
      client.tombstoneStream(stream),
      all(client.readStream(stream)),
      all(client.readAll()),
      all(client.subscribeToAll(), 1),
    ]) {
      expect(await rejection(refused)).toBeInstanceOf(AccessDeniedError);
    }
    await expect(all(client.readAll(unary))).resolves.toBeDefined();
    await leave(client);
  });

  it('refuses one call of a client that is served otherwise', async () => {
    const client = connect('admin:changeit@');
    const stranger = { credentials: { username: 'AzureDiamond', password: 'hunter2' } };
    expect(await rejection(all(client.readAll(stranger)))).toBeInstanceOf(AccessDeniedError);
    await expect(all(client.readAll())).resolves.toBeDefined();
    await leave(client);
  });
});

describe('malformed requests', () => {
  let store: Store;
  let client: Client;
  const path = (method: string): string => `/event_store.client.streams.Streams/${method}`;
  const same = (bytes: Buffer): Buffer => bytes;
  beforeAll(async () => {
    store = await openStore();
    client = new Client(`127.0.0.1:${store.server.port}`, credentials.createInsecure());
  });
  afterAll(async () => {
    client.close();
    await store.close();
  });

  const messages = [
    ['nothing at all', Buffer.alloc(0)],
    ['what is not protocol buffers', Buffer.from('ffffffffffffffffffffff', 'hex')],
    ['a length beyond the end', Buffer.from('0aff01', 'hex')],
    ['options without a stream', Buffer.from('0a00', 'hex')],
    ['a number where a message belongs', Buffer.from('0801', 'hex')],
  ] as const;

  it.each(messages)('%s: INVALID_ARGUMENT', async (_name, message) => {
    const codes: (number | undefined)[] = [];
    for (const method of ['Delete', 'Tombstone']) {
      codes.push(
        await new Promise((resolve) =>
          client.makeUnaryRequest(path(method), same, same, message, (error) => resolve(error?.code)),
        ),
      );
    }
    const call = client.makeServerStreamRequest(path('Read'), same, same, message);
    codes.push(await codeOf(call));
    codes.push(
      await new Promise((resolve) => {
        const append = client.makeClientStreamRequest(path('Append'), same, same, (error) => resolve(error?.code));
        append.on('error', () => undefined);
        append.end(message);
      }),
    );
    const batch = client.makeBidiStreamRequest(path('BatchAppend'), same, same);
    batch.write(message);
    codes.push(await codeOf(batch));
    expect(codes).toEqual(Array.from({ length: 5 }, () => status.INVALID_ARGUMENT));
    expect((await store.client.appendToStream(newStream(), happened())).success).toBe(true);
  });

  it('takes no stream name that is not UTF-8', async () => {
    const message = Buffer.from('0a060a041a02fffe', 'hex');
    const code = await new Promise((resolve) =>
      client.makeUnaryRequest(path('Delete'), same, same, message, (error) => resolve(error?.code)),
    );
    expect(code).toBe(status.INVALID_ARGUMENT);
  });
});

function codeOf(call: Pick<ClientReadableStream<Buffer>, 'on'>): Promise<number | undefined> {
  return new Promise((resolve) => {
    call.on('data', () => undefined);
    call.on('error', (error: ServiceError) => resolve(error.code));
    call.on('end', () => setTimeout(() => resolve(undefined), 100));
  });
}
