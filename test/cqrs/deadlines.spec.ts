import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { type Engine, openEngine } from '../../apps/engine.js';
import { ensureProcessTables, ManagerRunner, statusOfProcesses, type CommandExecutor } from '../../libs/cqrs/index.js';
import { defaultPipeline, processManagers } from '../../libs/domain/index.js';
import { plusDays, plusMs, TestClock } from '../../libs/kernel/index.js';
import { throwAwayServers, type ThrowAwayServers } from '../../libs/testing/servers.js';

/*
 * Processes with deadlines on real servers, with a clock that is set ahead of the store's.
 */

const start = new Date().toISOString();
const clock = new TestClock(start);
const hour = 3_600_000;

let servers: ThrowAwayServers;
let engine: Engine;

beforeAll(async () => {
  servers = await throwAwayServers();
  const { databaseUrl, eventStoreUrl } = servers;
  engine = await openEngine({
    databaseUrl,
    eventStoreUrl,
    masterKey: Buffer.alloc(32, 7),
    log: () => undefined,
    clock,
  });
  await ensureProcessTables(engine.database.db);
});

afterAll(async () => {
  await engine.close();
  await servers.stop();
});

const send = (name: string, data: object) =>
  engine.executor.execute({
    command: engine.commands.read(name, data).command,
    commandId: randomUUID(),
    actor: { id: 'e.smit', role: 'sales' },
    correlationId: 'test',
  });

/** Types and instants of what a stream holds, without what came before. */
const told = async (stream: string, ...types: readonly string[]) =>
  (await engine.eventLog.load(stream)).events
    .filter(({ type }) => types.includes(type))
    .map(({ type, occurredAt }) => [type, occurredAt]);

type Execute = Pick<CommandExecutor, 'execute'>;

function begin(executor: Execute = engine.executor): { readonly stop: () => Promise<void> } {
  const ending = new AbortController();
  const runner = new ManagerRunner({
    db: engine.database.db,
    feed: engine.eventLog,
    executor,
    clock,
    log: () => undefined,
  });
  const running = runner.run(processManagers, ending.signal);
  return {
    stop: async () => {
      ending.abort();
      await Promise.race([running.catch(() => undefined), sleep(100)]);
    },
  };
}

/** Dies with its first commands under way: before they are recorded, or after. It is buried in the end. */
const dying = (recorded: boolean, burial: AbortSignal): Execute => ({
  execute: async (request) => {
    if (recorded) await engine.executor.execute(request);
    return new Promise<never>((_, reject) =>
      burial.addEventListener('abort', () => reject(new Error('It died.')), { once: true }),
    );
  },
});

/** Until all that has been recorded is heard, and all that is due has fired. */
async function settled(): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const head = (await engine.eventLog.head()) ?? 0n;
    const standing = await statusOfProcesses(engine.database.db, processManagers);
    const done = standing.every(
      ({ position, nextDeadline }) =>
        position !== null && BigInt(position) >= head && (nextDeadline === null || nextDeadline > clock.now()),
    );
    if (done) return;
    await sleep(10);
  }
  throw new Error('The processes do not come to rest.');
}

const verdicts = ['ContactStalled', 'StalledContactCleared', 'OpportunityWentStale', 'OpportunityRevived'] as const;

