import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EventStoreDBClient } from '@eventstore/db-client';
import { caughtUp, settled } from './caught-up.js';
import { fill, forgetReadModels } from './facts.js';
import { bareAppend, crud, Http, overHttp, rate, throughNdjson, type ApiAccess } from './load.js';
import { startBenchServers } from './servers.js';

/*
 * `npm run bench`: what the product costs over what it stands on. Machines differ and are noisy, so the figures that
 * count are ratios within one run, of the medians of several rounds.
 */

const lanes = 64;
const events = Number(process.env['KRONIEK_BENCH_EVENTS'] ?? 200_000);

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};

/** Figures, one to come from each round. */
const none = (): number[] => [];

const line = (name: string, value: string, note = ''): void =>
  console.log(`  ${name.padEnd(46)}${value.padStart(12)}  ${note}`);

const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;

/**
 * Each round is set against the yardstick of the same round, for the machine may have others to serve.
 *
 * @returns whether it is as much as it has to be; without a floor it always is
 */
function against(name: string, rates: readonly number[], yardstick: readonly number[], floor = 0): boolean {
  const ratio = median(rates.map((value, round) => value / (yardstick[round] ?? Number.NaN)));
  const enough = ratio >= floor;
  const wanted = floor === 0 ? '' : ` (floor ${floor})`;
  line(name, perSecond(median(rates)), `${ratio.toFixed(2)} of it${wanted}${enough ? '' : '   BELOW THE FLOOR'}`);
  return enough;
}

async function commands(client: EventStoreDBClient, database: string, api: ApiAccess): Promise<boolean[]> {
  const http = new Http(api);
  const found = { bare: none(), http: none(), ndjson: none(), patient: none(), crud: none() };
  // Until V8 has compiled all that is hot, everything is slower by up to a half.
  await rate(5_000, lanes, bareAppend(client));
  await rate(12_000, lanes, overHttp(http));
  await throughNdjson(api, 13_000, lanes);
  for (let round = 0; round < 9; round++) {
    found.bare.push(await rate(10_000, lanes, bareAppend(client)));
    found.http.push(await rate(6_000, lanes, overHttp(http)));
    found.ndjson.push(await throughNdjson(api, 10_000, lanes));
    found.patient.push(await throughNdjson(api, 10_000, lanes, lanes));
    found.crud.push(await crud(database, 4_000, lanes));
  }
  http.close();
  console.log(`\nCommands, ${lanes} in flight`);
  line('appendToStream of the client alone', perSecond(median(found.bare)), 'the yardstick');
  const enough = [
    against('commands over HTTP', found.http, found.bare, 0.35),
    against('commands through NDJSON, as fast as taken', found.ndjson, found.bare, 0.6),
  ];
  against(`  with no more than ${lanes} lines unanswered`, found.patient, found.bare);
  line('CRUD: UPDATE and audit INSERT, one transaction', perSecond(median(found.crud)));
  return enough;
}

/** By a process of its own and from its start, as the projector is measured: neither has anything compiled yet. */
async function readAll(eventStoreUrl: string): Promise<{ rate: number; count: number }> {
  const started = performance.now();
  const reader = fork(fileURLToPath(new URL('read-all.js', import.meta.url)), {
    env: { ...process.env, EVENTSTORE_URL: eventStoreUrl },
  });
  const gone = once(reader, 'exit').then(([code]) => {
    throw new Error(`Reading alone ended with ${String(code)}.`);
  });
  const [count] = (await Promise.race([once(reader, 'message'), gone])) as [number];
  return { rate: (count * 1_000) / (performance.now() - started), count };
}

const rounds = 3;

/** The floor was set for these two; what is further from the log has its own work to do. */
const firstTwo = ['pipeline', 'customer-history'];

