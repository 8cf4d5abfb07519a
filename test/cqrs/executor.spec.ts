import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandCatalogue, PreconditionFailed, Streams, type FoldedStream } from '../../libs/cqrs/index.js';
import type { EventLog } from '../../libs/event-log/index.js';
import { type RecordedEvent, TestClock } from '../../libs/kernel/index.js';
import { Engines } from './engines.js';
import { lead, mql, sql } from './leads.js';

const commands = new CommandCatalogue();
const clock = new TestClock('2026-03-01T10:00:00.000Z');

let engines: Engines;

beforeAll(async () => {
  engines = await Engines.on(clock);
});

afterAll(() => engines.stop());

describe('a command', () => {
  it('records what was decided and says where', async () => {
    const personId = randomUUID();
    const result = await (await engines.open()).send('RegisterLead', lead(personId));
    expect(result).toMatchObject({ stream: `person-${personId}`, revision: 0, events: [{ type: 'LeadRegistered' }] });
    expect(result.position).toMatch(/^\d+$/);
  });

  it('that opens a stream without naming it gets an id that follows from its own', async () => {
    const commandId = randomUUID();
    const body = { name: 'Ilse Verbruggen', source: 'trade fair' };
    const first = await (await engines.open()).send('RegisterLead', body, { commandId });
    const again = await (await engines.open()).send('RegisterLead', body, { commandId });
    expect(again).toEqual(first);
  });

  it('about something that does not exist is not found', async () => {
    await expect((await engines.open()).send('QualifyLead', mql(randomUUID()))).rejects.toMatchObject({
      kind: 'not-found',
      code: 'PERSON_NOT_FOUND',
    });
  });

  it('that names an account that does not exist is told which field names it', async () => {
    const opening = { title: 'Cranes', amount: { amount: 100, currency: 'EUR' }, accountId: randomUUID() };
    await expect((await engines.open()).send('OpenOpportunity', opening)).rejects.toMatchObject({
      code: 'ACCOUNT_NOT_FOUND',
      errors: [{ path: 'accountId' }],
    });
  });
});

