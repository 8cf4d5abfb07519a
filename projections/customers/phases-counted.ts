import { type RawBuilder, sql } from 'kysely';
import type { RelationshipPhase } from '../../libs/domain/account/phase.rules.js';
import { type Asked, policyAt } from './bought.js';
import { buyerOf } from './buying.js';
import { windowOf } from './customers.js';
import type { Bounds } from './first-placed.js';
import { standingInSql } from './people.js';
import { allOf, those, type WhichCustomers } from './places.js';

/** By which windows customers are asked, and by which they are supposed to be. */
interface Windows {
  readonly today: Asked;
  readonly assumed: Asked;
}

export interface Moved {
  readonly phase: RelationshipPhase;
  readonly then_phase: RelationshipPhase;
  readonly count: number;
}

/** The rows of these buyers in accounts and in people, as `b`: whom nothing but their own row tells. */
const whoBought = (
  { source: { at }, names }: Asked,
  { kind, owner, country, industry }: WhichCustomers,
  from: string,
): readonly RawBuilder<unknown>[] => {
  const placed = those({ country, industry });
  const own = [...those({ owner }), ...placed];
  const person = [...those({ owner }), ...(names ? [] : [sql`kind <> 'name'`])];
  return [
    ...(kind === 'person'
      ? []
      : [
          sql`select b.* from ${sql.ref(from)} b where not by_person
            and ${own.length === 0 ? sql`true` : sql`id in (select id from ${at('accounts')} a where ${allOf(own)})`}`,
        ]),
    ...(kind === 'account' || placed.length > 0
      ? []
      : [
          sql`select b.* from ${sql.ref(from)} b where by_person
            and (select true from ${at('people')} p where p.id = b.id and ${allOf(person)} limit 1)`,
        ]),
  ];
};

/** Who bought, by the two windows, as `judged`; only those who bought last between two ages, in days, if given. */
const judgedOf = ({ today, assumed }: Windows, between?: Pick<Bounds, 'shortest' | 'longest'>): RawBuilder<unknown> => {
  const { source, t, k } = today;
  const before = (days: number): RawBuilder<unknown> => sql`${t} - make_interval(hours => ${24 * days}::integer)`;
  const isTold = today.segmentWindows !== false || assumed.segmentWindows !== false;
  const lists = isTold
    ? sql`(select lists from ${source.all('clocks')} l where l.id = b.id and valid_from <= ${t} and valid_to > ${t}
        and recorded_from <= ${k} and (recorded_to > ${k} or recorded_to = 'infinity') order by valid_from desc limit 1)`
    : sql`null::text[]`;
  const phase = (days: string): RawBuilder<unknown> =>
    sql`case when last_at + make_interval(hours => 24 * ${sql.ref(days)}) > ${t} then 'active' else 'inactive' end`;
  return sql`${buyerOf(today)},
  judged as (
    select id, by_person, ${phase('days')} as phase, ${phase('then_days')} as then_phase from (
      select u.*, ${windowOf(assumed)} as then_days from (
        select u.*, ${windowOf(today)} as days from (
          select b.*, ${lists} as lists from buyer b
          where ${between ? sql`last_at > ${before(between.longest)} and last_at <= ${before(between.shortest)}` : sql`true`}
        ) u cross join ${policyAt(today, 'inactivity.window')} w
      ) u cross join ${policyAt(assumed, 'inactivity.window')} w
    ) d
  )`;
};

/** The first customers, by id, who would be in another phase by other windows. */
export const movedByWindows = (
  windows: Windows,
  which: WhichCustomers,
  between: Pick<Bounds, 'shortest' | 'longest'>,
  { after, count }: { readonly after: string | undefined; readonly count: number },
): RawBuilder<{ id: string }> => {
  const parts = whoBought(windows.today, which, 'judged');
  if (parts.length === 0) return sql<{ id: string }>`select null::text as id where false`;
  return sql<{ id: string }>`with recursive ${judgedOf(windows, between)}
    select id from (${sql.join(parts, sql` union all `)}) b
    where phase <> then_phase and ${after === undefined ? sql`true` : sql`id > ${after}`} order by id limit ${count}`;
};

/**
 * How many customers are in which phase, and in which they would be by other windows. Who never bought stays where they
 * are: leads are counted by sums that are kept, accounts by looking for a contact or an opportunity of each.
 */
export const phasesCounted = (windows: Windows, which: WhichCustomers): RawBuilder<Moved> => {
  const { source, names } = windows.today;
  const { at } = source;
  const { kind, owner, country, industry } = which;
  const placed = those({ country, industry });
  const buyers = whoBought(windows.today, which, 'judged');
  const told = (subject: string): RawBuilder<unknown> => sql`coalesce(
    (select true from ${at('people')} p where p.up = ${sql.ref(subject)} and kind = 'contact' and merged_into is null limit 1),
    (select true from ${at('opportunities')} o where o.account_id = ${sql.ref(subject)} and status <> 'withdrawn' limit 1),
    false)`;
  const accounts = sql`
    select case when ${told('a.id')} or exists (select from climbed c where c.customer = a.id and ${told('c.subject')})
      then 'potential' else 'suspect' end as phase, 1 as people
    from ${at('accounts')} a
    where up is null and cause <> 'AccountOpeningReverted' and 'customer' = any(roles)
      and ${allOf([...those({ owner }), ...placed])} and not exists (select from buyer b where b.id = a.id)`;
  const people = sql`
    select case standing when 'name' then 'suspect' else standing end as phase, people
    from ${at('leads')} l where ${names ? sql`true` : sql`standing <> 'name'`} and ${allOf(those({ owner }))}
    union all
    select ${standingInSql}, -1
    from buyer b cross join lateral (select * from ${at('people')} p where p.id = b.id and b.by_person offset 0) p
    where (kind = 'lead' and potential = 'customer' ${names ? sql`or kind = 'name'` : sql``}) and ${allOf(those({ owner }))}`;
  const others = [
    ...(kind === 'person' ? [] : [accounts]),
    ...(kind === 'account' || placed.length > 0 ? [] : [people]),
  ];
  const parts = [
    ...buyers.map((bought) => sql`select phase, then_phase, 1 as people from (${bought}) j`),
    ...others.map((other) => sql`select phase, phase, people from (${other}) o`),
  ];
  if (parts.length === 0)
    return sql<Moved>`select null::text as phase, null::text as then_phase, 0 as count where false`;
  return sql<Moved>`with recursive ${judgedOf(windows)}
    select phase, then_phase, sum(people)::integer as count from (${sql.join(parts, sql` union all `)}) p
    group by 1, 2 having sum(people) > 0`;
};