/** On a log of its own, in which every event is one that the product records. */
async function catchUp(): Promise<boolean[]> {
  const servers = await startBenchServers();
  const http = new Http({ url: servers.apiUrl, key: servers.adminKey });
  const found = { bare: none(), firstTwo: none(), all: none(), memory: none() };
  const timed = async (count: number, readModels?: readonly string[]): Promise<number> => {
    await forgetReadModels(servers);
    const started = performance.now();
    await servers.startProjector(readModels);
    await caughtUp(http, readModels);
    return (count * 1_000) / (performance.now() - started);
  };
  try {
    await fill(servers, events);
    // What processes had to do is done once and for all; a rebuilt read model does not make them do it again.
    await servers.startProjector();
    await settled(http);
    await servers.stopProjector();
    const { count } = await readAll(servers.eventStoreUrl);
    for (let round = 0; round < rounds; round++) {
      found.bare.push((await readAll(servers.eventStoreUrl)).rate);
      found.firstTwo.push(await timed(count, firstTwo));
      await servers.stopProjector();
      found.all.push(await timed(count));
      found.memory.push(await servers.memory());
      await servers.stopProjector();
    }
    console.log(`\nCatch-up from zero over ${count.toLocaleString('en')} events, from the start of the process`);
  } finally {
    http.close();
    await servers.stop();
  }
  line('readAll of the client alone, the same way', perSecond(median(found.bare)), 'the yardstick');
  const enough = against(firstTwo.join(' and '), found.firstTwo, found.bare, 0.5);
  against('all read models', found.all, found.bare);
  const memory = Math.max(...found.memory);
  line(
    'memory of all servers after it',
    `${Math.round(memory)} MB`,
    `(limit 700 MB)${memory < 700 ? '' : '   ABOVE THE LIMIT'}`,
  );
  return [enough, memory < 700];
}

const pace = 300;

/** Asks until the read model has come so far; the API says when it has not within its own patience. */
async function seen(http: Http, path: string): Promise<void> {
  for (;;) {
    try {
      await http.call('GET', path);
      return;
    } catch (error) {
      if (!String(error).includes('READ_MODEL_BEHIND')) throw error;
    }
  }
}

/** Time from the answer to a command until a query sees it, at a steady pace for so many seconds; milliseconds. */
async function waits(http: Http, seconds: number): Promise<number[]> {
  const found: number[] = [];
  const asked: Promise<unknown>[] = [];
  const started = performance.now();
  for (let sent = 0; sent < pace * seconds; sent++) {
    const due = started + (sent * 1_000) / pace;
    const early = due - performance.now();
    if (early > 1) await new Promise((resume) => setTimeout(resume, early));
    const body = { opportunityId: randomUUID(), title: 'Cranes', amount: { amount: 100_00, currency: 'EUR' } };
    asked.push(
      http.call('POST', '/v1/commands/OpenOpportunity', body).then(async (answer) => {
        const acknowledged = performance.now();
        const { position } = answer as { position: string };
        await seen(http, `/v1/opportunities/${body.opportunityId}?minPosition=${position}`);
        found.push(performance.now() - acknowledged);
      }),
    );
  }
  await Promise.all(asked);
  return found;
}

async function visibility(api: ApiAccess): Promise<void> {
  const http = new Http(api);
  await caughtUp(http);
  await waits(http, 15);
  const sorted = (await waits(http, 15)).toSorted((a, b) => a - b);
  http.close();
  console.log(`\nAcknowledged → visible in a query, at ${pace} commands a second`);
  line('median', `${median(sorted).toFixed(1)} ms`);
  line('99th percentile', `${(sorted[Math.floor(sorted.length * 0.99)] ?? 0).toFixed(1)} ms`);
}

async function commandsAndVisibility(): Promise<boolean[]> {
  const servers = await startBenchServers();
  const client = EventStoreDBClient.connectionString(servers.eventStoreUrl);
  try {
    const api = { url: servers.apiUrl, key: servers.adminKey };
    const enough = await commands(client, servers.postgres.url('kroniek'), api);
    await servers.startProjector();
    await visibility(api);
    return enough;
  } finally {
    await client.dispose();
    await servers.stop();
  }
}

const enough = [...(await commandsAndVisibility()), ...(await catchUp())];
console.log(enough.every(Boolean) ? '\nAll floors are kept.\n' : '\nNot all floors are kept.\n');
process.exitCode = enough.every(Boolean) ? 0 : 1;
