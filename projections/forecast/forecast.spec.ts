import { describe, expect, it } from '@jest/globals';
import type { ForecastEvents } from '../../libs/domain/forecast/forecast.events.js';
import type { MembershipEvents } from '../../libs/domain/membership/membership.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import type { TargetEvents } from '../../libs/domain/target/target.events.js';
import type { TeamEvents } from '../../libs/domain/team/team.events.js';
import type { Money } from '../../libs/kernel/index.js';
import type { Database } from '../../libs/read-model/index.js';
import { eur, opportunityOpened, pipelineDefined, rateSet, teamJoined, usd } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { forecast } from './forecast.js';
import { forecastModel } from './index.js';
import type { ForecastAsked } from './lines.js';

const deal = happened<OpportunityEvents>();
const member = happened<MembershipEvents>();
const agreed = happened<TargetEvents>();
const said = happened<ForecastEvents>();
const team = happened<TeamEvents>();
const policy = happened<PolicyEvents>();

const day = (text: string): string => `2017-${text}T12:00:00.000Z`;
const opened = (id: string, at: string, stage: string, amount: Money, more: object = {}) =>
  opportunityOpened(id, day(at), { stage, amount, owner: 'ann', expectedClose: '2017-08-15', ...more });
const rated = (at: string, from: string, to: string, value: string, validFrom: string) =>
  rateSet(day(at), [from, to], value, validFrom);
const stages = { early: 10, middle: 50, late: 80 };
const pipelineOf = (at: string, of: Readonly<Record<string, number>>) => pipelineDefined('default', day(at), of);

const story = [
  pipelineOf('01-01', stages),
  team('team-north', 'TeamDefined', day('01-01'), { name: 'North', manager: 'mia' }),
  teamJoined('ann', 'north', day('01-01'), '2017-01-01'),
  teamJoined('bob', 'south', day('01-01'), '2017-01-01'),
  rated('01-01', 'USD', 'EUR', '0.9', '2017-01-01'),
  agreed('target-ann', 'TargetAgreed', day('01-02'), { owner: 'ann', period: '2017-Q3', amount: eur(200_00) }),
  agreed('target-bob', 'TargetAgreed', day('01-02'), { owner: 'bob', period: '2017-07', amount: eur(30_00) }),
  agreed('target-cid', 'TargetAgreed', day('01-02'), { owner: 'cid', period: '2017-08', amount: eur(10_00) }),
  opened('early', '06-01', 'early', eur(10_05)),
  opened('middle', '06-01', 'middle', eur(20_03)),
  opened('late', '06-01', 'late', eur(40_00)),
  opened('omitted', '06-01', 'late', eur(99_00)),
  opened('next', '06-01', 'late', eur(77_00), { expectedClose: '2017-10-01' }),
  opened('won', '06-01', 'late', eur(90_00), { expectedClose: '2017-12-01' }),
  opened('dollars', '06-01', 'early', usd(10_01), { owner: 'bob' }),
  opened('yen', '06-01', 'early', { amount: 1000, currency: 'JPY' }, { owner: 'bob' }),
  opened('lost', '06-01', 'late', eur(55_00)),
  deal('opportunity-omitted', 'ForecastCategorySet', day('06-02'), { category: 'omitted' }),
  deal('opportunity-lost', 'OpportunityLost', day('06-03'), { from: 'late', reason: 'price' }),
  said('forecast-ann', 'ForecastSubmitted', day('06-10'), {
    owner: 'ann',
    period: '2017-Q3',
    amounts: { commit: 40_00, bestCase: 20_00, pipeline: 10_00 },
    currency: 'EUR',
  }),
  said('forecast-ann', 'ForecastAdjusted', day('06-11'), {
    owner: 'ann',
    period: '2017-Q3',
    amounts: { commit: 30_00, bestCase: 20_00, pipeline: 10_00 },
    submitted: { commit: 40_00, bestCase: 20_00, pipeline: 10_00 },
    currency: 'EUR',
    reason: 'too early',
  }),
  said('forecast-all', 'ForecastCommitted', day('06-12'), { period: '2017-Q3', amount: eur(150_00) }),
  said('forecast-all', 'ForecastCommitted', day('06-13'), { period: '2017-Q3', amount: eur(140_00) }),
  deal('opportunity-won', 'OpportunityWon', day('07-05'), { from: 'late', amount: eur(100_00) }),
];

