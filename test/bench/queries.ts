import { openDatabase, type Database, type Moment } from '../../libs/read-model/index.js';
import { agendaList } from '../../projections/agenda/queries.js';
import { alarmsList } from '../../projections/alarms/queries.js';
import { historyOfCustomer } from '../../projections/customer-history/queries.js';
import { accountDetail, accountsList } from '../../projections/customers/accounts.js';
import { customerDetail } from '../../projections/customers/detail.js';
import { customersList } from '../../projections/customers/queries.js';
import { forecast } from '../../projections/forecast/forecast.js';
import { peopleList, personDetail } from '../../projections/people/queries.js';
import { opportunityDetail } from '../../projections/pipeline/opportunity-detail.js';
import { opportunitiesList } from '../../projections/pipeline/opportunities.js';
import { pipelineSummary } from '../../projections/pipeline/queries.js';
import { ageingReport, velocityReport } from '../../projections/pipeline/reports.js';
import { policiesList } from '../../projections/policies/queries.js';
import { casesList, satisfactionTrend } from '../../projections/service/queries.js';
import { caughtUp } from './caught-up.js';
import { fill } from './facts.js';
import { Http } from './load.js';
import { startBenchServers } from './servers.js';

/*
 * `npm run bench:queries`: what the documented queries cost on a million events, now and as of a random instant.
 */

const events = Number(process.env['KRONIEK_BENCH_EVENTS'] ?? 1_000_000);
const times = Number(process.env['KRONIEK_BENCH_TIMES'] ?? 200);
const limits = { p95: 50, ratio: 3 };

/** Things to ask for, at random. */
interface Known {
  readonly accounts: readonly string[];
  readonly people: readonly string[];
  readonly opportunities: readonly string[];
  readonly from: number;
  readonly to: number;
}

const any = (ids: readonly string[]): string => ids[Math.floor(Math.random() * ids.length)] ?? '';

type Query = (database: Database, moment: Moment, known: Known) => Promise<unknown>;

/** The queries of docs/api.md, each on an id or with the filters that it is mostly asked with. */
const queries: Readonly<Record<string, Query>> = {
  'pipelines/{id}': (db, at) => pipelineSummary(db, { ...at, id: 'default' }),
  'opportunities?status=open': (db, at) => opportunitiesList(db, { ...at, status: 'open' }),
  'opportunities?accountId': (db, at, { accounts }) => opportunitiesList(db, { ...at, accountId: any(accounts) }),
  'opportunities/{id}': (db, at, { opportunities }) => opportunityDetail(db, { ...at, id: any(opportunities) }),
  'forecast?by=owner': (db, at) => forecast(db, { ...at, period: periodOf(at), by: 'owner' }),
  'people?kind=lead': (db, at) => peopleList(db, { ...at, kind: 'lead', seesNames: true }),
  'people/{id}': (db, at, { people }) => personDetail(db, { ...at, id: any(people), seesNames: true }),
  'customers?phase=active': (db, at) => customersList(db, { ...at, phase: 'active' }),
  'customers/{id}': (db, at, { accounts }) => customerDetail(db, { ...at, id: any(accounts) }),
  'customers/{id}/history': (db, at, { accounts }) => historyOfCustomer(db, { ...at, id: any(accounts) }),
  accounts: (db, at) => accountsList(db, { ...at }),
  'accounts/{id}': (db, at, { accounts }) => accountDetail(db, { ...at, id: any(accounts) }),
  'cases?status=open': (db, at) => casesList(db, { ...at, status: 'open' }),
  agenda: (db, at) => agendaList(db, { ...at }),
  alarms: (db, at) => alarmsList(db, { ...at }),
  'reports/velocity': (db, at) => velocityReport(db, { ...at, per: 'month' }),
  'reports/ageing': (db, at) => ageingReport(db, { ...at }),
  'reports/satisfaction': (db, at) => satisfactionTrend(db, { ...at, by: 'all', per: 'month' }),
  policies: (db, at) => policiesList(db, at),
};

const periodOf = ({ asOf }: Moment): string => (asOf ?? new Date().toISOString()).slice(0, 7);

/** How long the runs took, in milliseconds, without the first ones. */
async function timed(query: Query, database: Database, known: Known, moment: () => Moment): Promise<Times> {
  const found: number[] = [];
  for (let run = 0; run < times + 5; run++) {
    const started = performance.now();
    await query(database, moment(), known);
    if (run >= 5) found.push(performance.now() - started);
    // What takes seconds is told well enough by a few runs.
    if (found.length >= 5 && found.reduce((sum, time) => sum + time, 0) > 20_000) break;
  }
  const sorted = found.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: at(0.5), p95: at(0.95) };
}

interface Times {
  readonly median: number;
  readonly p95: number;
}

async function knownTo(database: Database): Promise<Known> {
  const ids = async (table: string): Promise<readonly string[]> => {
    const { rows } = await database.pool.query<{ id: string }>(`select id from ${table} limit 1000`);
    return rows.map(({ id }) => id);
  };
  const { rows } = await database.pool.query<{ from: string; to: string }>(
    'select min(opened_at)::text as from, max(opened_at)::text as to from analytics.opportunities',
  );
  return {
    accounts: await ids('(select account_id as id from analytics.accounts) a'),
    people: await ids('(select person_id as id from analytics.people) p'),
    opportunities: await ids('(select opportunity_id as id from analytics.opportunities) o'),
    from: Date.parse(rows[0]?.from ?? ''),
    to: Date.parse(rows[0]?.to ?? ''),
  };
}

const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(12);

async function main(): Promise<void> {
  const servers = await startBenchServers();
  const http = new Http({ url: servers.apiUrl, key: servers.adminKey });
  const database = openDatabase(servers.postgres.url('kroniek'));
  let enough = true;
  try {
    await fill(servers, events);
    await servers.startProjector();
    await caughtUp(http);
    await database.pool.query('analyze');
    const known = await knownTo(database);
    const then = (): Moment => {
      const asOf = new Date(known.from + Math.random() * (known.to - known.from)).toISOString();
      return { asOf, knownAt: asOf };
    };
    console.log(`\nQueries on ${events.toLocaleString('en')} events: now, and as of a random instant`);
    console.log(`  ${''.padEnd(30)}      median         p95    as of: median       p95    ratio`);
    for (const [name, query] of Object.entries(queries)) {
      const now = await timed(query, database, known, () => ({}));
      const past = await timed(query, database, known, then);
      const ratio = past.median / now.median;
      const good = now.p95 < limits.p95 && past.p95 < limits.p95 && ratio <= limits.ratio;
      enough &&= good;
      const told = `${ms(now.median)}${ms(now.p95)}${ms(past.median)}${ms(past.p95)}${ratio.toFixed(2).padStart(9)}`;
      console.log(`  ${name.padEnd(30)}${told}${good ? '' : '   BEYOND THE LIMITS'}`);
    }
    console.log(`  limits: ${limits.p95} ms at the 95th percentile, as of at most ${limits.ratio} × now`);
  } finally {
    http.close();
    await database.close();
    await servers.stop();
  }
  if (!enough) process.exitCode = 1;
}

await main();
