import { sql } from 'kysely';
import type { CaseTargetName } from '../../libs/domain/case/case.events.js';
import { idOf, type Instant } from '../../libs/kernel/index.js';
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
import { alarmsModel } from './index.js';
import type { AlarmKind, AlarmRow } from './tables.js';

/** Something that needs attention because a time is up. */
export interface Alarm {
  readonly kind: AlarmKind;
  /** Of the contact, activity, opportunity or case. */
  readonly id: string;
  /** Of a case: which target was breached. */
  readonly target: CaseTargetName | null;
  /** When the time was up. */
  readonly since: Instant;
  /** Owner of the contact or opportunity, assignee of the activity or case. */
  readonly owner: string | null;
  readonly personId: string | null;
  readonly accountId: string | null;
  readonly opportunityId: string | null;
  /** Under which policy it was raised; `null`: the plan itself said until when. */
  readonly policy: { readonly name: string; readonly version: number } | null;
  /** That raised it; the position is a decimal string. */
  readonly event: {
    readonly type: string;
    readonly stream: string;
    readonly revision: number;
    readonly position: string;
  };
}

const alarmOf = (row: AlarmRow): Alarm => ({
  kind: row.kind,
  id: idOf(row.stream),
  target: row.target,
  since: row.since,
  owner: row.owner,
  personId: row.person_id,
  accountId: row.account_id,
  opportunityId: row.opportunity_id,
  policy: row.policy === null || row.policy_version === null ? null : { name: row.policy, version: row.policy_version },
  event: {
    type: row.event_type,
    stream: row.stream,
    revision: row.event_revision,
    position: row.event_position,
  },
});

/** Which alarms; what is left out does not matter. */
export interface AlarmsAsked extends Moment, Paging {
  readonly kind?: AlarmKind | undefined;
  readonly owner?: string | undefined;
  /** Raised then or later. */
  readonly since?: Instant | undefined;
}

/** A page of the alarms that stand at the moment, the oldest first. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const alarmsList = (database: Database, asked: AlarmsAsked): Promise<Page<Alarm>> =>
  read(database, alarmsModel, asked, async (reading) => {
    const { limit: _limit, cursor, ...query } = asked;
    const { kind, owner, since } = query;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'alarms', ...query });
    const after = cursors.read(cursor, ['string', 'string']);
    const only = [
      sql`true`,
      ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
      ...(owner === undefined ? [] : [sql`owner = ${owner}`]),
      ...(since === undefined ? [] : [sql`since >= ${since}::timestamptz`]),
      ...(after ? [sql`(since, id) > (${after[0]}::timestamptz, ${after[1]})`] : []),
    ];
    const found = await rows(
      reading,
      sql<AlarmRow>`select * from ${reading.at('alarms')} a where ${sql.join(only, sql` and `)}
        order by since, id limit ${limit + 1}`,
    );
    return cursors.page(found, limit, alarmOf, (row) => [row.since, row.id]);
  });
