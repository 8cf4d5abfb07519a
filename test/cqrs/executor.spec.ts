import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CommandCatalogue,
  CommandExecutor,
  PreconditionFailed,
  Receipts,
  Streams,
  type CommandResult,
  type FoldedStream,
} from '../../libs/cqrs/index.js';
import { domainCatalogue } from '../../libs/domain/index.js';
import { EventLog, PersonalKeys } from '../../libs/event-log/index.js';
import { type Actor, type RecordedEvent, TestClock } from '../../libs/kernel/index.js';
import { openDatabase, type Database } from '../../libs/read-model/index.js';
import { throwAwayServers, type ThrowAwayServers } from '../../libs/testing/servers.js';

const masterKey = Buffer.alloc(32, 7);
const commands = new CommandCatalogue();
const actor = { id: 'e.smit', role: 'sales' } as const;

let servers: ThrowAwayServers;
let database: Database;
const logs: EventLog[] = [];
const clock = new TestClock('2026-03-01T10:00:00.000Z');

/** A process of its own: nothing remembered, the same stores. */
async function process(remembering?: Receipts): Promise<CommandExecutor> {
  const keys = await PersonalKeys.open(database.db, masterKey);
  const log = EventLog.connect({ url: servers.eventStoreUrl, catalogue: domainCatalogue, keys });
  logs.push(log);
  const receipts = remembering ?? (await Receipts.open(database, masterKey));
  return new CommandExecutor(commands, log, new Streams(log, () => performance.now()), receipts, clock);
}

interface Surroundings {
  readonly mayBeOverdue?: boolean;
  readonly commandId?: string;
  readonly occurredAt?: string;
  readonly expectedRevision?: number;
  readonly actor?: Actor;
}

const send = (
  executor: CommandExecutor,
  name: string,
  data: object,
  surroundings: Surroundings = {},
): Promise<CommandResult> =>
  executor.execute({
    command: commands.read(name, data).command,
    commandId: randomUUID(),
    actor,
    correlationId: 'test',
    ...surroundings,
  });

const lead = (personId: string): object => ({ personId, name: 'Ilse Verbruggen', source: 'trade fair' });
const mql = (personId: string): object => ({ personId, to: 'marketing-qualified' });
const sql = (personId: string): object => ({ personId, to: 'sales-qualified' });

beforeAll(async () => {
  servers = await throwAwayServers();
  database = openDatabase(servers.databaseUrl);
});

afterAll(async () => {
  await Promise.all(logs.map((log) => log.close()));
  await database.close();
  await servers.stop();
});

describe('a command', () => {
  it('records what was decided and says where', async () => {
    const personId = randomUUID();
    const result = await send(await process(), 'RegisterLead', lead(personId));
    expect(result).toMatchObject({ stream: `person-${personId}`, revision: 0, events: [{ type: 'LeadRegistered' }] });
    expect(result.position).toMatch(/^\d+$/);
  });

  it('that opens a stream without naming it gets an id that follows from its own', async () => {
    const commandId = randomUUID();
    const body = { name: 'Ilse Verbruggen', source: 'trade fair' };
    const first = await send(await process(), 'RegisterLead', body, { commandId });
    const again = await send(await process(), 'RegisterLead', body, { commandId });
    expect(again).toEqual(first);
  });

  it('about something that does not exist is not found', async () => {
    await expect(send(await process(), 'QualifyLead', mql(randomUUID()))).rejects.toMatchObject({
      kind: 'not-found',
      code: 'PERSON_NOT_FOUND',
    });
  });

  it('that names an account that does not exist is told which field names it', async () => {
    const opening = { title: 'Cranes', amount: { amount: 100, currency: 'EUR' }, accountId: randomUUID() };
    await expect(send(await process(), 'OpenOpportunity', opening)).rejects.toMatchObject({
      code: 'ACCOUNT_NOT_FOUND',
      errors: [{ path: 'accountId' }],
    });
  });
});

