import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Log } from '../options.js';
import { Heads } from './heads.js';
import { Reader } from './reader.js';
import { Tail } from './tail.js';
import { Writer } from './writer.js';
import { WriterSession } from './writer-session.js';

const READING_CONNECTIONS = 4;

export type Store = { writer: Writer; reader: Reader; close(): Promise<void> };

/** @throws DatabaseInUse, or what PostgreSQL says. */
export async function openStore(database: string, now: () => number, log: Log): Promise<Store> {
  const heads = new Heads();
  const tail = new Tail();
  const session = new WriterSession(database, log, (position) => {
    heads.forgetAll();
    tail.reset(position);
  });
  await session.open();
  const pool = new pg.Pool({
    connectionString: database,
    max: READING_CONNECTIONS,
    application_name: 'event store reader',
  });
  pool.on('error', () => undefined);
  const writer = new Writer(session, heads, tail, now);
  if (session.position === 0) await writeFirstEvent(writer);
  return {
    writer,
    reader: new Reader(pool, heads, tail, now),
    close: async () => {
      await writer.close();
      await session.close();
      await pool.end();
    },
  };
}

/** A log begins with an event of the store's own, as clients expect of `$all`: here the age of its statistics. */
async function writeFirstEvent(writer: Writer): Promise<void> {
  const event = {
    id: randomUUID(),
    type: '$metadata',
    contentType: 'application/json',
    metadata: Buffer.alloc(0),
    data: Buffer.from('{"$maxAge":2592000}'),
  };
  await new Promise((done) => {
    writer.submit({ stream: '$$$stats', expected: 'any', change: { kind: 'append', events: [event] }, bytes: 0, done });
  });
}
