import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../libs/embedded/postgres/index.js';
import {
  type Database,
  ensureReadModels,
  type Moment,
  openDatabase,
  runProjections,
  waitFor,
} from '../../libs/read-model/index.js';
import { projections } from '../../projections/index.js';
import { drawAgain, type Known, queries, type Query } from './asked.js';
import { MadeUpLog } from './made-up-log.js';

/*
 * `npm run bench:queries`: what the documented queries cost on a million events, now and as of a random instant.
 *
 * KRONIEK_BENCH_EVENTS: another number of events; KRONIEK_BENCH_TIMES: how often each is asked; KRONIEK_BENCH_ONLY: a
 * pattern of their names; KRONIEK_BENCH_FOLDER: where the database is kept, and used again by the next run.
 */

const events = Number(process.env['KRONIEK_BENCH_EVENTS'] ?? 1_000_000);
const times = Number(process.env['KRONIEK_BENCH_TIMES'] ?? 200);
const named = new RegExp(process.env['KRONIEK_BENCH_ONLY'] ?? '');
const kept = process.env['KRONIEK_BENCH_FOLDER'];
const limits = { p95: 50, ratio: 3 };

/** As in docker/services.yaml: a server of its own, on which analysts ask. */
const settings = { shared_buffers: '1GB', effective_cache_size: '2GB' };

/** How long the runs took, in milliseconds, without the first ones; each time the same things are asked in the same order. */
async function timed(query: Query, database: Database, known: Known, moment: () => Moment): Promise<readonly number[]> {
  drawAgain();
  const found: number[] = [];
  for (let run = 0; run < times + 5; run++) {
    const started = performance.now();
    await query(database, moment(), known);
    if (run >= 5) found.push(performance.now() - started);
    // What takes long is told well enough by few runs.
    if (found.length >= 20 && found.reduce((sum, time) => sum + time, 0) > 10_000) break;
  }
  return found;
}

function share(of: readonly number[], at: number): number {
  const sorted = of.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? 0;
}

async function knownTo(database: Database): Promise<Known & { readonly from: number; readonly to: number }> {
  const ids = async (view: string, column: string): Promise<readonly string[]> => {
    const { rows } = await database.pool.query<{ id: string }>(
      `select distinct ${column} as id from analytics.${view} where ${column} is not null limit 1000`,
    );
    return rows.map(({ id }) => id);
  };
  const { rows } = await database.pool.query<{ from: string; to: string }>(
    'select min(opened_at)::text as from, max(opened_at)::text as to from analytics.opportunities',
  );
  return {
    accounts: await ids('accounts', 'account_id'),
    people: await ids('people', 'person_id'),
    opportunities: await ids('opportunities', 'opportunity_id'),
    cases: await ids('cases', 'case_id'),
    segments: await ids('segments', 'segment_id'),
    owners: await ids('accounts', 'owner'),
    from: Date.parse(rows[0]?.from ?? ''),
    to: Date.parse(rows[0]?.to ?? ''),
  };
}

async function fill(database: Database, folder: string): Promise<void> {
  const log = await MadeUpLog.of(join(folder, 'log'), events);
  const stop = new AbortController();
  await ensureReadModels(database, projections);
  const started = performance.now();
  const running = runProjections({ feed: log, database, projections, signal: stop.signal });
  await waitFor(database, projections, await log.head(), 7_200_000);
  stop.abort();
  await running;
  const perSecond = Math.round((log.length * 1_000) / (performance.now() - started));
  console.log(`Took in ${log.length.toLocaleString('en')} events, ${perSecond.toLocaleString('en')} a second.`);
  await database.pool.query('vacuum analyze');
}

const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(12);

async function compare(database: Database): Promise<boolean> {
  const known = await knownTo(database);
  const span = (known.to - known.from) * 0.9;
  const then = (): Moment => {
    const asOf = new Date(known.to - Math.random() * span).toISOString();
    return { asOf, knownAt: asOf };
  };
  console.log(
    `\n  ${''.padEnd(34)}     fastest      median         p95   as of: fastest      median         p95    ratio`,
  );
  const beyond: string[] = [];
  for (const [name, query] of Object.entries(queries).filter(([name]) => named.test(name))) {
    const now = await timed(query, database, known, () => ({}));
    const past = await timed(query, database, known, then);
    // Each as of an instant by the same as of now: what is asked for may be small or large.
    const ratio = share(
      past.slice(0, now.length).map((time, run) => time / (now[run] ?? time)),
      0.5,
    );
    const figures = [now, past].flatMap((times) => [0, 0.5, 0.95].map((at) => ms(share(times, at)))).join('');
    const good = share(now, 0.95) < limits.p95 && share(past, 0.95) < limits.p95 && ratio <= limits.ratio;
    if (!good) beyond.push(name);
    const told = `${figures}${ratio.toFixed(2).padStart(9)}${good ? '' : '   BEYOND THE LIMITS'}`;
    console.log(`  ${name.padEnd(34)}${told}`);
  }
  console.log(`\n  limits: ${limits.p95} ms at the 95th percentile, as of at most ${limits.ratio} × now`);
  console.log(beyond.length === 0 ? '  All are within them.' : `  Beyond them, ${beyond.length}: ${beyond.join(', ')}`);
  return beyond.length === 0;
}

async function main(): Promise<void> {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'kroniek-bench-')));
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o711);
  const data = join(folder, 'postgres');
  const isFilled = existsSync(data);
  const postgres = await startPostgres({ data, databases: ['kroniek'], settings });
  const database = openDatabase(postgres.url('kroniek'), { statementTimeout: 600_000 });
  try {
    if (!isFilled) await fill(database, folder);
    if (!(await compare(database))) process.exitCode = 1;
  } finally {
    await database.close();
    await postgres.stop();
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

await main();
