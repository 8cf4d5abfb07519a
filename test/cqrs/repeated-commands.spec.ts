import { randomUUID } from 'node:crypto';
import { EventStoreDBClient } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandCatalogue, CommandExecutor, Receipts, Streams } from '../../libs/cqrs/index.js';
import { domainCatalogue } from '../../libs/domain/index.js';
import { EventLog, PersonalKeys, hashOf, type Hashed, type StoredMetadata } from '../../libs/event-log/index.js';
import { TestClock } from '../../libs/kernel/index.js';
import { openDatabase, type Database } from '../../libs/read-model/index.js';
import { throwAwayServers, type ThrowAwayServers } from '../../libs/testing/servers.js';

const masterKey = Buffer.alloc(32, 7);
const commands = new CommandCatalogue();
const actor = { id: 'e.smit', role: 'sales' } as const;

let servers: ThrowAwayServers;
let database: Database;
const logs: EventLog[] = [];

/** A process of its own, at its own instant. */
async function process(now: string): Promise<CommandExecutor> {
  const keys = await PersonalKeys.open(database.db, masterKey);
  const log = EventLog.connect({ url: servers.eventStoreUrl, catalogue: domainCatalogue, keys });
  logs.push(log);
  const receipts = await Receipts.open(database, masterKey);
  return new CommandExecutor(commands, log, new Streams(log, () => performance.now()), receipts, new TestClock(now));
}

const send = (executor: CommandExecutor, commandId: string, name: string, data: object) =>
  executor.execute({ command: commands.read(name, data).command, commandId, actor, correlationId: 'test' });

async function chainOf(stream: string): Promise<{ previousHash: string | null; hash: string; recomputed: string }[]> {
  const client = EventStoreDBClient.connectionString(servers.eventStoreUrl);
  const chain = [];
  for await (const { event } of client.readStream(stream)) {
    if (!event) continue;
    const { id, type, data, metadata } = event as unknown as Hashed & { metadata: StoredMetadata };
    const recomputed = hashOf({ stream, revision: Number(event.revision), id, type, data, metadata });
    chain.push({ previousHash: metadata.previousHash, hash: metadata.hash, recomputed });
  }
  await client.dispose();
  return chain;
}

beforeAll(async () => {
  servers = await throwAwayServers();
  database = openDatabase(servers.databaseUrl);
});

afterAll(async () => {
  await Promise.all(logs.map((log) => log.close()));
  await database.close();
  await servers.stop();
});

describe('a command whose answer was lost with the process', () => {
  it.each([
    ['with its receipt', false],
    ['without its receipt', true],
  ])('leaves a stream whose hashes hold when it comes again later, %s', async (_, receiptLost) => {
    const commandId = randomUUID();
    const lead = { personId: randomUUID(), name: 'Ilse Verbruggen', source: 'trade fair' };
    const first = await send(await process('2026-03-01T10:00:00.000Z'), commandId, 'RegisterLead', lead);
    if (receiptLost) {
      await database.pool.query('delete from kroniek.command_receipts where command_id = $1', [commandId]);
    }
    const later = await process('2026-03-01T10:00:05.000Z');
    expect(await send(later, commandId, 'RegisterLead', lead)).toEqual(first);
    const { personId } = lead;
    await send(later, randomUUID(), 'QualifyLead', { personId, to: 'marketing-qualified' });

    const chain = await chainOf(first.stream);
    expect(chain.map(({ previousHash }) => previousHash)).toEqual([null, chain[0]?.hash]);
    for (const { hash, recomputed } of chain) expect(hash).toBe(recomputed);
  });
});

describe('the answer of a command that recorded nothing', () => {
  const nothing = { stream: 'person-1', revision: 4, position: '99', events: [] };

  it('is kept when the database has lost the claim meanwhile', async () => {
    const receipts = await Receipts.open(database, masterKey);
    const commandId = randomUUID();
    await receipts.claim(commandId, 'print');
    await database.pool.query('delete from kroniek.command_receipts where command_id = $1', [commandId]);
    await receipts.keep(commandId, 'print', nothing);
    expect(await receipts.claim(commandId, 'print')).toMatchObject({ fingerprint: 'print', result: nothing });
  });

  it('is that of the process that was faster', async () => {
    const [here, there] = [await Receipts.open(database, masterKey), await Receipts.open(database, masterKey)];
    const commandId = randomUUID();
    await here.claim(commandId, 'print');
    expect(await there.keep(commandId, 'print', nothing)).toEqual(nothing);
    expect(await here.keep(commandId, 'print', { ...nothing, revision: 5 })).toEqual(nothing);
  });
});
