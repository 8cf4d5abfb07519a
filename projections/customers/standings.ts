import { sql } from 'kysely';
import type { Standing, StandingPhase } from '../../libs/domain/account/phase.rules.js';
import type { Instant } from '../../libs/kernel/index.js';
import { type Reading, rows } from '../../libs/read-model/index.js';
import type { Asked } from './bought.js';
import type { CustomerRow } from './customers.js';
import { standingInSql } from './people.js';
import type { CustomersTables } from './tables.js';

interface StandingRow {
  readonly phase: StandingPhase;
  readonly fact: string;
  readonly id: string;
  readonly position: string;
  readonly at: Instant;
}

/** How far a customer had come from when on, bought or not, as it is believed at the moment. */
export async function standingsOf(
  reading: Reading<CustomersTables>,
  asked: Asked,
  { id, kind }: CustomerRow,
): Promise<readonly Standing[]> {
  const found = await rows(reading, kind === 'person' ? ofPerson(reading, asked, id) : ofAccount(reading, asked, id));
  const reached: Standing[] = [];
  for (const { phase, ...fact } of found) {
    // An account never falls back by being contacted again; the facts are in order.
    if (kind === 'person' || rank(phase) > rank(reached.at(-1)?.phase)) reached.push({ phase, fact });
  }
  return reached;
}

const rank = (phase: StandingPhase | undefined): number =>
  phase === undefined ? -1 : ['suspect', 'prospect', 'potential'].indexOf(phase);

const ofPerson = ({ all }: Reading<CustomersTables>, { t, k }: Asked, id: string) => sql<StandingRow>`
  select distinct on (standing_at, standing_position::bigint)
    ${standingInSql} as phase, standing_event as fact, id, standing_position as position, standing_at as at
  from ${all('people')} p where id = ${id} and valid_from <= ${t} and recorded_from <= ${k} and kind in ('name', 'lead')
  order by standing_at, standing_position::bigint, position`;

const ofAccount = ({ at }: Reading<CustomersTables>, { only }: Asked, id: string) => {
  const subjects = only?.subjects ?? [];
  return sql<StandingRow>`select * from (
    (select 'suspect' as phase, 'AccountOpened' as fact, id, opened_position as position, opened_at as at
      from ${at('accounts')} a where id = ${id})
    union all
    (select 'potential', 'contact', id, standing_position, standing_at from ${at('people')} p
      where id = any(${subjects}) and kind = 'contact' and merged_into is null order by standing_at, id limit 1)
    union all
    (select 'potential', 'opportunity', id, opened_position, opened_at from ${at('opportunities')} o
      where account_id = any(${subjects}) and status <> 'withdrawn' order by opened_at, id limit 1)
  ) s order by at, position::bigint`;
};
