import { sql } from 'kysely';
import type { ActivityKind, Direction } from '../../libs/domain/activity/activity.events.js';
import { type Database, type Moment, read, rows, type Span } from '../../libs/read-model/index.js';
import { activityModel } from './index.js';
import { type ActivityGroup, productivityOf, type ProductivityRow } from './productivity.js';

/** What was planned and what was done in a period. */
export interface Productivity {
  /** `null`: the whole time. */
  readonly period: string | null;
  /** Id of the person or team, or the kind; `null`: none, or all together. */
  readonly group: string | null;
  /** Due in the period, without what was cancelled. */
  readonly planned: number;
  /** Of what was planned: what took place, whenever. */
  readonly carriedOut: number;
  /** Of what was planned: what did not, and is past due. */
  readonly overdue: number;
  readonly cancelled: number;
  /** What took place in the period, planned or not. */
  readonly attempts: number;
  /** Of the attempts. */
  readonly reached: number;
  /** Of the attempts: the rest. */
  readonly failed: number;
  readonly noAnswer: number;
  readonly leftMessage: number;
  readonly bounced: number;
  readonly refused: number;
  readonly noShow: number;
  readonly minutes: number;
  /** Carried out ÷ planned. */
  readonly completionRate: string | null;
  /** Reached ÷ attempts. */
  readonly reachRate: string | null;
}

export interface ActivitiesAsked extends Moment, Span {
  readonly by: ActivityGroup;
  readonly person?: string | undefined;
  readonly team?: string | undefined;
  readonly kind?: ActivityKind | undefined;
  readonly direction?: Direction | undefined;
}

/** A row for each period and group. */
export const activitiesReport = (database: Database, asked: ActivitiesAsked): Promise<readonly Productivity[]> =>
  read(database, activityModel, asked, async (reading) => {
    const { by, person, team, kind, direction } = asked;
    const group = by === 'all' ? sql`null::text` : sql.ref(by);
    const found = await rows(
      reading,
      sql<ProductivityRow & { readonly group: string | null }>`select *, ${group} as "group"
        from (${productivityOf(reading, asked, by === 'all' ? [] : [by], { person, team, kind, direction })}) p order by period, "group"`,
    );
    return found.map((row) => ({
      period: row.period,
      group: row.group,
      planned: row.planned,
      carriedOut: row.carried_out,
      overdue: row.overdue,
      cancelled: row.cancelled,
      attempts: row.attempts,
      reached: row.reached,
      failed: row.failed,
      noAnswer: row.no_answer,
      leftMessage: row.left_message,
      bounced: row.bounced,
      refused: row.refused,
      noShow: row.no_show,
      minutes: row.minutes,
      completionRate: row.completion_rate,
      reachRate: row.reach_rate,
    }));
  });
