import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ensureProcessTables,
  ProcessRunner,
  type Receipts,
  statusOfProcesses,
  Streams,
} from '../../libs/cqrs/index.js';
import { audienceIdOf } from '../../libs/domain/audience/audience.js';
import { processes } from '../../libs/domain/index.js';
import { person } from '../../libs/domain/person/person.js';
import type { PersonState } from '../../libs/domain/person/state.js';
import { recipientIdOf } from '../../libs/domain/recipient/recipient.js';
import { Refusal } from '../../libs/kernel/index.js';
import { type CommandEngine, Engines } from './engines.js';

const merging = processes.filter(({ name }) => name === 'merge-people');

let engines: Engines;
let here: CommandEngine;
let there: CommandEngine;
const ending = new AbortController();
const runs: Promise<void>[] = [];

/** As callers do: a stream that is busy is asked again, under the same id. */
async function send(
  { send: once }: CommandEngine,
  name: string,
  data: object,
  commandId: string = randomUUID(),
): ReturnType<CommandEngine['send']> {
  for (;;) {
    try {
      return await once(name, data, { commandId });
    } catch (problem) {
      if (!(problem instanceof Refusal) || problem.code !== 'STREAM_BUSY') throw problem;
    }
  }
}

async function lead(engine: CommandEngine): Promise<string> {
  const personId = randomUUID();
  await send(engine, 'RegisterLead', { personId, name: 'Ilse Verbruggen', source: 'trade fair' });
  return personId;
}

async function stateOf(personId: string): Promise<PersonState> {
  const log = await engines.log();
  return (await new Streams(log, () => performance.now()).refresh(person, `person-${personId}`)).state;
}

/** Resolves when the process has heard all that was recorded up to a position. */
async function heard(position: string): Promise<void> {
  for (;;) {
    const [status] = await statusOfProcesses(engines.database.db, merging);
    if (BigInt(status?.position ?? -1) >= BigInt(position)) return;
    await sleep(10);
  }
}

/** Resolves when no merge or unmerge is on its way any more. */
async function settled(engine: CommandEngine): Promise<void> {
  // What is recorded last is heard last; three steps lead from a merge to its end.
  for (let step = 0; step < 4; step++) {
    await heard((await send(engine, 'RegisterLead', { name: 'Marker', source: 'test' })).position);
  }
}

beforeAll(async () => {
  engines = await Engines.on();
  await ensureProcessTables(engines.database.db);
  [here, there] = [await engines.open(), await engines.open()];
  // Two runners at once, as while one projector takes over from another.
  for (const { executor, log } of [await engines.open(), await engines.open()]) {
    const runner = new ProcessRunner(engines.database.db, log, executor, () => undefined);
    runs.push(runner.run(merging, ending.signal));
  }
});

afterAll(async () => {
  ending.abort();
  await Promise.allSettled(runs);
  await engines.stop();
});

