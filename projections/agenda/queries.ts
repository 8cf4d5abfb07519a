import { sql } from 'kysely';
import type { ActivityKind, Direction } from '../../libs/domain/activity/activity.events.js';
import type { Instant, Sealed } from '../../libs/kernel/index.js';
import {
  Cursors,
  limitOf,
  read,
  rows,
  type Database,
  type Moment,
  type Page,
  type Paging,
} from '../../libs/read-model/index.js';
import { agendaModel } from './index.js';
import { type RemindedPlanRow, withReminders } from './reminded.js';

/** An activity that is planned at the moment. The note is in `sealed`, closed. */
export interface AgendaItem {
  readonly activityId: string;
  readonly kind: ActivityKind;
  readonly direction: Direction;
  readonly dueAt: Instant;
  /** Not done although it is due. */
  readonly overdue: boolean;
  readonly remindAt: Instant | null;
  /** The reminder fell due. */
  readonly reminded: boolean;
  readonly assignee: string;
  readonly personId: string | null;
  readonly accountId: string | null;
  readonly opportunityId: string | null;
  readonly caseId: string | null;
  readonly campaignId: string | null;
  readonly participants: { readonly people: readonly string[]; readonly employees: readonly string[] };
  readonly plannedAt: Instant;
  readonly revision: number;
  /** Of the last event; a decimal string. */
  readonly position: string;
  readonly sealed: Sealed | null;
}

type FoundRow = RemindedPlanRow & { readonly overdue: boolean };

const itemOf = (row: FoundRow): AgendaItem => ({
  activityId: row.id,
  kind: row.kind,
  direction: row.direction,
  dueAt: row.due_at,
  overdue: row.overdue,
  remindAt: row.remind_at,
  reminded: row.remind_at !== null && row.reminded_at === row.remind_at,
  assignee: row.assignee,
  personId: row.person_id,
  accountId: row.account_id,
  opportunityId: row.opportunity_id,
  caseId: row.case_id,
  campaignId: row.campaign_id,
  participants: { people: row.people, employees: row.employees },
  plannedAt: row.planned_at,
  revision: row.last_revision,
  position: String(row.last_position),
  sealed: row.sealed,
});

/** What is to be done; what is left out does not matter. */
export interface AgendaAsked extends Moment, Paging {
  /** The employee who is to do it, or takes part. */
  readonly assignee?: string | undefined;
  /** Due then or later; what is overdue at the moment stands in the agenda all the same. */
  readonly from?: Instant | undefined;
  /** Due before. */
  readonly to?: Instant | undefined;
}

/** A page of what is planned, by due time: what is overdue comes first. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const agendaList = (database: Database, asked: AgendaAsked): Promise<Page<AgendaItem>> =>
  read(database, agendaModel, asked, async (reading) => {
    const { limit: _limit, cursor, ...query } = asked;
    const { asOf, assignee, from, to } = query;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'agenda', ...query });
    const after = cursors.read(cursor, ['string', 'string']);
    const now = asOf === undefined ? sql`now()` : sql`${asOf}::timestamptz`;
    const plans = reading.at('plans');
    const theirs =
      assignee === undefined
        ? plans
        : sql`(
            select * from ${plans} o where assignee = ${assignee}
            union all
            select o.* from ${reading.at('parts')} t join ${plans} o on o.id = t.activity_id
            where t.employee = ${assignee} and o.assignee <> ${assignee})`;
    const only = [
      sql`status = 'planned'`,
      ...(from === undefined ? [] : [sql`(due_at >= ${from}::timestamptz or due_at <= ${now})`]),
      ...(to === undefined ? [] : [sql`due_at < ${to}::timestamptz`]),
      ...(after ? [sql`(due_at, id) > (${after[0]}::timestamptz, ${after[1]})`] : []),
    ];
    const page = sql`(
      select p.*, due_at <= ${now} as overdue from ${theirs} p
      where ${sql.join(only, sql` and `)} order by due_at, id limit ${limit + 1})`;
    const found = await rows(
      reading,
      sql<FoundRow>`select * from ${withReminders(reading, page)} p order by due_at, id`,
    );
    return cursors.page(found, limit, itemOf, (row) => [row.due_at, row.id]);
  });
