import { randomUUID } from 'node:crypto';
import {
  EventStoreDBClient,
  type JSONEventData,
  type ResolvedEvent,
  type StreamingRead,
  jsonEvent,
} from '@eventstore/db-client';
import {
  type EventStoreOptions,
  type EventStoreServer,
  startEventStore,
} from '../../libs/embedded/event-store/index.js';
import { throwAwayDatabase } from '../../libs/testing/database.js';

export type Store = {
  client: EventStoreDBClient;
  server: EventStoreServer;
  database: string;
  close(): Promise<void>;
};

/** An empty store of its own, and the real client connected to it. */
export async function openStore(options: Partial<EventStoreOptions> = {}): Promise<Store> {
  const throwAway = await throwAwayDatabase();
  const database = throwAway.url;
  const server = await startEventStore({ database, ...options });
  const client = EventStoreDBClient.connectionString(server.url);
  const store: Store = {
    client,
    server,
    database,
    close: async () => {
      await leave(store.client);
      await store.server.stop();
      await throwAway.drop();
    },
  };
  return store;
}

/** The client's `dispose` waits for ever for a read that was broken off with answers still unread. */
export async function leave(client: EventStoreDBClient): Promise<void> {
  await Promise.race([client.dispose(), new Promise((resolve) => setTimeout(resolve, 300))]);
}

/** With credentials the client uses the unary Append, without them BatchAppend. */
export const unary = { credentials: { username: 'admin', password: 'changeit' } };

export const newStream = (category = 'contract'): string => `${category}-${randomUUID()}`;

export const happened = (index = 0, type = 'Happened'): JSONEventData => jsonEvent({ type, data: { index } });

export const several = (count: number, type?: string): JSONEventData[] =>
  Array.from({ length: count }, (_, index) => happened(index, type));

export async function all<T>(read: StreamingRead<T> | AsyncIterable<T>, most = Infinity): Promise<T[]> {
  const items: T[] = [];
  if (most === 0) return items;
  for await (const item of read) {
    items.push(item);
    if (items.length >= most) break;
  }
  return items;
}

export const revisions = (events: readonly ResolvedEvent[]): number[] =>
  events.map(({ event }) => Number(event?.revision ?? -1));

/** What a promise was rejected with; fails when it was not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`not rejected, but ${String(value)}`);
    },
    (error: unknown) => error,
  );
}

export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error('it did not come to be');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