describe('the old id of a duplicate', () => {
  it('leads to the survivor: what is asked of it is carried out there', async () => {
    const [personId, duplicateId] = [await lead(here), await lead(there)];
    await send(here, 'MergePersons', { personId, duplicateId });
    await settled(here);
    const answer = await send(there, 'QualifyLead', { personId: duplicateId, to: 'marketing-qualified' });
    expect(answer).toMatchObject({ stream: `person-${personId}`, events: [{ type: 'LeadQualified' }] });
    expect((await stateOf(duplicateId)).level).toBe('unqualified');
    expect((await stateOf(personId)).level).toBe('marketing-qualified');
  });

  it('leads through chains, and is a valid reference for ever', async () => {
    const [first, second, last] = [await lead(here), await lead(here), await lead(there)];
    await send(here, 'MergePersons', { personId: second, duplicateId: first });
    await settled(here);
    await send(there, 'MergePersons', { personId: last, duplicateId: first }).catch((refusal: unknown) =>
      expect(refusal).toMatchObject({ code: 'MERGED_ALREADY' }),
    );
    await send(there, 'MergePersons', { personId: last, duplicateId: second });
    await settled(here);
    const consent = { personId: first, channel: 'e-mail', source: 'web form' };
    expect(await send(here, 'GiveConsent', consent)).toMatchObject({ stream: `person-${last}` });
    const note = { kind: 'phone-call', direction: 'inbound', outcome: 'reached', personId: first };
    expect(await send(here, 'LogActivity', note)).toMatchObject({ events: [{ type: 'ActivityLogged' }] });
  });

  it('may be registered again as it was: the same list comes in twice', async () => {
    const [personId, duplicateId] = [await lead(here), randomUUID()];
    const listed = {
      personId: duplicateId,
      name: 'Ilse Verbruggen',
      email: 'ilse@example.com',
      source: { kind: 'bought-list', name: 'Wind energy' },
    };
    await send(here, 'RegisterName', listed);
    await send(here, 'MergePersons', { personId, duplicateId });
    await settled(here);
    expect(await send(there, 'RegisterName', listed)).toMatchObject({ stream: `person-${duplicateId}`, events: [] });
  });

  it('records a command once whose process dies before it keeps the answer, also after the two are unmerged', async () => {
    const [personId, duplicateId] = [await lead(here), await lead(here)];
    await send(here, 'MergePersons', { personId, duplicateId });
    await settled(here);
    const unable = { keep: () => Promise.reject(new Error('gone')) };
    const receipts = Object.assign(Object.create(await engines.receipts()) as Receipts, unable);
    const dying = await engines.open({ receipts });
    const qualified = ['QualifyLead', { personId: duplicateId, to: 'marketing-qualified' }, randomUUID()] as const;
    await expect(send(dying, ...qualified)).rejects.toThrow('gone');
    await send(here, 'UnmergePersons', { personId, duplicateId });
    await settled(here);
    const answer = await send(here, ...qualified);
    expect(answer).toMatchObject({ stream: `person-${personId}`, events: [{ type: 'LeadQualified' }] });
    expect(await send(there, ...qualified)).toEqual(answer);
    expect((await stateOf(duplicateId)).level).toBe('unqualified');
  });

  it('gives a repeated command its first answer, also after the two are unmerged', async () => {
    const [personId, duplicateId] = [await lead(here), await lead(here)];
    await send(here, 'MergePersons', { personId, duplicateId });
    await settled(here);
    const commandId = randomUUID();
    const asked = { personId: duplicateId, to: 'marketing-qualified' };
    const first = await send(here, 'QualifyLead', asked, commandId);
    expect(await send(there, 'QualifyLead', asked, commandId)).toEqual(first);
    await send(there, 'UnmergePersons', { personId, duplicateId });
    await settled(here);
    expect(await send(await engines.open(), 'QualifyLead', asked, commandId)).toEqual(first);
    expect(await send(there, 'QualifyLead', asked)).toMatchObject({ stream: `person-${duplicateId}`, revision: 3 });
  });
});

describe('a campaign', () => {
  it('sends once to somebody who was merged, though it is asked for both ids at once', async () => {
    const [personId, duplicateId] = [await lead(here), await lead(here)];
    const [campaignId, segmentId] = [randomUUID(), randomUUID()];
    for (const id of [personId, duplicateId]) {
      await send(here, 'GiveConsent', { personId: id, channel: 'e-mail', source: 'form' });
    }
    await send(here, 'CreateStaticList', { segmentId, name: 'Visitors', of: 'people' });
    await send(here, 'PlanCampaign', {
      campaignId,
      name: 'Inspection',
      aim: 'pre-sale',
      channels: ['e-mail'],
      segmentId,
    });
    await send(here, 'LaunchCampaign', { campaignId });
    // Both were members before they were found to be one.
    for (const id of [personId, duplicateId]) {
      await send(here, 'RecordCampaignMembers', {
        audienceId: audienceIdOf(campaignId, id),
        campaignId,
        members: [id],
      });
    }
    const earlier = { campaignId, personId: duplicateId, channel: 'e-mail', content: 'earlier' };
    const first = await send(here, 'RecordSend', earlier);
    await send(here, 'MergePersons', { personId, duplicateId });
    await settled(here);
    const fresh = await engines.open();
    expect((await send(fresh, 'RecordSend', { ...earlier, personId })).events).toEqual([]);
    const survivors = `recipient-${recipientIdOf(campaignId, personId)}`;
    expect(first.stream).not.toBe(survivors);

    const answers = await Promise.all(
      [personId, duplicateId, duplicateId, personId].map((id, place) =>
        send(place % 2 ? fresh : there, 'RecordSend', { campaignId, personId: id, channel: 'e-mail' }),
      ),
    );
    expect(answers.flatMap(({ events }) => events)).toHaveLength(1);
    expect(new Set(answers.map(({ stream }) => stream))).toEqual(new Set([survivors]));
    const { events } = await (await engines.log()).load(survivors);
    expect(events.map(({ data }) => (data as { personId: string }).personId)).toEqual([personId]);
  });
});

