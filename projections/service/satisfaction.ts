import { type RawBuilder, sql } from 'kysely';
import type { SurveyKind } from '../../libs/domain/survey/survey.events.js';
import type { PeriodKind } from '../../libs/kernel/index.js';
import type { Source } from '../../libs/read-model/index.js';
import type { ServiceTables } from './tables.js';

/** How satisfied the customers were who answered a survey in a period; of one account, or (`null`) of all. */
export interface SatisfactionRow {
  readonly survey_id: string;
  readonly kind: SurveyKind;
  readonly period: string;
  readonly account_id: string | null;
  readonly responses: number;
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
  readonly nps: number | null;
  readonly csat: number | null;
  readonly average_hundredths: number;
}

const formats: Readonly<Record<PeriodKind, string>> = { month: 'YYYY-MM', quarter: 'YYYY-"Q"Q' };

/**
 * NPS: the share of promoters (9 and 10) less that of detractors (0 to 6), in points from -100 to 100. CSAT: the share
 * of 4 and 5, in per cent. Both rounded once, half away from zero. Periods are those of UTC.
 *
 * @param by `account`: for each account that answered; `all`: for everybody together
 */
export const satisfactionOf = (
  source: Source<ServiceTables>,
  kind: PeriodKind,
  by: 'account' | 'all',
): RawBuilder<SatisfactionRow> => sql<SatisfactionRow>`
  select survey_id, kind, period, account_id, responses, promoters, passives, detractors,
    case when kind = 'nps' then round(100.0 * (promoters - detractors) / responses)::integer end as nps,
    case when kind = 'csat' then round(100.0 * promoters / responses)::integer end as csat,
    round(100.0 * total / responses)::integer as average_hundredths
  from (
    select survey_id, kind, to_char(occurred_at at time zone 'UTC', ${sql.lit(formats[kind])}) as period,
      ${by === 'account' ? sql`account_id` : sql`null::text`} as account_id, count(*)::integer as responses,
      (count(*) filter (where score >= case kind when 'nps' then 9 else 4 end))::integer as promoters,
      (count(*) filter (where score between case kind when 'nps' then 7 else 3 end
        and case kind when 'nps' then 8 else 3 end))::integer as passives,
      (count(*) filter (where score <= case kind when 'nps' then 6 else 2 end))::integer as detractors,
      sum(score) as total
    from ${source.at('responses')} r group by 1, 2, 3, 4
  ) counted`;
