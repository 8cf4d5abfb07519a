import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CommandCatalogue,
  ensureProcessTables,
  statusOfProcesses,
  type CommandExecutor,
} from '../../libs/cqrs/index.js';
import { processes } from '../../libs/domain/index.js';
import { openDatabase, type Database } from '../../libs/read-model/index.js';
import { throwAwayServers, type ThrowAwayServers } from '../../libs/testing/servers.js';
import { Mortality, openProcess } from './mortal-process.js';

const commands = new CommandCatalogue();

let servers: ThrowAwayServers;
let database: Database;

beforeAll(async () => {
  servers = await throwAwayServers();
  database = openDatabase(servers.databaseUrl);
  await ensureProcessTables(database.db);
});

afterAll(async () => {
  await database.close();
  await servers.stop();
});

const send = (executor: CommandExecutor, name: string, data: object) =>
  executor.execute({
    command: commands.read(name, data).command,
    commandId: randomUUID(),
    actor: { id: 'e.smit', role: 'sales-manager' },
    correlationId: 'test',
  });

/** The events of a stream, oldest first. */
async function recorded(stream: string): Promise<readonly { readonly type: string; readonly data: object }[]> {
  const client = EventStoreDBClient.connectionString(servers.eventStoreUrl);
  const found: { readonly type: string; readonly data: object }[] = [];
  try {
    for await (const { event } of client.readStream(stream)) {
      if (event) found.push({ type: event.type, data: event.data as object });
    }
  } finally {
    await client.dispose();
  }
  return found;
}

describe('The parents of accounts', () => {
  it('form no circle for long, though two callers closed one at the same time', async () => {
    const [one, other] = [await openProcess(servers, new Mortality()), await openProcess(servers, new Mortality())];
    const ending = new AbortController();
    try {
      const [a, b] = [randomUUID(), randomUUID()];
      await send(one.executor, 'OpenAccount', { accountId: a, name: 'A' });
      await send(one.executor, 'OpenAccount', { accountId: b, name: 'B' });
      // The other process has just seen both, and takes what it saw for true for a moment.
      await send(other.executor, 'TransferAccount', { accountId: a, owner: 'sam' });
      await send(other.executor, 'TransferAccount', { accountId: b, owner: 'sam' });
      await send(one.executor, 'AssignParentAccount', { accountId: a, parentId: b });
      const { position } = await send(other.executor, 'AssignParentAccount', { accountId: b, parentId: a });

      const running = one.runner.run(processes, ending.signal);
      running.catch(() => undefined);
      for (;;) {
        const places = await statusOfProcesses(database.db, processes);
        if (places.every((place) => BigInt(place.position ?? -1) >= BigInt(position))) break;
        await sleep(10);
      }
      ending.abort();
      await running.catch(() => undefined);

      const ends = await Promise.all([a, b].map(async (id) => (await recorded(`account-${id}`)).at(-1)));
      const broken = ends.filter((event) => event?.type === 'AccountParentRemoved');
      expect(broken.map((event) => event?.data)).toContainEqual(expect.objectContaining({ because: 'circle' }));
    } finally {
      ending.abort();
      await one.close();
      await other.close();
    }
  }, 60_000);

  it('are followed up to the last one before a decision', async () => {
    const one = await openProcess(servers, new Mortality());
    try {
      const ids = Array.from({ length: 4 }, () => randomUUID());
      for (const [n, accountId] of ids.entries()) {
        await send(one.executor, 'OpenAccount', { accountId, name: `A${n}`, parentId: ids[n - 1] });
      }
      await expect(
        send(one.executor, 'AssignParentAccount', { accountId: ids[0], parentId: ids[3] }),
      ).rejects.toMatchObject({ code: 'ACCOUNT_PARENT_CIRCLE' });
    } finally {
      await one.close();
    }
  });
});

describe('A purchase', () => {
  it('is one and the same from whatever process and however often it is reported', async () => {
    const [one, other] = [await openProcess(servers, new Mortality()), await openProcess(servers, new Mortality())];
    try {
      const accountId = randomUUID();
      await send(one.executor, 'OpenAccount', { accountId, name: 'Noordzee Windbouw' });
      const amount = { amount: 4_400_000, currency: 'EUR' };
      const order = {
        accountId,
        source: { system: 'erp-north', reference: 'SO-417' },
        kind: 'order',
        date: '2026-03-02',
        lines: [{ product: 'Turbine care', quantity: '40', unitPrice: { amount: 110_000, currency: 'EUR' } }],
        amount,
      };
      const answers = await Promise.all(
        [one, other, one, other].map(({ executor }) => send(executor, 'RecordPurchase', order)),
      );
      const [stream] = new Set(answers.map((answer) => answer.stream));
      expect(new Set(answers.map((answer) => answer.stream)).size).toBe(1);
      expect(answers.flatMap(({ events }) => events)).toHaveLength(1);
      expect((await recorded(stream ?? '')).map(({ type }) => type)).toEqual(['PurchaseRecorded']);
      await expect(send(one.executor, 'RecordPurchase', { ...order, kind: 'invoice' })).rejects.toMatchObject({
        kind: 'conflict',
        code: 'PURCHASE_EXISTS',
      });
    } finally {
      await one.close();
      await other.close();
    }
  });
});
