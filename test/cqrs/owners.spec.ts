import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ApiKeys,
  CommandCatalogue,
  CommandExecutor,
  Receipts,
  Streams,
  type CommandRequest,
  type CommandResult,
} from '../../libs/cqrs/index.js';
import { defaultPipeline, domainCatalogue } from '../../libs/domain/index.js';
import { EventLog, PersonalKeys } from '../../libs/event-log/index.js';
import { TestClock } from '../../libs/kernel/index.js';
import { openDatabase, type Database } from '../../libs/read-model/index.js';
import { throwAwayServers, type ThrowAwayServers } from '../../libs/testing/servers.js';

const masterKey = Buffer.alloc(32, 7);
const commands = new CommandCatalogue();
const clock = new TestClock('2026-03-01T10:00:00.000Z');
const logs: EventLog[] = [];
let servers: ThrowAwayServers;
let database: Database;

beforeAll(async () => {
  servers = await throwAwayServers();
  database = openDatabase(servers.databaseUrl);
  await (await process()).send('DefinePipeline', defaultPipeline);
});

afterAll(async () => {
  await Promise.all(logs.map((log) => log.close()));
  await database.close();
  await servers.stop();
});

interface Process {
  readonly send: (name: string, data: object, more?: Partial<CommandRequest>) => Promise<CommandResult>;
  readonly log: EventLog;
}

/** A process of its own: nothing remembered, the same stores. */
async function process(): Promise<Process> {
  const keys = await PersonalKeys.open(database.db, masterKey);
  const log = EventLog.connect({ url: servers.eventStoreUrl, catalogue: domainCatalogue, keys });
  logs.push(log);
  const receipts = await Receipts.open(database, masterKey);
  const executor = new CommandExecutor(commands, log, new Streams(log, () => performance.now()), receipts, clock);
  return {
    log,
    send: (name, data, more = {}) =>
      executor.execute({
        command: commands.read(name, data).command,
        commandId: randomUUID(),
        actor: { id: 'a-key', role: 'sales' },
        correlationId: 'test',
        ...more,
      }),
  };
}

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
    const [here, there] = [await process(), await process()];
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
    const [here, there] = [await process(), await process()];
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
    const { send } = await process();
    const advance = { opportunityId: randomUUID(), to: 'qualification' };
    await expect(send('AdvanceOpportunity', advance, sam)).rejects.toMatchObject({ code: 'OPPORTUNITY_NOT_FOUND' });
  });

  it('is not asked of a command that was carried out: it is answered again, also when its receipt is lost', async () => {
    const [here, there] = [await process(), await process()];
    const { opportunityId, ...deal } = opportunity('sam');
    await here.send('OpenOpportunity', { opportunityId, ...deal }, sam);
    const [handOver, nothing] = [randomUUID(), randomUUID()];
    const stays = { opportunityId, owner: 'sam' };
    const unchanged = await here.send('ReassignOpportunity', stays, { ...sam, commandId: nothing });
    const goes = { opportunityId, owner: 'noor' };
    const handedOver = await here.send('ReassignOpportunity', goes, { ...sam, commandId: handOver });
    for (const { send } of [here, there, await process()]) {
      expect(await send('ReassignOpportunity', goes, { ...sam, commandId: handOver })).toEqual(handedOver);
      expect(await send('ReassignOpportunity', stays, { ...sam, commandId: nothing })).toEqual(unchanged);
    }
    await database.pool.query('delete from kroniek.command_receipts where command_id = $1', [handOver]);
    expect(await here.send('ReassignOpportunity', goes, { ...sam, commandId: handOver })).toEqual(handedOver);
    await expect(here.send('ReassignOpportunity', goes, sam)).rejects.toMatchObject(notYours);
  });

  it('stands in no event: the actor is the key and its role', async () => {
    const { send, log } = await process();
    const { stream } = await send('OpenOpportunity', opportunity('sam'), sam);
    const { events } = await log.load(stream);
    expect(events.map(({ actor }) => actor)).toEqual([{ id: 'a-key', role: 'sales' }]);
  });

  it('is not looked up for keys that act for nobody in particular', async () => {
    const keys = await PersonalKeys.open(database.db, masterKey);
    const log = EventLog.connect({ url: servers.eventStoreUrl, catalogue: domainCatalogue, keys });
    logs.push(log);
    const loaded: string[] = [];
    const counting = {
      load: (...asked: Parameters<EventLog['load']>) => {
        loaded.push(asked[0]);
        return log.load(...asked);
      },
    };
    const streams = new Streams(counting, () => performance.now());
    const executor = new CommandExecutor(commands, log, streams, await Receipts.open(database, masterKey), clock);
    const issue = (name: string, data: object, more: Partial<CommandRequest> = {}) =>
      executor.execute({
        command: commands.read(name, data).command,
        commandId: randomUUID(),
        actor: { id: 'a-key', role: 'sales-manager' },
        correlationId: 'test',
        ...more,
      });
    const { opportunityId, ...deal } = opportunity('sam');
    await issue('OpenOpportunity', { opportunityId, ...deal });
    await issue('RescheduleOpportunity', { opportunityId, expectedClose: '2026-05-04' });
    expect(loaded.filter((stream) => /^(membership|team)-/.test(stream))).toEqual([]);
    const asked = { salesperson: 'kim' };
    const other = { opportunityId, expectedClose: '2026-05-05' };
    await expect(issue('RescheduleOpportunity', other, asked)).rejects.toMatchObject(notYours);
    expect(loaded.filter((stream) => /^membership-/.test(stream))).not.toEqual([]);
  });
});

describe('the keys', () => {
  it('that were made before keys named a salesperson act for nobody in particular', async () => {
    await database.pool.query('drop table if exists kroniek.api_keys');
    await database.pool
      .query(`create table kroniek.api_keys (id uuid primary key, name text not null, role text not null,
      secret_hash text not null, created_at timestamptz not null default now(), revoked_at timestamptz)`);
    const before = await ApiKeys.open(database.db);
    const { key } = await before.create({ name: 'office', role: 'sales' });
    await database.pool.query('alter table kroniek.api_keys drop column salesperson');
    const keys = await ApiKeys.open(database.db);
    expect(await keys.holderOf(key)).toEqual({ actor: { id: expect.any(String), role: 'sales' } });
    const sams = await keys.create({ name: 'Sam’s phone', role: 'sales', salesperson: 'sam' });
    expect(await keys.holderOf(sams.key)).toEqual({ actor: { id: sams.id, role: 'sales' }, salesperson: 'sam' });
    expect((await keys.list()).map(({ salesperson }) => salesperson)).toEqual([null, 'sam']);
  });
});