describe('merges and other commands at the same moment', () => {
  it('lose nothing: each command is in one of the two streams, none behind the merge', async () => {
    const [personId, duplicateId] = [await lead(here), await lead(here)];
    const consents = Array.from({ length: 20 }, (_, place) =>
      send(place % 2 ? here : there, 'GiveConsent', {
        personId: duplicateId,
        channel: 'e-mail',
        source: `form ${place}`,
      }),
    );
    const merge = send(here, 'MergePersons', { personId, duplicateId });
    const answers = await Promise.all(consents);
    await merge;
    await settled(here);
    for (const { events } of answers) expect(events).toHaveLength(1);
    const log = await engines.log();
    const of = async (id: string) => (await log.load(`person-${id}`)).events.map(({ type }) => type);
    const [survivor, duplicate] = [await of(personId), await of(duplicateId)];
    expect([...survivor, ...duplicate].filter((type) => type === 'ConsentGiven')).toHaveLength(20);
    expect(duplicate.at(-1)).toBe('PersonMergedInto');
    const { merging: known, consentsOfDuplicates } = await stateOf(personId);
    expect(known.duplicates).toEqual([{ id: duplicateId, confirmed: true }]);
    const before = duplicate.includes('ConsentGiven');
    expect(consentsOfDuplicates[duplicateId]?.['e-mail'] !== undefined).toBe(before);
  });

  it('in both directions at once leave one survivor', async () => {
    const pairs = await Promise.all(
      Array.from({ length: 6 }, async () => [await lead(here), await lead(there)] as const),
    );
    const merges = pairs.flatMap(([a, b]) => [
      send(here, 'MergePersons', { personId: a, duplicateId: b }),
      send(there, 'MergePersons', { personId: b, duplicateId: a }),
    ]);
    const results = await Promise.allSettled(merges);
    await settled(here);
    for (const [place, [a, b]] of pairs.entries()) {
      const survivors = [(await stateOf(a)).merging.survivorId, (await stateOf(b)).merging.survivorId];
      expect(survivors.filter((id) => id !== undefined)).toHaveLength(1);
      const asked = results.slice(2 * place, 2 * place + 2);
      expect(asked.some(({ status }) => status === 'fulfilled')).toBe(true);
      await send(here, 'QualifyLead', { personId: a, to: 'marketing-qualified' });
      expect(await send(there, 'QualifyLead', { personId: b, to: 'marketing-qualified' })).toMatchObject({
        events: [],
      });
    }
  });

  it('in a circle at once never leave a circle, and nobody waiting', async () => {
    const circle = await Promise.all([lead(here), lead(there), lead(here), lead(there)]);
    const merges = circle.map((personId, place) =>
      send(place % 2 ? here : there, 'MergePersons', {
        personId,
        duplicateId: circle[(place + 1) % circle.length],
      }),
    );
    await Promise.allSettled(merges);
    await settled(here);
    for (const id of circle) {
      const { duplicates } = (await stateOf(id)).merging;
      expect(duplicates.every(({ confirmed }) => confirmed)).toBe(true);
      const { stream } = await send(here, 'GiveConsent', { personId: id, channel: 'post', source: `of ${id}` });
      expect(circle.map((one) => `person-${one}`)).toContain(stream);
    }
  });

  it('are refused by no rule on their way', async () => {
    expect((await statusOfProcesses(engines.database.db, merging)).map(({ refusals }) => refusals)).toEqual([0]);
  });
});
