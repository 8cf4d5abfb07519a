import { type RawBuilder, sql } from 'kysely';
import { decimal, ratio, type Source, type View } from '../../libs/read-model/index.js';
import type { ForecastTables } from './tables.js';
import { convertedTo, type Frame, ratesOn } from './valued.js';

const by = { actor_id: 'Who did it: a stable id, never a name.', actor_role: 'In which role.' };
const reporting = { currency: 'The reporting currency (ISO 4217).' };

/** The last day of a month or quarter. */
const lastDay = (period: RawBuilder<unknown>): RawBuilder<unknown> => sql`(make_date(left(${period}, 4)::integer,
    case when ${period} like '%Q%' then 3 * right(${period}, 1)::integer else right(${period}, 2)::integer end, 1)
  + interval '1 month - 1 day')::date`;

/**
 * What was promised for a period, by agreement and by commitment, as analysts see it.
 *
 * @param inPeriods opportunities in the reporting currency with the periods that they fall into
 */
export const promises = (
  frame: (source: Source<ForecastTables>) => Frame,
  inPeriods: (source: Source<ForecastTables>) => RawBuilder<unknown>,
): Readonly<Record<string, View<ForecastTables>>> => ({
  target_attainment: {
    says: 'Every target that holds against what is won and open in its very period, for its very salesperson, team and pipeline, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      target_id: 'Id of the target.',
      period: 'Month or quarter.',
      owner: 'Salesperson whose target it is.',
      team: 'Team whose target it is.',
      pipeline: 'Pipeline that it is for; null: all of them.',
      target:
        'What is to be won, in minor units, at the rate of the day asked for, or else of the last day of the period; null: there is no exchange rate.',
      closed: 'Won in the period, in minor units.',
      open: 'Open and expected to close in the period, without what is omitted.',
      weighted: 'Closed, and open × probability: rounded half up once.',
      attainment: 'Closed ÷ target, rounded to four digits.',
      gap: 'Target less closed; negative: more than the target is won.',
      coverage: 'Open ÷ gap, rounded to four digits; null: there is no gap.',
      required_win_rate: 'Gap ÷ open: so much of what is open has to be won; null: there is no gap, or nothing open.',
      ...reporting,
      unconverted: 'Number of opportunities without an exchange rate; they are in no amount.',
    },
    as: (source) => {
      const { currency, day } = frame(source);
      const last = sql`least(${day}, ${lastDay(sql`g.period`)})`;
      const ratioOf = (part: string, whole: string): RawBuilder<unknown> =>
        decimal(ratio(sql.raw(part), sql.raw(whole)));
      return sql`with items as materialized (select * from ${inPeriods(source)} i),
        agreed as (
          select g.*, ${convertedTo(currency, { amount: sql`g.amount`, from: sql`g.currency`, rate: sql`r.rate`, direct: sql`r.direct` })} as target
          from ${source.at('targets')} g
            left join lateral (select * from ${ratesOn(source, { currency, day: last })} q where q.currency = g.currency) r on true
          where not g.withdrawn
        ),
        held as (
          select g.id, g.period, g.owner, g.team_id, g.pipeline_id, g.target,
            coalesce(sum(v.amount) filter (where v.status = 'won'), 0) as closed,
            coalesce(sum(v.amount) filter (where v.status = 'open' and v.category <> 'omitted'), 0) as open,
            div(coalesce(sum(v.amount * v.probability) filter (where v.category <> 'omitted'), 0) + 50, 100) as weighted,
            (count(*) filter (where v.id is not null and v.amount is null))::integer as unconverted
          from agreed g left join items v on g.period in (v.month, v.quarter)
            and (g.owner is null or v.owner = g.owner) and (g.team_id is null or v.team_id = g.team_id)
            and (g.pipeline_id is null or v.pipeline_id = g.pipeline_id)
          group by 1, 2, 3, 4, 5, 6
        )
        select id, period, owner, team_id, pipeline_id, target, closed, open, weighted, ${ratioOf('closed', 'target')}, gap,
          ${ratioOf('open', 'gap')}, case when gap > 0 then ${ratioOf('gap', 'open')} end, ${currency}, unconverted
        from (select *, target - closed as gap from held) h`;
    },
  },
  forecast_commitments: {
    says: 'Every total that was committed to management as of kroniek.as_of and kroniek.known_at (unset: now); against the outcome: forecast_calibration.',
    columns: {
      period: 'Month or quarter.',
      team: 'Team whose total it is; null: everybody’s.',
      pipeline: 'Pipeline that it is for; null: all of them.',
      amount: 'What was committed, in minor units of the currency.',
      currency: 'ISO 4217 currency.',
      is_last: 'Whether nothing was committed for the same total after it.',
      committed_at: 'When it was committed.',
      position: 'Position of the event in the log.',
      ...by,
    },
    as: ({ at }) => sql`select period, team_id, pipeline_id, amount, currency,
      revision = max(revision) over (partition by id), occurred_at, position, actor_id, actor_role
      from ${at('commitments')} c`,
  },
});
