import { sql } from 'kysely';
import type { CaseChannel, Priority } from '../../libs/domain/case/case.events.js';
import type { SurveyKind } from '../../libs/domain/survey/survey.events.js';
import type { Instant, Sealed } from '../../libs/kernel/index.js';
import {
  Cursors,
  type Database,
  limitOf,
  type Moment,
  type Page,
  type Paging,
  read,
  rows,
  type Span,
} from '../../libs/read-model/index.js';
import { idsOf } from '../merges.js';
import { type JudgedCaseRow, withBreaches } from './breached.js';
import { service } from './index.js';
import type { SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import { satisfactionOf, type SatisfactionRow, wantedServicesOf, type WantedServiceRow } from './satisfaction.js';
import type { CaseStatus } from './tables.js';

/** A case as it stands at the moment. Subject and description are in `sealed`, closed. */
export interface CaseListed {
  readonly id: string;
  readonly status: CaseStatus;
  readonly priority: Priority;
  readonly channel: CaseChannel;
  readonly personId: string | null;
  readonly accountId: string | null;
  readonly assignee: string | null;
  readonly openedAt: Instant;
  readonly respondBy: Instant;
  readonly resolveBy: Instant;
  /** When it was first replied to, or else resolved. */
  readonly respondedAt: Instant | null;
  readonly resolvedAt: Instant | null;
  readonly responseBreachedAt: Instant | null;
  readonly resolutionBreachedAt: Instant | null;
  readonly replies: number;
  readonly reopened: number;
  /** Of `case.targets`. */
  readonly policyVersion: number;
  /** When it became as it is. */
  readonly since: Instant;
  readonly revision: number;
  /** Of its last event; a decimal string. */
  readonly position: string;
  readonly sealed: Sealed | null;
}

const caseOf = (row: JudgedCaseRow): CaseListed => ({
  id: row.id,
  status: row.status,
  priority: row.priority,
  channel: row.channel,
  personId: row.person_id,
  accountId: row.account_id,
  assignee: row.assignee,
  openedAt: row.opened_at,
  respondBy: row.respond_by,
  resolveBy: row.resolve_by,
  respondedAt: row.responded_at,
  resolvedAt: row.resolved_at,
  responseBreachedAt: row.response_breached_at,
  resolutionBreachedAt: row.resolution_breached_at,
  replies: row.replies,
  reopened: row.reopened,
  policyVersion: row.policy_version,
  since: row.since,
  revision: row.last_revision,
  position: String(row.last_position),
  sealed: row.sealed,
});

/** Which cases; what is left out does not matter. */
export interface CasesAsked extends Moment, Paging {
  readonly status?: CaseStatus | undefined;
  readonly priority?: Priority | undefined;
  readonly assignee?: string | undefined;
  readonly personId?: string | undefined;
  readonly accountId?: string | undefined;
  /** `breached`: a target was, ever; `met`: none. */
  readonly targets?: 'breached' | 'met' | undefined;
}

/** A page of cases, by when they were opened. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const casesList = (database: Database, asked: CasesAsked): Promise<Page<CaseListed>> =>
  read(database, service, asked, async (reading) => {
    const { limit: _limit, cursor, asOf, knownAt, ...filters } = asked;
    const { status, priority, assignee, personId, accountId, targets } = filters;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'cases', asOf, knownAt, ...filters });
    const after = cursors.read(cursor, ['string', 'string']);
    const breached = sql`exists (select from ${reading.at('breaches')} b where b.case_id = c.id)`;
    const only = [
      ...(status === undefined ? [] : [sql`status = ${status}`]),
      ...(priority === undefined ? [] : [sql`priority = ${priority}`]),
      ...(assignee === undefined ? [] : [sql`assignee = ${assignee}`]),
      ...(personId === undefined ? [] : [sql`person_id in ${idsOf(reading.at('merges'), 'person', personId)}`]),
      ...(accountId === undefined ? [] : [sql`account_id in ${idsOf(reading.at('merges'), 'account', accountId)}`]),
      ...(targets === undefined ? [] : [targets === 'breached' ? breached : sql`not ${breached}`]),
      ...(after ? [sql`(opened_at, id) > (${after[0]}::timestamptz, ${after[1]})`] : []),
    ];
    const where = only.length === 0 ? sql`true` : sql.join(only, sql` and `);
    // An index by statuses tells apart what held.
    const cases = status === undefined ? reading.at('cases') : reading.inParts('cases');
    const page = sql`(select * from ${cases} c where ${where} order by opened_at, id limit ${limit + 1})`;
    const found = await rows(
      reading,
      sql<JudgedCaseRow>`select * from ${withBreaches(reading, page)} c order by opened_at, id`,
    );
    return cursors.page(found, limit, caseOf, (row) => [row.opened_at, row.id]);
  });

/** One case. `null` if there was none of this id at the moment. */
export const caseDetail = (
  database: Database,
  { id, ...moment }: Moment & { readonly id: string },
): Promise<CaseListed | null> =>
  read(database, service, moment, async (reading) => {
    const one = sql`(select * from ${reading.at('cases')} c where id = ${id})`;
    const [row] = await rows(reading, sql<JudgedCaseRow>`select * from ${withBreaches(reading, one)} c`);
    return row ? caseOf(row) : null;
  });

/** How satisfied those were who answered a survey in a period. */
export interface Satisfaction {
  readonly surveyId: string;
  readonly kind: SurveyKind;
  /** `2026-07` or `2026-Q3`, of UTC; `null`: the whole time. */
  readonly period: string | null;
  /** `null`: everybody, or people without an account. */
  readonly accountId: string | null;
  readonly responses: number;
  /** 9 and 10 (nps), 4 and 5 (csat). */
  readonly promoters: number;
  readonly passives: number;
  /** 0 to 6 (nps), 1 and 2 (csat). */
  readonly detractors: number;
  /** From -100 to 100; `null` for csat. */
  readonly nps: number | null;
  /** Per cent; `null` for nps. */
  readonly csat: number | null;
  readonly averageHundredths: number;
}

export interface SatisfactionAsked extends Moment, Span {
  /** A row for each account, or for all together; one account that is asked for stands alone. */
  readonly by: 'account' | 'all';
  readonly surveyId?: string | undefined;
  readonly accountId?: string | undefined;
  /** Only what these said: the members of a segment. */
  readonly among?: { readonly of: SegmentAudience; readonly ids: readonly string[] } | undefined;
}

const saidBy = ({ among }: Pick<SatisfactionAsked, 'among'>) =>
  among && sql`${sql.ref(among.of === 'accounts' ? 'of_account_id' : 'of_person_id')} = any(${among.ids})`;

const satisfaction = (row: SatisfactionRow): Satisfaction => ({
  surveyId: row.survey_id,
  kind: row.kind,
  period: row.period,
  accountId: row.account_id,
  responses: row.responses,
  promoters: row.promoters,
  passives: row.passives,
  detractors: row.detractors,
  nps: row.nps,
  csat: row.csat,
  averageHundredths: row.average_hundredths,
});

/** The trend of satisfaction: a row for each survey, period and, if asked for, account, in this order. */
export const satisfactionTrend = (database: Database, asked: SatisfactionAsked): Promise<readonly Satisfaction[]> =>
  read(database, service, asked, async (reading) => {
    const { surveyId, accountId } = asked;
    const by = accountId === undefined ? asked.by : 'account';
    const only = [
      ...(surveyId === undefined ? [] : [sql`survey_id = ${surveyId}`]),
      ...(accountId === undefined ? [] : [sql`account_id in ${idsOf(reading.at('merges'), 'account', accountId)}`]),
    ];
    const found = await rows(
      reading,
      sql<SatisfactionRow>`select * from (${satisfactionOf(reading, asked, by, saidBy(asked))}) s
        where ${only.length === 0 ? sql`true` : sql.join(only, sql` and `)}
        order by survey_id, period, account_id nulls last`,
    );
    return found.map(satisfaction);
  });

/** An extra service that customers would like to have. */
export interface WantedService {
  readonly service: string;
  /** `null`: the whole time. */
  readonly period: string | null;
  /** `null`: everybody, or people without an account. */
  readonly accountId: string | null;
  /** That say so. */
  readonly responses: number;
  /** Accounts, or people without one, that say so. */
  readonly customers: number;
}

/** A row for each period, service and, if asked for, account: in each period what most would like to have comes first. */
export const wantedServices = (
  database: Database,
  asked: Omit<SatisfactionAsked, 'surveyId'>,
): Promise<readonly WantedService[]> =>
  read(database, service, asked, async (reading) => {
    const { accountId } = asked;
    const by = accountId === undefined ? asked.by : 'account';
    const found = await rows(
      reading,
      sql<WantedServiceRow>`select * from (${wantedServicesOf(reading, asked, by, saidBy(asked))}) w
        where ${accountId === undefined ? sql`true` : sql`account_id in ${idsOf(reading.at('merges'), 'account', accountId)}`}
        order by period, customers desc, responses desc, service, account_id nulls last`,
    );
    return found.map((row) => ({
      service: row.service,
      period: row.period,
      accountId: row.account_id,
      responses: row.responses,
      customers: row.customers,
    }));
  });