const ask = (database: Database, asked: Partial<ForecastAsked> = {}) =>
  forecast(database, { period: '2017-Q3', asOf: day('07-10'), ...asked });

describe('the forecast of a period', () => {
  it('adds what is won to what is open, weighted by probability and rounded once, and sets it against the target', async () => {
    await givenEvents(...story).projectedBy(forecastModel, async ({ database }) => {
      const { currency, rows, unconverted, submissions, commitments } = await ask(database);
      expect(currency).toBe('EUR');
      // 10.05 × 10 % + 20.03 × 50 % + 40.00 × 80 % + 9.01 × 10 % (10.01 USD at 0.9)
      expect(rows).toEqual([
        {
          group: null,
          count: 7,
          closed: 100_00,
          open: 10_05 + 20_03 + 40_00 + 9_01,
          unweighted: 179_09,
          weighted: 100_00 + 43_92,
          worstCase: 100_00,
          commit: 140_00,
          bestCase: 160_03,
          openCommit: 40_00,
          openBestCase: 20_03,
          openPipeline: 19_06,
          omitted: 99_00,
          target: 240_00,
          attainment: '0.4167',
          gap: 140_00,
          coverage: '0.5649',
          requiredWinRate: '1.7701',
          unconverted: 1,
        },
      ]);
      expect(unconverted).toEqual([{ what: 'opportunity', id: 'yen', amount: 1000, currency: 'JPY' }]);
      expect(submissions).toMatchObject([
        {
          owner: 'ann',
          amounts: { commit: 40_00 },
          adjusted: { commit: 30_00 },
          reason: 'too early',
          at: day('06-11'),
        },
      ]);
      expect(commitments).toMatchObject([{ team: null, amount: 140_00, at: day('06-13'), by: { id: 'key-1' } }]);
    });
  });

  it('is cut by owner, team, pipeline and category, with a row for whoever has a target', async () => {
    await givenEvents(...story).projectedBy(forecastModel, async ({ database }) => {
      const cut = async (asked: Partial<ForecastAsked>) =>
        (await ask(database, asked)).rows.map(({ group, closed, open, target }) => [group, closed, open, target]);
      expect(await cut({ by: 'owner' })).toEqual([
        ['ann', 100_00, 70_08, 200_00],
        ['bob', 0, 9_01, 30_00],
        ['cid', 0, 0, 10_00],
      ]);
      expect(await cut({ by: 'team' })).toEqual([
        ['north', 100_00, 70_08, 200_00],
        ['south', 0, 9_01, 30_00],
      ]);
      expect(await cut({ by: 'pipeline' })).toEqual([['default', 100_00, 79_09, null]]);
      expect(await cut({ by: 'category' })).toEqual([
        ['best-case', 0, 20_03, null],
        ['closed', 100_00, 0, null],
        ['commit', 0, 40_00, null],
        ['omitted', 0, 0, null],
        ['pipeline', 0, 19_06, null],
      ]);
      expect(await cut({ team: 'north', by: 'owner' })).toEqual([['ann', 100_00, 70_08, 200_00]]);
      expect(await cut({ owner: 'ann', category: 'commit' })).toEqual([[null, 0, 40_00, null]]);
      expect(await cut({ period: '2017-08', by: 'owner' })).toEqual([
        ['ann', 0, 70_08, null],
        ['bob', 0, 9_01, null],
        ['cid', 0, 0, 10_00],
      ]);
      expect(await cut({ asOf: day('06-20'), pipelineId: 'default' })).toEqual([[null, 0, 79_09, null]]);
    });
  });

  it('converts what is open at the rate of the day asked for, and leaves what is closed at the rate of its closing', async () => {
    const dollars = usd(100_00);
    await givenEvents(
      pipelineOf('01-01', stages),
      rated('01-01', 'USD', 'EUR', '0.9', '2017-01-01'),
      opened('open', '06-01', 'early', dollars),
      opened('won', '06-01', 'early', dollars),
      deal('opportunity-won', 'OpportunityWon', day('07-05'), { from: 'early', amount: dollars }),
      rated('07-06', 'USD', 'EUR', '0.5', '2017-07-01'),
      rated('07-07', 'EUR', 'USD', '4', '2017-07-20'),
      policy('policy-reporting.currency', 'PolicyChanged', day('09-01'), {
        policy: 'reporting.currency',
        version: 1,
        value: { currency: 'USD' },
      }),
    ).projectedBy(forecastModel, async ({ database }) => {
      const at = async (asOf: string) => {
        const { currency, rows } = await ask(database, { asOf: day(asOf) });
        return rows.map(({ closed, open }) => [currency, closed, open]);
      };
      expect(await at('07-05')).toEqual([['EUR', 90_00, 90_00]]);
      expect(await at('07-10')).toEqual([['EUR', 90_00, 50_00]]);
      expect(await at('07-20')).toEqual([['EUR', 90_00, 25_00]]);
      expect(await at('09-02')).toEqual([['USD', 100_00, 100_00]]);
    });
  });

  it('counts what is won for the team of the closing day, and what is open for the team of the day asked for', async () => {
    const moves = [
      member('membership-ann', 'TeamMemberRemoved', day('07-08'), {
        salesperson: 'ann',
        teamId: 'north',
        from: '2017-01-01',
        until: '2017-07-31',
      }),
      teamJoined('ann', 'south', day('07-08'), '2017-08-01'),
    ];
    await givenEvents(...story, ...moves).projectedBy(forecastModel, async ({ database }) => {
      const teams = async (asOf: string) =>
        (await ask(database, { asOf: day(asOf), by: 'team' })).rows.map(({ group, closed, open }) => [
          group,
          closed,
          open,
        ]);
      expect(await teams('07-31')).toEqual([
        ['north', 100_00, 70_08],
        ['south', 0, 9_01],
      ]);
      expect(await teams('08-01')).toEqual([
        ['north', 100_00, 0],
        ['south', 0, 79_09],
      ]);
    });
  });

  it('is the same in SQL, as of the instant that is set', async () => {
    await givenEvents(...story).projectedBy(forecastModel, async ({ database }) => {
      const client = await database.pool.connect();
      try {
        await client.query('set role analyst');
        await client.query(`set kroniek.as_of = '2017-07-10T12:00:00Z'`);
        const { rows } = await client.query<object>(
          `select sum(closed) as closed, sum(open) as open, round(sum(weighted)) as weighted, sum(omitted) as omitted,
             sum(unconverted)::integer as unconverted, min(currency) as currency
           from analytics.forecast where quarter = '2017-Q3'`,
        );
        expect(rows).toEqual([
          { closed: 100_00, open: 79_09, weighted: 143_92, omitted: 99_00, unconverted: 1, currency: 'EUR' },
        ]);
        const views = ['forecast_opportunities', 'targets', 'team_members', 'forecast_submissions'];
        const counts: unknown[] = [];
        for (const view of views) {
          const counted = await client.query<{ count: bigint }>(`select count(*) from analytics.${view}`);
          counts.push(counted.rows[0]?.count);
        }
        expect(counts).toEqual([8n, 3n, 2n, 1n]);
        const attained = await client.query<object>(
          `select owner, period, target, closed, open, weighted, attainment::text, gap, coverage::text, required_win_rate::text
           from analytics.target_attainment order by owner`,
        );
        expect(attained.rows.map((row) => Object.values(row) as unknown[])).toEqual([
          ['ann', '2017-Q3', 200_00, 100_00, 70_08, 143_02, '0.5000', 100_00, '0.7008', '1.4269'],
          ['bob', '2017-07', 30_00, 0, 0, 0, '0.0000', 30_00, '0.0000', null],
          ['cid', '2017-08', 10_00, 0, 0, 0, '0.0000', 10_00, '0.0000', null],
        ]);
        const committed = await client.query<object>(
          'select amount, is_last, committed_at from analytics.forecast_commitments order by committed_at',
        );
        expect(committed.rows).toEqual([
          { amount: 150_00, is_last: false, committed_at: day('06-12') },
          { amount: 140_00, is_last: true, committed_at: day('06-13') },
        ]);
      } finally {
        client.release(true);
      }
    });
  });
});
