import { describe, expect, it } from '@jest/globals';
import type { ForecastEvents } from '../../libs/domain/forecast/forecast.events.js';
import type { MembershipEvents } from '../../libs/domain/membership/membership.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { Money } from '../../libs/kernel/index.js';
import { eur, mia, opportunityOpened, pipelineDefined, rateSet, teamJoined, usd } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { calibration } from './calibration.js';
import { forecastModel } from './index.js';

const deal = happened<OpportunityEvents>();
const said = happened<ForecastEvents>();

const day = (text: string): string => `2017-${text}T12:00:00.000Z`;
const opened = (id: string, at: string, stage: string, amount: Money, more: object = {}) =>
  opportunityOpened(id, day(at), { stage, amount, owner: 'ann', expectedClose: '2017-08-15', ...more });
const pipelineOf = (at: string, of: Readonly<Record<string, number>>) => pipelineDefined('default', day(at), of, mia);
const dollars = (at: string, value: string, validFrom: string) =>
  rateSet(day(at), ['USD', 'EUR'], value, validFrom, mia);

describe('calibration', () => {
  const committed = (team: string | undefined, at: string, amount: Money, actor: string, period = '2017-Q3') =>
    said(
      `forecast-${team ?? 'all'}-${period}`,
      'ForecastCommitted',
      day(at),
      {
        period,
        amount,
        ...(team === undefined ? {} : { teamId: team }),
      },
      { actor: { id: actor, role: 'sales-manager' as const } },
    );
  const wins = [
    pipelineOf('01-01', { early: 10 }),
    dollars('01-01', '0.5', '2017-01-01'),
    teamJoined('ann', 'north', day('01-01'), '2017-01-01'),
    committed(undefined, '06-20', eur(300_00), 'mia'),
    committed('north', '06-20', eur(80_00), 'tom'),
    committed(undefined, '07-20', usd(400_00), 'mia'),
    committed(undefined, '07-21', eur(1_00), 'mia', '2017-Q4'),
    opened('ann', '07-01', 'early', eur(100_00)),
    opened('bob', '07-01', 'early', usd(300_00), { owner: 'bob' }),
    deal('opportunity-ann', 'OpportunityWon', day('07-05'), { from: 'early', amount: eur(100_00) }),
    deal('opportunity-bob', 'OpportunityWon', day('09-30'), {
      from: 'early',
      amount: usd(300_00),
    }),
    deal('opportunity-bob', 'OpportunityReopened', day('10-01'), { to: 'early', reason: 'not paid' }),
  ];

  it('holds every commitment of a period that is over against what had been won when it ended', async () => {
    await givenEvents(...wins).projectedBy(forecastModel, async ({ database }) => {
      const { rows, committers, currency } = await calibration(database, { asOf: day('10-02') });
      expect(currency).toBe('EUR');
      expect(
        rows.map(({ team, committed: amount, actual, difference, deviation, last, by }) => [
          team,
          amount,
          actual,
          difference,
          deviation,
          last,
          by.id,
        ]),
      ).toEqual([
        [null, 300_00, 250_00, -50_00, '-0.1667', false, 'mia'],
        [null, 200_00, 250_00, 50_00, '0.2500', true, 'mia'],
        ['north', 80_00, 100_00, 20_00, '0.2500', true, 'tom'],
      ]);
      expect(committers).toMatchObject([
        {
          id: 'mia',
          commitments: 2,
          committed: 500_00,
          actual: 500_00,
          difference: 0,
          deviation: '0.0000',
          error: '0.2000',
        },
        {
          id: 'tom',
          commitments: 1,
          committed: 80_00,
          actual: 100_00,
          difference: 20_00,
          deviation: '0.2500',
          error: '0.2500',
        },
      ]);
      expect((await calibration(database, { asOf: day('09-30') })).rows).toEqual([]);
      expect((await calibration(database, { asOf: day('10-02'), by: 'tom' })).rows).toHaveLength(1);
    });
  });

  it('knows what is known: a win that is reported late counts from then on', async () => {
    const late = deal(
      'opportunity-late',
      'OpportunityWon',
      day('09-29'),
      { from: 'early', amount: eur(7_00) },
      { recordedAt: day('10-20') },
    );
    await givenEvents(...wins, opened('late', '07-01', 'early', eur(7_00)), late).projectedBy(
      forecastModel,
      async ({ database }) => {
        const actual = async (knownAt?: string) =>
          (await calibration(database, { asOf: day('11-01'), knownAt, team: 'north' })).rows.map((row) => row.actual);
        expect([await actual(day('10-19')), await actual()]).toEqual([[100_00], [107_00]]);
      },
    );
  });

  it('is of the team on the closing day, also in a month in which somebody moved', async () => {
    const closed = (id: string, at: string) => [
      opened(id, '07-01', 'early', eur(1_00)),
      deal(`opportunity-${id}`, 'OpportunityWon', day(at), { from: 'early', amount: eur(1_00) }),
    ];
    const moves = [
      pipelineOf('01-01', { early: 10 }),
      happened<MembershipEvents>()('membership-ann', 'TeamMemberAdded', day('01-01'), {
        ...{ salesperson: 'ann', teamId: 'north', from: '2017-01-01', until: '2017-08-15' },
      }),
      teamJoined('ann', 'south', day('01-01'), '2017-08-16'),
      committed('north', '06-20', eur(10_00), 'tom'),
      committed('south', '06-20', eur(10_00), 'tim'),
      ...['07-31', '08-15', '08-16', '09-01', '09-02'].flatMap((at) => closed(at, at)),
    ];
    await givenEvents(...moves).projectedBy(forecastModel, async ({ database }) => {
      const { rows } = await calibration(database, { asOf: day('10-02') });
      expect(rows.map(({ team, actual }) => [team, actual])).toEqual([
        ['north', 2_00],
        ['south', 3_00],
      ]);
    });
  });

  it('is there for analysts', async () => {
    await givenEvents(...wins).projectedBy(forecastModel, async ({ database }) => {
      const client = await database.pool.connect();
      try {
        await client.query('set role analyst');
        await client.query(`set kroniek.as_of = '2017-10-02T12:00:00Z'`);
        const { rows } = await client.query<object>(
          `select committed, actual, difference from analytics.forecast_calibration where team = 'north'`,
        );
        expect(rows).toEqual([{ committed: 80_00, actual: 100_00, difference: 20_00 }]);
      } finally {
        client.release(true);
      }
    });
  });
});