describe('commands of one request, which do not wait for one another', () => {
  it('find what those before them record, named or not', async () => {
    const here = await process();
    const amount = { amount: 100, currency: 'EUR' };
    const stages = [{ stage: 'contacted', probability: 20 }];
    const begun = send(here, 'DefinePipeline', { pipelineId: 'default', name: 'Sales', currency: 'EUR', stages });
    for (let round = 0; round < 20; round++) {
      const [accountId, opportunityId] = [randomUUID(), randomUUID()];
      const lines = [
        send(here, 'OpenAccount', { accountId, name: 'Havenkoel' }),
        send(here, 'OpenOpportunity', { opportunityId, accountId, title: 'Cranes', amount }),
        send(here, 'WinOpportunity', { opportunityId }),
        send(here, 'RecordPurchase', {
          ...{ accountId, opportunityId, source: { system: 'erp', reference: opportunityId }, kind: 'order' },
          ...{ date: '2026-03-01', amount, lines: [{ product: 'Crane', quantity: '1', unitPrice: amount }] },
        }),
      ];
      const results = await Promise.all(lines);
      expect(results.map(({ events }) => events[0]?.type)).toEqual([
        'AccountOpened',
        'OpportunityOpened',
        'OpportunityWon',
        'PurchaseRecorded',
      ]);
    }
    await begun;
  });

  it('are refused once those before them are done, whichever names which', async () => {
    const here = await process();
    const [one, other] = [randomUUID(), randomUUID()];
    const naming = (opportunityId: string, accountId: string) =>
      send(here, 'OpenOpportunity', { opportunityId, accountId, title: 'x', amount: { amount: 1, currency: 'EUR' } });
    const lines = [naming(one, other), send(here, 'OpenAccount', { accountId: one, name: 'A', parentId: other })];
    lines.push(send(here, 'OpenAccount', { accountId: other, name: 'B', parentId: one }), naming(one, one));
    const outcomes = await Promise.allSettled(lines);
    expect(
      outcomes.map((outcome) => ('reason' in outcome ? (outcome.reason as { code: string }).code : 'done')),
    ).toEqual(['ACCOUNT_NOT_FOUND', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_NOT_FOUND']);
  });
});

describe('the same Idempotency-Key', () => {
  it('gets the same answer and records nothing, here and in another process', async () => {
    const here = await process();
    const personId = randomUUID();
    const commandId = randomUUID();
    const first = await send(here, 'RegisterLead', lead(personId), { commandId });
    await send(here, 'QualifyLead', mql(personId));
    expect(await send(here, 'RegisterLead', lead(personId), { commandId })).toEqual(first);
    expect(await send(await process(), 'RegisterLead', lead(personId), { commandId })).toEqual(first);
  });

  it('gets the same answer when its receipt was lost with the process', async () => {
    const personId = randomUUID();
    const commandId = randomUUID();
    const here = await process();
    await send(here, 'RegisterLead', lead(personId));
    const first = await send(here, 'QualifyLead', mql(personId), { commandId });
    await send(here, 'QualifyLead', sql(personId));
    await database.pool.query('delete from kroniek.command_receipts where command_id = $1', [commandId]);
    expect(await send(await process(), 'QualifyLead', mql(personId), { commandId })).toEqual(first);
  });

  it('sent many times at once, to two processes, records once', async () => {
    const [here, there] = [await process(), await process()];
    const personId = randomUUID();
    const commandId = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => send(i % 2 ? here : there, 'RegisterLead', lead(personId), { commandId })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.revision).toBe(0);
  });

  it('of a command that changed nothing stays one that changed nothing', async () => {
    const here = await process();
    const personId = randomUUID();
    const commandId = randomUUID();
    await send(here, 'RegisterLead', lead(personId));
    await send(here, 'QualifyLead', mql(personId));
    const nothing = await send(here, 'QualifyLead', mql(personId), { commandId });
    expect(nothing.events).toEqual([]);
    await send(here, 'DisqualifyLead', { personId, reason: 'no budget' });
    await send(here, 'RecycleLead', { personId });
    expect(await send(await process(), 'QualifyLead', mql(personId), { commandId })).toEqual(nothing);
  });

  it('sent again while others of its stream still wait for theirs gets the answer of its time', async () => {
    const here = await process();
    const personId = randomUUID();
    const commandId = randomUUID();
    await send(here, 'RegisterLead', lead(personId));
    await send(here, 'QualifyLead', mql(personId));
    const [nothing, disqualified, recycled, again] = await Promise.all([
      send(here, 'QualifyLead', mql(personId), { commandId }),
      send(here, 'DisqualifyLead', { personId, reason: 'no budget' }),
      send(here, 'RecycleLead', { personId }),
      send(here, 'QualifyLead', mql(personId), { commandId }),
    ]);
    expect([disqualified.revision, recycled.revision]).toEqual([2, 3]);
    expect(nothing).toMatchObject({ revision: 1, events: [] });
    expect(again).toEqual(nothing);
  });

  it('is claimed while the command is decided on, and nothing is recorded before it is known to be new', async () => {
    const receipts = await Receipts.open(database, masterKey);
    const claim = receipts.claim.bind(receipts);
    const gates: ((claimed: Promise<void>) => void)[] = [];
    receipts.claim = async (...asked) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return claim(...asked);
    };
    const here = await process(receipts);
    const [personId, other] = [randomUUID(), randomUUID()];
    const registered = send(here, 'RegisterLead', lead(personId));
    const failing = send(here, 'RegisterLead', lead(other));
    const sealed = `select count(*)::int as count from kroniek.personal_keys where subject = any($1)`;
    const subjects = [`person-${personId}`, `person-${other}`];
    for (let keys = 0; keys < 2;) {
      const { rows } = await database.pool.query<{ count: number }>(sealed, [subjects]);
      keys = rows[0]?.count ?? 0;
    }
    const heads = async () => Promise.all(subjects.map(async (stream) => (await logs[0]?.load(stream))?.head ?? null));
    expect(await heads()).toEqual([null, null]);
    gates[0]?.(Promise.resolve());
    gates[1]?.(Promise.reject(new Error('The database went away.')));
    expect(await registered).toMatchObject({ revision: 0, events: [{ type: 'LeadRegistered' }] });
    await expect(failing).rejects.toThrow('The database went away.');
    expect(await heads()).toMatchObject([{ revision: 0 }, null]);
  });

  it('for another command is refused', async () => {
    const here = await process();
    const commandId = randomUUID();
    await send(here, 'RegisterLead', lead(randomUUID()), { commandId });
    const personId = randomUUID();
    await expect(send(here, 'RegisterLead', lead(personId), { commandId })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect((await logs[0]?.load(`person-${personId}`))?.head).toBeNull();
  });
});

describe('a policy', () => {
  const change = { policyName: 'stale-opportunity', value: { days: 45 } };
  const byAdmin = (executor: CommandExecutor, name: string, data: object): Promise<CommandResult> =>
    send(executor, name, data, { actor: { id: 'ada', role: 'admin' } });

  it('that was never changed is as it is by default, and says that nothing ever happened', async () => {
    const here = await process();
    const nothing = { stream: 'policy-stale-opportunity', revision: -1, position: '0', events: [] };
    expect(await byAdmin(here, 'ResetPolicy', { policyName: 'stale-opportunity' })).toEqual(nothing);
    expect(await byAdmin(here, 'ChangePolicy', { ...change, value: { days: 30 } })).toEqual(nothing);
    const unseen = { expectedRevision: -1, actor: { id: 'ada', role: 'admin' } } as const;
    expect((await send(here, 'ChangePolicy', change, unseen)).revision).toBe(0);
    await expect(send(here, 'ResetPolicy', { policyName: 'stale-opportunity' }, unseen)).rejects.toBeInstanceOf(
      PreconditionFailed,
    );
  });
});

describe('the streams that decisions rest on', () => {
  it('are read once in a while, also where there is none yet, and at once when one begins here', async () => {
    const id = randomUUID();
    const stream = `pipeline-${id}`;
    const found = { events: [] as RecordedEvent[], asked: 0 };
    const load = (): ReturnType<EventLog['load']> => {
      found.asked++;
      return Promise.resolve({ events: found.events, head: null });
    };
    const time = { now: 10_000 };
    const streams = new Streams({ load }, () => time.now);
    const pipeline = commands.aggregate('pipeline');
    const look = (): Promise<FoldedStream> => streams.recent(pipeline, stream, 1_000);
    await look();
    await look();
    expect([(await look()).head, found.asked]).toEqual([null, 1]);
    time.now += 1_001;
    await look();
    expect(found.asked).toBe(2);
    expect((await streams.recent(pipeline, stream, 0)).head).toBeNull();
    const head = { revision: 0, occurredAt: clock.now() } as NonNullable<FoldedStream['head']>;
    streams.keep(stream, { head, lastFactAt: clock.now(), state: { begun: true }, recorded: new Map() });
    expect((await look()).state).toEqual({ begun: true });
  });
});

describe('two processes on one stream', () => {
  it('decide on the present state, whatever they remember', async () => {
    const [here, there] = [await process(), await process()];
    const personId = randomUUID();
    await send(here, 'RegisterLead', lead(personId));
    await send(there, 'QualifyLead', mql(personId));
    // Here the lead is remembered as unqualified: that would be a skipped level.
    expect((await send(here, 'QualifyLead', sql(personId))).revision).toBe(2);
    // There it is remembered as marketing-qualified: that would be a second qualification.
    expect((await send(there, 'QualifyLead', sql(personId))).events).toEqual([]);
  });

  it('lose no change when they write at once', async () => {
    const [here, there] = [await process(), await process()];
    const opportunityId = randomUUID();
    const pipelineId = `p-${randomUUID().slice(0, 8)}`;
    await send(here, 'DefinePipeline', {
      pipelineId,
      name: 'P',
      currency: 'EUR',
      stages: [{ stage: 'talk', probability: 10 }],
    });
    await send(here, 'OpenOpportunity', {
      opportunityId,
      pipelineId,
      title: 'T',
      amount: { amount: 0, currency: 'EUR' },
    });
    const changes = Array.from({ length: 12 }, (_, i) =>
      send(i % 2 ? here : there, 'ChangeOpportunityAmount', {
        opportunityId,
        amount: { amount: i + 1, currency: 'EUR' },
      }),
    );
    const revisions = (await Promise.all(changes)).map(({ revision }) => revision);
    expect(revisions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });
});

describe('If-Match', () => {
  it('lets only the revision through that the caller saw', async () => {
    const [here, there] = [await process(), await process()];
    const personId = randomUUID();
    await send(here, 'RegisterLead', lead(personId));
    await send(there, 'QualifyLead', mql(personId), { expectedRevision: 0 });
    await expect(send(here, 'QualifyLead', sql(personId), { expectedRevision: 0 })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      actual: 1,
    });
    expect((await send(here, 'QualifyLead', sql(personId), { expectedRevision: 1 })).revision).toBe(2);
  });
});

describe('occurredAt', () => {
  it('may be in the past, never before the last fact, never in the future', async () => {
    const here = await process();
    const personId = randomUUID();
    await send(here, 'RegisterLead', lead(personId), { occurredAt: '2026-02-01T10:00:00.000Z' });
    await expect(
      send(here, 'QualifyLead', mql(personId), { occurredAt: '2026-01-31T10:00:00.000Z' }),
    ).rejects.toMatchObject({
      code: 'OCCURRED_BEFORE_LAST_FACT',
    });
    await expect(
      send(here, 'QualifyLead', mql(personId), { occurredAt: '2026-03-01T10:00:00.001Z' }),
    ).rejects.toMatchObject({
      code: 'OCCURRED_IN_FUTURE',
      errors: [{ path: 'occurredAt' }],
    });
    await send(here, 'QualifyLead', mql(personId), { occurredAt: '2026-02-01T10:00:00.000Z' });
  });

  it('may be before a verdict that a process has drawn meanwhile', async () => {
    const here = await process();
    const [activityId, accountId] = [randomUUID(), randomUUID()];
    await send(here, 'OpenAccount', { accountId, name: 'Noordzee' }, { occurredAt: '2026-02-01T09:00:00.000Z' });
    const dueAt = '2026-02-02T10:00:00.000Z';
    const call = { activityId, accountId, kind: 'phone-call', direction: 'outbound', dueAt, assignee: 'sam' };
    await send(here, 'PlanActivity', call, { occurredAt: '2026-02-01T10:00:00.000Z' });
    await send(here, 'MarkActivityOverdue', { activityId, dueAt }, { occurredAt: dueAt });
    const done = { activityId, outcome: 'reached' };
    for (const other of [here, await process()]) {
      const tooEarly = send(other, 'CompleteActivity', done, { occurredAt: '2026-02-01T09:30:00.000Z' });
      await expect(tooEarly).rejects.toMatchObject({ code: 'OCCURRED_BEFORE_LAST_FACT' });
    }
    const completed = await send(here, 'CompleteActivity', done, { occurredAt: '2026-02-02T09:50:00.000Z' });
    expect(completed.events).toMatchObject([{ type: 'ActivityCompleted' }]);
  });

  it('of a verdict is its own instant, also where what happened later was told first', async () => {
    const here = await process();
    const [caseId, accountId] = [randomUUID(), randomUUID()];
    await send(here, 'OpenAccount', { accountId, name: 'Noordzee' }, { occurredAt: '2026-02-01T09:00:00.000Z' });
    const asked = { caseId, accountId, subject: 'A blade hums', channel: 'phone' };
    await send(here, 'OpenCase', asked, { occurredAt: '2026-02-01T10:00:00.000Z' });
    await send(here, 'ReplyToCase', { caseId, text: 'We come.' }, { occurredAt: '2026-02-05T10:00:00.000Z' });
    const stream = `case-${caseId}`;
    const events = async () => (await logs.at(-1)?.load(stream))?.events ?? [];
    const [opened] = (await events()).map(({ data }) => data as { readonly respondBy: string });
    const dueAt = opened?.respondBy ?? '';
    const breach = { caseId, target: 'response', dueAt };
    await send(here, 'RecordCaseTargetBreach', breach, { occurredAt: dueAt, mayBeOverdue: true });
    const told = (await events()).map(({ type, occurredAt }) => [type, occurredAt]);
    expect(told).toEqual([
      ['CaseOpened', '2026-02-01T10:00:00.000Z'],
      ['CaseReplied', '2026-02-05T10:00:00.000Z'],
      ['CaseTargetBreached', dueAt],
    ]);
    expect(dueAt < '2026-02-05').toBe(true);
  });
});
