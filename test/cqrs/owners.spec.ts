import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeys } from '../../libs/cqrs/index.js';
import { defaultPipeline } from '../../libs/domain/index.js';
import { TestClock } from '../../libs/kernel/index.js';
import { Engines } from './engines.js';

const clock = new TestClock('2026-03-01T10:00:00.000Z');

let engines: Engines;

beforeAll(async () => {
  engines = await Engines.on(clock);
  await (await engines.open()).send('DefinePipeline', defaultPipeline);
});

afterAll(() => engines.stop());

const opportunity = (owner?: string): Record<string, unknown> => ({
  opportunityId: randomUUID(),
  title: 'Cranes',
  amount: { amount: 100, currency: 'EUR' },
  ...(owner !== undefined && { owner }),
});

const notYours = { kind: 'forbidden', code: 'NOT_YOURS' };
const [sam, noor] = [{ salesperson: 'sam' }, { salesperson: 'noor' }];

describe('whose something is', () => {
  it('is asked of the state that is decided upon, whatever another process has made of it meanwhile', async () => {
    const [here, there] = [await engines.open(), await engines.open()];
    const { opportunityId, ...deal } = opportunity('sam');
    await here.send('OpenOpportunity', { opportunityId, ...deal });
    await there.send('ReassignOpportunity', { opportunityId, owner: 'noor' });
    // What is remembered here says it is Sam's.
    const advance = { opportunityId, to: 'qualification' };
    await expect(here.send('AdvanceOpportunity', advance, sam)).rejects.toMatchObject(notYours);
    await there.send('ReassignOpportunity', { opportunityId, owner: 'sam' });
    await here.send('RescheduleOpportunity', { opportunityId, expectedClose: '2026-05-04' }, sam);
    await there.send('ReassignOpportunity', { opportunityId, owner: 'noor' });
    // What is remembered here says it is not Noor's.
    expect((await here.send('AdvanceOpportunity', advance, noor)).events).toHaveLength(1);
  });

  it('of a manager follows the team, also where it was looked up a moment ago', async () => {
    const [here, there] = [await engines.open(), await engines.open()];
    const { opportunityId, ...deal } = opportunity('iris');
    const manager = (salesperson: string) => ({ actor: { id: 'm', role: 'sales-manager' }, salesperson }) as const;
    await here.send('OpenOpportunity', { opportunityId, ...deal });
    const later = { opportunityId, expectedClose: '2026-06-01' };
    await expect(here.send('RescheduleOpportunity', later, manager('kim'))).rejects.toMatchObject(notYours);
    await there.send('DefineTeam', { teamId: 'west', name: 'West', manager: 'kim' }, manager('kim'));
    await there.send('AddTeamMember', { salesperson: 'iris', teamId: 'west', from: '2026-03-01' }, manager('kim'));
    expect((await here.send('RescheduleOpportunity', later, manager('kim'))).events).toHaveLength(1);
  });

  it('that is not there is not found, whoever asks', async () => {
    const { send } = await engines.open();
    const advance = { opportunityId: randomUUID(), to: 'qualification' };
    await expect(send('AdvanceOpportunity', advance, sam)).rejects.toMatchObject({ code: 'OPPORTUNITY_NOT_FOUND' });
  });

  it('is not asked of a command that was carried out: it is answered again, also when its receipt is lost', async () => {
    const [here, there] = [await engines.open(), await engines.open()];
    const { opportunityId, ...deal } = opportunity('sam');
    await here.send('OpenOpportunity', { opportunityId, ...deal }, sam);
    const [handOver, nothing] = [randomUUID(), randomUUID()];
    const stays = { opportunityId, owner: 'sam' };
    const unchanged = await here.send('ReassignOpportunity', stays, { ...sam, commandId: nothing });
    const goes = { opportunityId, owner: 'noor' };
    const handedOver = await here.send('ReassignOpportunity', goes, { ...sam, commandId: handOver });
    for (const { send } of [here, there, await engines.open()]) {
      expect(await send('ReassignOpportunity', goes, { ...sam, commandId: handOver })).toEqual(handedOver);
      expect(await send('ReassignOpportunity', stays, { ...sam, commandId: nothing })).toEqual(unchanged);
    }
    await engines.database.pool.query('delete from kroniek.command_receipts where command_id = $1', [handOver]);
    expect(await here.send('ReassignOpportunity', goes, { ...sam, commandId: handOver })).toEqual(handedOver);
    await expect(here.send('ReassignOpportunity', goes, sam)).rejects.toMatchObject(notYours);
  });

  it('stands in no event: the actor is the key and its role', async () => {
    const { send, log } = await engines.open();
    const { stream } = await send('OpenOpportunity', opportunity('sam'), sam);
    const { events } = await log.load(stream);
    expect(events.map(({ actor }) => actor)).toEqual([{ id: 'e.smit', role: 'sales' }]);
  });

  it('is not looked up for keys that act for nobody in particular', async () => {
    const { send, reads } = await engines.open();
    const manager = { actor: { id: 'a-key', role: 'sales-manager' } } as const;
    const { opportunityId, ...deal } = opportunity('sam');
    await send('OpenOpportunity', { opportunityId, ...deal }, manager);
    await send('RescheduleOpportunity', { opportunityId, expectedClose: '2026-05-04' }, manager);
    expect(reads.filter((stream) => /^(membership|team)-/.test(stream))).toEqual([]);
    const other = { opportunityId, expectedClose: '2026-05-05' };
    await expect(send('RescheduleOpportunity', other, { ...manager, salesperson: 'kim' })).rejects.toMatchObject(
      notYours,
    );
    expect(reads.filter((stream) => /^membership-/.test(stream))).not.toEqual([]);
  });
});

describe('the keys', () => {
  it('that were made before keys named a salesperson act for nobody in particular', async () => {
    await engines.database.pool.query('drop table if exists kroniek.api_keys');
    await engines.database.pool
      .query(`create table kroniek.api_keys (id uuid primary key, name text not null, role text not null,
      secret_hash text not null, created_at timestamptz not null default now(), revoked_at timestamptz)`);
    const before = await ApiKeys.open(engines.database.db);
    const { key } = await before.create({ name: 'office', role: 'sales' });
    await engines.database.pool.query('alter table kroniek.api_keys drop column salesperson');
    const keys = await ApiKeys.open(engines.database.db);
    expect(await keys.holderOf(key)).toEqual({ actor: { id: expect.any(String), role: 'sales' } });
    const sams = await keys.create({ name: 'Sam’s phone', role: 'sales', salesperson: 'sam' });
    expect(await keys.holderOf(sams.key)).toEqual({ actor: { id: sams.id, role: 'sales' }, salesperson: 'sam' });
    expect((await keys.list()).map(({ salesperson }) => salesperson)).toEqual([null, 'sam']);
  });
});
