import { type RawBuilder, sql } from 'kysely';
import type { SurveyKind } from '../../libs/domain/survey/survey.events.js';
import { periodOfInstant, type Source, type Span, within } from '../../libs/read-model/index.js';
import { byNow } from '../merges.js';
import type { ServiceTables } from './tables.js';

/** How satisfied the customers were who answered a survey in a period; of one account, or (`null`) of all. */
export interface SatisfactionRow {
  readonly survey_id: string;
  readonly kind: SurveyKind;
  readonly period: string | null;
  readonly account_id: string | null;
  readonly responses: number;
  readonly promoters: number;
  readonly passives: number;
  readonly detractors: number;
  readonly nps: number | null;
  readonly csat: number | null;
  readonly average_hundredths: number;
}

/**
 * NPS: the share of promoters (9 and 10) less that of detractors (0 to 6), in points from -100 to 100. CSAT: the share
 * of 4 and 5, in per cent. Both rounded once, half away from zero. Periods are those of UTC.
 *
 * @param by `account`: for each account that answered; `all`: for everybody together
 * @param among whose responses count, of the columns of `responses` and `byNow`
 */
export const satisfactionOf = (
  source: Source<ServiceTables>,
  span: Span,
  by: 'account' | 'all',
  among: RawBuilder<unknown> = sql`true`,
): RawBuilder<SatisfactionRow> => sql<SatisfactionRow>`
  select survey_id, kind, period, account_id, responses, promoters, passives, detractors,
    case when kind = 'nps' then round(100.0 * (promoters - detractors) / responses)::integer end as nps,
    case when kind = 'csat' then round(100.0 * promoters / responses)::integer end as csat,
    round(100.0 * total / responses)::integer as average_hundredths
  from (
    select survey_id, kind, ${periodOfInstant(sql`occurred_at`, span.per)} as period,
      ${by === 'account' ? sql`of_account_id` : sql`null::text`} as account_id, count(*)::integer as responses,
      (count(*) filter (where score >= case kind when 'nps' then 9 else 4 end))::integer as promoters,
      (count(*) filter (where score between case kind when 'nps' then 7 else 3 end
        and case kind when 'nps' then 8 else 3 end))::integer as passives,
      (count(*) filter (where score <= case kind when 'nps' then 6 else 2 end))::integer as detractors,
      sum(score) as total
    from ${said(source)} r where ${within(sql`occurred_at`, span)} and ${among}
    group by 1, 2, 3, 4
  ) counted`;

/** The responses with whom they count for. */
const said = ({ at }: Source<ServiceTables>): RawBuilder<unknown> => byNow(at('merges'), at('responses'));

/** How often an extra service was wished for in a period; by one account, or (`null`) by all. */
export interface WantedServiceRow {
  readonly service: string;
  readonly period: string | null;
  readonly account_id: string | null;
  readonly responses: number;
  readonly customers: number;
}

/** Which extra services customers would like to have (S2), by those who were asked: `responses` names them. */
export const wantedServicesOf = (
  source: Source<ServiceTables>,
  span: Span,
  by: 'account' | 'all',
  among: RawBuilder<unknown> = sql`true`,
): RawBuilder<WantedServiceRow> => sql<WantedServiceRow>`
  select service, ${periodOfInstant(sql`occurred_at`, span.per)} as period,
    ${by === 'account' ? sql`of_account_id` : sql`null::text`} as account_id, count(distinct response_id)::integer as responses,
    count(distinct coalesce(of_account_id, of_person_id))::integer as customers
  from ${said(source)} r cross join unnest(wanted_services) service
  where ${within(sql`occurred_at`, span)} and ${among} group by 1, 2, 3`;