describe('Processes with deadlines', () => {
  const [personId, activityId, opportunityId] = [randomUUID(), randomUUID(), randomUUID()];
  const [accountId, caseId] = [randomUUID(), randomUUID()];
  const streams = [
    `person-${personId}`,
    `activity-${activityId}`,
    `opportunity-${opportunityId}`,
    `case-${caseId}`,
    `customer-${personId}`,
    `customer-${accountId}`,
  ];
  const phases = ['CustomerPhaseChanged', 'CustomerPhaseEnded'];
  const all = [...verdicts, 'ReminderFellDue', 'ActivityBecameOverdue', 'CaseTargetBreached', ...phases];
  const everything = async () => Promise.all(streams.map((stream) => told(stream, ...all)));

  const expected = [
    [
      ['ContactStalled', plusDays(start, 21)],
      ['StalledContactCleared', plusDays(start, 22)],
    ],
    [
      ['ReminderFellDue', plusMs(start, hour)],
      ['ActivityBecameOverdue', plusMs(start, 2 * hour)],
    ],
    [['OpportunityWentStale', plusDays(start, 52)]],
    [
      ['CaseTargetBreached', plusMs(start, 8 * hour)],
      ['CaseTargetBreached', plusMs(start, 72 * hour)],
    ],
    [
      ['CustomerPhaseChanged', start],
      ['CustomerPhaseChanged', start],
      ['CustomerPhaseEnded', start],
    ],
    [
      ['CustomerPhaseChanged', start],
      ['CustomerPhaseChanged', start],
      ['CustomerPhaseChanged', plusDays(start, 180)],
      ['CustomerPhaseChanged', plusDays(start, 200)],
    ],
  ];

  const buy = (reference: string) => {
    const unitPrice = { amount: 100, currency: 'EUR' };
    const lines = [{ product: 'Turbine care', quantity: '1', unitPrice }];
    return send('RecordPurchase', {
      accountId,
      source: { system: 'erp', reference },
      kind: 'order',
      lines,
      amount: unitPrice,
    });
  };

  it('record each fact once at the instant of its deadline, whoever dies or runs beside', async () => {
    await send('DefinePipeline', defaultPipeline);
    await send('RegisterLead', { personId, name: 'Ilse Verbruggen', source: 'trade fair' });
    await send('QualifyLead', { personId, to: 'marketing-qualified' });
    await send('QualifyLead', { personId, to: 'sales-qualified' });
    await send('ConvertLead', { personId, account: { name: 'Noordzee Windbouw' } });
    const dueAt = plusMs(start, 2 * hour);
    const plan = { activityId, personId, kind: 'phone-call', direction: 'outbound' };
    await send('OpenAccount', { accountId, name: 'Oostzee Rotor' });
    await buy('SO-1');
    await send('OpenCase', { caseId, accountId, subject: 'A blade hums', channel: 'phone' });
    await send('PlanActivity', { ...plan, dueAt, remindAt: plusMs(start, hour) });

    clock.set(plusDays(start, 22));
    for (const recorded of [false, true]) {
      const burial = new AbortController();
      const dead = begin(dying(recorded, burial.signal));
      await sleep(300);
      await dead.stop();
      burial.abort();
    }
    const runners = [begin(), begin()];
    await settled();
    const amount = { amount: 100, currency: 'EUR' };
    await send('OpenOpportunity', { opportunityId, title: 'Blades', amount, contactIds: [personId] });
    await settled();
    clock.set(plusDays(start, 200));
    await settled();
    await buy('SO-2');
    await settled();
    await Promise.all(runners.map(({ stop }) => stop()));
    expect(await everything()).toEqual(expected);
    const { events } = await engine.eventLog.load(`customer-${accountId}`);
    expect(events.map(({ data }) => data)).toMatchObject([
      { to: 'suspect', at: start },
      { from: 'suspect', to: 'active', at: start, policy: { name: 'inactivity.window', version: 0 } },
      { from: 'active', to: 'inactive', at: plusDays(start, 180) },
      { from: 'inactive', to: 'active', at: plusDays(start, 200), wonBack: true },
    ]);
  });

  it('record nothing more when their state is lost and they begin anew', async () => {
    const head = await engine.eventLog.head();
    await sql`truncate kroniek.process_checkpoints, kroniek.process_state`.execute(engine.database.db);
    const { stop } = begin();
    await settled();
    await stop();
    expect(await engine.eventLog.head()).toBe(head);
    expect(await everything()).toEqual(expected);
    const standing = await statusOfProcesses(engine.database.db, processManagers);
    expect(standing.map(({ refusals }) => refusals)).toEqual(processManagers.map(() => 0));
    // The customer who was won back will be inactive again one day; nothing else is left to be waited for.
    expect(standing.filter(({ waiting }) => waiting > 0)).toMatchObject([
      { process: 'customer-phases', waiting: 1, nextDeadline: plusDays(start, 380) },
    ]);
  });
});
