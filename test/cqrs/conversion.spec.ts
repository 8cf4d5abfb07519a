import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v5 as derivedId } from 'uuid';
import {
  CommandCatalogue,
  ensureProcessTables,
  ProcessRunner,
  statusOfProcesses,
  type CommandExecutor,
} from '../../libs/cqrs/index.js';
import { defaultPipeline, domainCatalogue, processes } from '../../libs/domain/index.js';
import { EventLog, PersonalKeys } from '../../libs/event-log/index.js';
import { conflict } from '../../libs/kernel/index.js';
import { openDatabase, type Database } from '../../libs/read-model/index.js';
import { throwAwayServers, type ThrowAwayServers } from '../../libs/testing/servers.js';
import { Mortality, openProcess, type MortalProcess } from './mortal-process.js';

const commands = new CommandCatalogue();

let servers: ThrowAwayServers;
let database: Database;

const send = (executor: CommandExecutor, name: string, data: object, commandId: string = randomUUID()) =>
  executor.execute({
    command: commands.read(name, data).command,
    commandId,
    actor: { id: 'e.smit', role: 'sales' },
    correlationId: 'test',
  });

/** A sales-qualified lead. */
async function lead(executor: CommandExecutor): Promise<string> {
  const personId = randomUUID();
  await send(executor, 'RegisterLead', { personId, name: 'Ilse Verbruggen', source: 'trade fair' });
  await send(executor, 'QualifyLead', { personId, to: 'marketing-qualified' });
  await send(executor, 'QualifyLead', { personId, to: 'sales-qualified' });
  return personId;
}

const conversion = (personId: string) => ({
  personId,
  account: { name: 'Noordzee Windbouw' },
  opportunity: { title: 'Forty turbines', amount: { amount: 4_800_000, currency: 'EUR' } },
});

/** Types of the events that were recorded, by stream. */
async function recorded(): Promise<Map<string, string[]>> {
  const client = EventStoreDBClient.connectionString(servers.eventStoreUrl);
  const streams = new Map<string, string[]>();
  try {
    for await (const { event } of client.readAll()) {
      if (event) streams.set(event.streamId, [...(streams.get(event.streamId) ?? []), event.type]);
    }
  } finally {
    await client.dispose();
  }
  return streams;
}

/** Resolves when the processes have heard everything up to a position, or the signal says that they never will. */
async function heard(position: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const [status] = await statusOfProcesses(database.db, processes);
    if (BigInt(status?.position ?? -1) >= BigInt(position)) return;
    await sleep(10);
  }
}

/** One life: the command is sent, the processes run until they have heard of it. What it dies of is left behind. */
async function live(personId: string, commandId: string, mortality: Mortality): Promise<void> {
  const living = await openProcess(servers, mortality);
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, mortality.signal]);
  try {
    const { position } = await send(living.executor, 'ConvertLead', conversion(personId), commandId);
    const running = living.runner.run(processes, signal);
    running.catch(() => undefined);
    await heard(position, signal);
    ending.abort();
    await running.catch(() => undefined);
  } catch (error) {
    if (!mortality.died) throw error;
  } finally {
    await living.close();
  }
}

interface Conversion {
  readonly personId: string;
  readonly commandId: string;
}

/** These conversions and no others happened, each once. */
async function expectConverted(conversions: readonly Conversion[]): Promise<void> {
  const streams = await recorded();
  for (const { personId, commandId } of conversions) {
    const ended = {
      person: streams.get(`person-${personId}`)?.slice(-2),
      account: streams.get(`account-${derivedId('account', commandId)}`),
      opportunity: streams.get(`opportunity-${derivedId('opportunity', commandId)}`),
    };
    expect(ended).toEqual({
      person: ['LeadQualified', 'LeadConverted'],
      account: ['AccountOpened'],
      opportunity: ['OpportunityOpened'],
    });
  }
  const types = [...streams.values()].flat();
  for (const type of ['LeadConverted', 'AccountOpened', 'OpportunityOpened']) {
    expect(types.filter((recorded) => recorded === type)).toHaveLength(conversions.length);
  }
}

let healthy: MortalProcess;

beforeAll(async () => {
  servers = await throwAwayServers();
  database = openDatabase(servers.databaseUrl);
  await ensureProcessTables(database.db);
  healthy = await openProcess(servers, new Mortality());
  await send(healthy.executor, 'DefinePipeline', defaultPipeline);
});

afterAll(async () => {
  await healthy.close();
  await database.close();
  await servers.stop();
});

describe('a conversion ends in one contact, one account and one opportunity', () => {
  const conversions: Conversion[] = [];
  const oneMore = async (): Promise<Conversion> => {
    const made = { personId: await lead(healthy.executor), commandId: randomUUID() };
    conversions.push(made);
    return made;
  };

  it('wherever the process dies and starts again', async () => {
    let deaths = 0;
    for (;;) {
      const { personId, commandId } = await oneMore();
      const mortality = new Mortality(deaths);
      await live(personId, commandId, mortality);
      if (!mortality.died) break;
      deaths++;
      await live(personId, commandId, new Mortality());
    }
    // Before and after each claim and append of three commands, and each reading and writing of the checkpoint.
    expect(deaths).toBeGreaterThanOrEqual(16);
    await expectConverted(conversions);
  });

  it('when two processes hear of it', async () => {
    const others = await Promise.all([openProcess(servers, new Mortality()), openProcess(servers, new Mortality())]);
    const ending = new AbortController();
    const running = others.map(({ runner }) => runner.run(processes, ending.signal));
    for (const rejected of running) rejected.catch(() => undefined);
    const made = await Promise.all(Array.from({ length: 8 }, oneMore));
    const answers = await Promise.all(
      made.map(({ personId, commandId }) => send(healthy.executor, 'ConvertLead', conversion(personId), commandId)),
    );
    for (const { position } of answers) await heard(position, ending.signal);
    ending.abort();
    await Promise.allSettled(running);
    await Promise.all(others.map((other) => other.close()));
    await expectConverted(conversions);
  });

  it('when its streams are busy for a while', async () => {
    const { personId, commandId } = await oneMore();
    const { position } = await send(healthy.executor, 'ConvertLead', conversion(personId), commandId);
    let busy = 4;
    const execute: CommandExecutor['execute'] = (request) =>
      busy-- > 0
        ? Promise.reject(conflict('STREAM_BUSY', 'It is being changed by others.'))
        : healthy.executor.execute(request);
    const keys = await PersonalKeys.open(database.db, Buffer.alloc(32, 7));
    const log = EventLog.connect({ url: servers.eventStoreUrl, catalogue: domainCatalogue, keys });
    const ending = new AbortController();
    const running = new ProcessRunner(database.db, log, { execute }, () => undefined).run(processes, ending.signal);
    running.catch(() => undefined);
    await heard(position, ending.signal);
    ending.abort();
    await Promise.allSettled([running]);
    await log.close();
    await expectConverted(conversions);
  });

  it('and no rule has refused a part of it', async () => {
    const statuses = await statusOfProcesses(database.db, processes);
    expect(statuses.map(({ refusals }) => refusals)).toEqual(processes.map(() => 0));
  });
});
