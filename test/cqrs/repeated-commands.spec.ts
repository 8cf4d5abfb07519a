import { randomUUID } from 'node:crypto';
import { EventStoreDBClient } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashOf, type Hashed, type StoredMetadata } from '../../libs/event-log/index.js';
import { TestClock } from '../../libs/kernel/index.js';
import { Engines } from './engines.js';
import { lead, mql, sql } from './leads.js';

const clock = new TestClock('2026-03-01T10:00:00.000Z');

let engines: Engines;

beforeAll(async () => {
  engines = await Engines.on(clock);
});

afterAll(() => engines.stop());

async function chainOf(stream: string): Promise<{ previousHash: string | null; hash: string; recomputed: string }[]> {
  const client = EventStoreDBClient.connectionString(engines.eventStoreUrl);
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

describe('the same Idempotency-Key', () => {
  it('gets the same answer and records nothing, here and in another process', async () => {
    const here = await engines.open();
    const personId = randomUUID();
    const commandId = randomUUID();
    const first = await here.send('RegisterLead', lead(personId), { commandId });
    await here.send('QualifyLead', mql(personId));
    expect(await here.send('RegisterLead', lead(personId), { commandId })).toEqual(first);
    expect(await (await engines.open()).send('RegisterLead', lead(personId), { commandId })).toEqual(first);
  });

  it('gets the same answer when its receipt was lost with the process', async () => {
    const personId = randomUUID();
    const commandId = randomUUID();
    const here = await engines.open();
    await here.send('RegisterLead', lead(personId));
    const first = await here.send('QualifyLead', mql(personId), { commandId });
    await here.send('QualifyLead', sql(personId));
    await engines.database.pool.query('delete from kroniek.command_receipts where command_id = $1', [commandId]);
    expect(await (await engines.open()).send('QualifyLead', mql(personId), { commandId })).toEqual(first);
  });

  it('sent many times at once, to two processes, records once', async () => {
    const [here, there] = [await engines.open(), await engines.open()];
    const personId = randomUUID();
    const commandId = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? here : there).send('RegisterLead', lead(personId), { commandId })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.revision).toBe(0);
  });

  it('of a command that changed nothing stays one that changed nothing', async () => {
    const here = await engines.open();
    const personId = randomUUID();
    const commandId = randomUUID();
    await here.send('RegisterLead', lead(personId));
    await here.send('QualifyLead', mql(personId));
    const nothing = await here.send('QualifyLead', mql(personId), { commandId });
    expect(nothing.events).toEqual([]);
    await here.send('DisqualifyLead', { personId, reason: 'no budget' });
    await here.send('RecycleLead', { personId });
    expect(await (await engines.open()).send('QualifyLead', mql(personId), { commandId })).toEqual(nothing);
  });

  it('sent again while others of its stream still wait for theirs gets the answer of its time', async () => {
    const here = await engines.open();
    const personId = randomUUID();
    const commandId = randomUUID();
    await here.send('RegisterLead', lead(personId));
    await here.send('QualifyLead', mql(personId));
    const [nothing, disqualified, recycled, again] = await Promise.all([
      here.send('QualifyLead', mql(personId), { commandId }),
      here.send('DisqualifyLead', { personId, reason: 'no budget' }),
      here.send('RecycleLead', { personId }),
      here.send('QualifyLead', mql(personId), { commandId }),
    ]);
    expect([disqualified.revision, recycled.revision]).toEqual([2, 3]);
    expect(nothing).toMatchObject({ revision: 1, events: [] });
    expect(again).toEqual(nothing);
  });

  it('is claimed while the command is decided on, and nothing is recorded before it is known to be new', async () => {
    const receipts = await engines.receipts();
    const claim = receipts.claim.bind(receipts);
    const gates: ((claimed: Promise<void>) => void)[] = [];
    receipts.claim = async (...asked) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return claim(...asked);
    };
    const here = await engines.open({ receipts });
    const [personId, other] = [randomUUID(), randomUUID()];
    const registered = here.send('RegisterLead', lead(personId));
    const failing = here.send('RegisterLead', lead(other));
    const sealed = `select count(*)::int as count from kroniek.personal_keys where subject = any($1)`;
    const subjects = [`person-${personId}`, `person-${other}`];
    for (let keys = 0; keys < 2;) {
      const { rows } = await engines.database.pool.query<{ count: number }>(sealed, [subjects]);
      keys = rows[0]?.count ?? 0;
    }
    const heads = async () => Promise.all(subjects.map(async (stream) => (await here.log.load(stream)).head));
    expect(await heads()).toEqual([null, null]);
    gates[0]?.(Promise.resolve());
    gates[1]?.(Promise.reject(new Error('The database went away.')));
    expect(await registered).toMatchObject({ revision: 0, events: [{ type: 'LeadRegistered' }] });
    await expect(failing).rejects.toThrow('The database went away.');
    expect(await heads()).toMatchObject([{ revision: 0 }, null]);
  });

  it('for another command is refused', async () => {
    const here = await engines.open();
    const commandId = randomUUID();
    await here.send('RegisterLead', lead(randomUUID()), { commandId });
    const personId = randomUUID();
    await expect(here.send('RegisterLead', lead(personId), { commandId })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect((await here.log.load(`person-${personId}`)).head).toBeNull();
  });
});

describe('a command whose answer was lost with the process', () => {
  it.each([
    ['with its receipt', false],
    ['without its receipt', true],
  ])('leaves a stream whose hashes hold when it comes again later, %s', async (_, receiptLost) => {
    const commandId = randomUUID();
    const lead = { personId: randomUUID(), name: 'Ilse Verbruggen', source: 'trade fair' };
    const first = await (await engines.open()).send('RegisterLead', lead, { commandId });
    if (receiptLost) {
      await engines.database.pool.query('delete from kroniek.command_receipts where command_id = $1', [commandId]);
    }
    const later = await engines.open({ clock: new TestClock('2026-03-01T10:00:05.000Z') });
    expect(await later.send('RegisterLead', lead, { commandId })).toEqual(first);
    const { personId } = lead;
    await later.send('QualifyLead', { personId, to: 'marketing-qualified' });

    const chain = await chainOf(first.stream);
    expect(chain.map(({ previousHash }) => previousHash)).toEqual([null, chain[0]?.hash]);
    for (const { hash, recomputed } of chain) expect(hash).toBe(recomputed);
  });
});

describe('the answer of a command that recorded nothing', () => {
  const nothing = { stream: 'person-1', revision: 4, position: '99', events: [] };

  it('is kept when the database has lost the claim meanwhile', async () => {
    const receipts = await engines.receipts();
    const commandId = randomUUID();
    await receipts.claim(commandId, 'print');
    await engines.database.pool.query('delete from kroniek.command_receipts where command_id = $1', [commandId]);
    await receipts.keep(commandId, 'print', nothing);
    expect(await receipts.claim(commandId, 'print')).toMatchObject({ fingerprint: 'print', result: nothing });
  });

  it('is that of the process that was faster', async () => {
    const [here, there] = [await engines.receipts(), await engines.receipts()];
    const commandId = randomUUID();
    await here.claim(commandId, 'print');
    expect(await there.keep(commandId, 'print', nothing)).toEqual(nothing);
    expect(await here.keep(commandId, 'print', { ...nothing, revision: 5 })).toEqual(nothing);
  });
});