describe('a policy', () => {
  const change = { policyName: 'stale-opportunity', value: { days: 45 } };
  const byAdmin = { actor: { id: 'ada', role: 'admin' } } as const;

  it('that was never changed is as it is by default, and says that nothing ever happened', async () => {
    const here = await engines.open();
    const nothing = { stream: 'policy-stale-opportunity', revision: -1, position: '0', events: [] };
    expect(await here.send('ResetPolicy', { policyName: 'stale-opportunity' }, byAdmin)).toEqual(nothing);
    expect(await here.send('ChangePolicy', { ...change, value: { days: 30 } }, byAdmin)).toEqual(nothing);
    const unseen = { expectedRevision: -1, ...byAdmin };
    expect((await here.send('ChangePolicy', change, unseen)).revision).toBe(0);
    await expect(here.send('ResetPolicy', { policyName: 'stale-opportunity' }, unseen)).rejects.toBeInstanceOf(
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

  it('stay as they were recorded here, whatever was read before that', async () => {
    const stream = `pipeline-${randomUUID()}`;
    let answer: (found: Awaited<ReturnType<EventLog['load']>>) => void = () => undefined;
    const load = (): ReturnType<EventLog['load']> => new Promise((resolve) => (answer = resolve));
    const streams = new Streams({ load }, () => 10_000);
    const at = (revision: number): FoldedStream => ({
      ...{ head: { revision, occurredAt: clock.now() } as NonNullable<FoldedStream['head']> },
      ...{ lastFactAt: clock.now(), state: { at: revision }, recorded: new Map() },
    });
    streams.keep(stream, at(0));
    const reading = streams.refresh(commands.aggregate('pipeline'), stream);
    streams.keep(stream, at(1));
    answer({ events: [], head: at(0).head });
    await reading;
    expect(streams.peek(stream)?.state).toEqual({ at: 1 });
  });
});

describe('two processes on one stream', () => {
  it('decide on the present state, whatever they remember', async () => {
    const [here, there] = [await engines.open(), await engines.open()];
    const personId = randomUUID();
    await here.send('RegisterLead', lead(personId));
    await there.send('QualifyLead', mql(personId));
    // Here the lead is remembered as unqualified: that would be a skipped level.
    expect((await here.send('QualifyLead', sql(personId))).revision).toBe(2);
    // There it is remembered as marketing-qualified: that would be a second qualification.
    expect((await there.send('QualifyLead', sql(personId))).events).toEqual([]);
  });

  it('lose no change when they write at once', async () => {
    const [here, there] = [await engines.open(), await engines.open()];
    const opportunityId = randomUUID();
    const pipelineId = `p-${randomUUID().slice(0, 8)}`;
    await here.send('DefinePipeline', {
      pipelineId,
      name: 'P',
      currency: 'EUR',
      stages: [{ stage: 'talk', probability: 10 }],
    });
    await here.send('OpenOpportunity', {
      opportunityId,
      pipelineId,
      title: 'T',
      amount: { amount: 0, currency: 'EUR' },
    });
    const changes = Array.from({ length: 12 }, (_, i) =>
      (i % 2 ? here : there).send('ChangeOpportunityAmount', {
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
    const [here, there] = [await engines.open(), await engines.open()];
    const personId = randomUUID();
    await here.send('RegisterLead', lead(personId));
    await there.send('QualifyLead', mql(personId), { expectedRevision: 0 });
    await expect(here.send('QualifyLead', sql(personId), { expectedRevision: 0 })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      actual: 1,
    });
    expect((await here.send('QualifyLead', sql(personId), { expectedRevision: 1 })).revision).toBe(2);
  });
});

describe('occurredAt', () => {
  it('may be in the past, never before the last fact, never in the future', async () => {
    const here = await engines.open();
    const personId = randomUUID();
    await here.send('RegisterLead', lead(personId), { occurredAt: '2026-02-01T10:00:00.000Z' });
    await expect(
      here.send('QualifyLead', mql(personId), { occurredAt: '2026-01-31T10:00:00.000Z' }),
    ).rejects.toMatchObject({
      code: 'OCCURRED_BEFORE_LAST_FACT',
    });
    await expect(
      here.send('QualifyLead', mql(personId), { occurredAt: '2026-03-01T10:00:00.001Z' }),
    ).rejects.toMatchObject({
      code: 'OCCURRED_IN_FUTURE',
      errors: [{ path: 'occurredAt' }],
    });
    await here.send('QualifyLead', mql(personId), { occurredAt: '2026-02-01T10:00:00.000Z' });
  });

  it('may be before a verdict that a process has drawn meanwhile', async () => {
    const here = await engines.open();
    const [activityId, accountId] = [randomUUID(), randomUUID()];
    await here.send('OpenAccount', { accountId, name: 'Noordzee' }, { occurredAt: '2026-02-01T09:00:00.000Z' });
    const dueAt = '2026-02-02T10:00:00.000Z';
    const call = { activityId, accountId, kind: 'phone-call', direction: 'outbound', dueAt, assignee: 'sam' };
    await here.send('PlanActivity', call, { occurredAt: '2026-02-01T10:00:00.000Z' });
    await here.send('MarkActivityOverdue', { activityId, dueAt }, { occurredAt: dueAt });
    const done = { activityId, outcome: 'reached' };
    for (const other of [here, await engines.open()]) {
      const tooEarly = other.send('CompleteActivity', done, { occurredAt: '2026-02-01T09:30:00.000Z' });
      await expect(tooEarly).rejects.toMatchObject({ code: 'OCCURRED_BEFORE_LAST_FACT' });
    }
    const completed = await here.send('CompleteActivity', done, { occurredAt: '2026-02-02T09:50:00.000Z' });
    expect(completed.events).toMatchObject([{ type: 'ActivityCompleted' }]);
  });

  it('of a verdict is its own instant, also where what happened later was told first', async () => {
    const here = await engines.open();
    const [caseId, accountId] = [randomUUID(), randomUUID()];
    await here.send('OpenAccount', { accountId, name: 'Noordzee' }, { occurredAt: '2026-02-01T09:00:00.000Z' });
    const asked = { caseId, accountId, subject: 'A blade hums', channel: 'phone' };
    await here.send('OpenCase', asked, { occurredAt: '2026-02-01T10:00:00.000Z' });
    await here.send('ReplyToCase', { caseId, text: 'We come.' }, { occurredAt: '2026-02-05T10:00:00.000Z' });
    const stream = `case-${caseId}`;
    const events = async () => (await here.log.load(stream)).events;
    const [opened] = (await events()).map(({ data }) => data as { readonly respondBy: string });
    const dueAt = opened?.respondBy ?? '';
    const breach = { caseId, target: 'response', dueAt };
    await here.send('RecordCaseTargetBreach', breach, { occurredAt: dueAt, mayBeOverdue: true });
    const told = (await events()).map(({ type, occurredAt }) => [type, occurredAt]);
    expect(told).toEqual([
      ['CaseOpened', '2026-02-01T10:00:00.000Z'],
      ['CaseReplied', '2026-02-05T10:00:00.000Z'],
      ['CaseTargetBreached', dueAt],
    ]);
    expect(dueAt < '2026-02-05').toBe(true);
  });
});
