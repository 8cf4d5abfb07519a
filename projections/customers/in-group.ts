import { sql } from 'kysely';
import type { CustomerGroup } from '../../libs/domain/account/customer-group.rules.js';
import { type Database, type Moment, type Reading, readSteadily, rows } from '../../libs/read-model/index.js';
import type { Asked } from './bought.js';
import { customersAt } from './customers.js';
import { customers } from './index.js';
import { perhapsInGroup } from './likely-group.js';
import { membersAt, upFrom } from './places.js';
import { askedOf, withWindows } from './queries.js';
import { perhapsBought, withOthers } from './recently.js';
import type { CustomersTables } from './tables.js';

/** As many are judged together at most: what belongs to their customers is held in memory. */
const mostTogether = 1_000;

/** Those of some accounts and people whose customer is in a group: they themselves, or whom they count for (S4). */
export const inGroup = (
  database: Database,
  group: CustomerGroup,
  ids: readonly string[],
  moment: Moment,
): Promise<ReadonlySet<string>> =>
  readSteadily(database, customers, moment, async (reading) => {
    const asked = await withWindows(reading, askedOf(reading, moment));
    const perhaps = await candidatesOf(reading, asked, group);
    const found = new Set<string>();
    for (let from = 0; from < ids.length; from += mostTogether) {
      const those = ids.slice(from, from + mostTogether);
      const candidates = await perhaps(await upFrom(reading, those));
      const members = await membersAt(reading, asked, candidates);
      const judged = await rows(
        reading,
        sql<{
          id: string;
        }>`select id from ${customersAt({ ...asked, only: members })} c where customer_group = ${group}`,
      );
      const fitting = new Set(judged.map(({ id }) => id));
      const within = new Set(those);
      for (const [place, subject] of members.subjects.entries()) {
        if (within.has(subject) && fitting.has(members.customers[place] ?? '')) found.add(subject);
      }
    }
    return found;
  });

/** Tells the customers among some ids that may be in the group, as far as a look at what they bought tells. */
async function candidatesOf(
  reading: Reading<CustomersTables>,
  asked: Asked,
  group: CustomerGroup,
): Promise<(ids: readonly string[]) => Promise<readonly string[]>> {
  const others = await withOthers(reading, asked);
  const { bought = false, perhaps = sql`true` } = await perhapsInGroup(reading, asked, group, others);
  const person = bought ? perhapsBought(asked, others) : sql`true`;
  return async (ids) => {
    const found = await rows(
      reading,
      sql<{ id: string }>`
        select id from ${reading.at('accounts')} x where id = any(${ids}::text[]) and up is null and ${perhaps}
        union all
        select id from ${reading.at('people')} x where id = any(${ids}::text[]) and up is null and ${person}`,
    );
    return found.map(({ id }) => id);
  };
}
