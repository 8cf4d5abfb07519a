import { sql } from 'kysely';
import type { CustomerGroup } from '../../libs/domain/account/customer-group.rules.js';
import { type Database, type Moment, readSteadily, rows } from '../../libs/read-model/index.js';
import { customersAt } from './customers.js';
import { customers } from './index.js';
import { perhapsInGroup } from './likely-group.js';
import { everyById } from './places.js';
import { askedOf, withWindows } from './queries.js';
import { withOthers } from './recently.js';

/** The accounts of a customer group, and the people of them (S4). */
export const inGroupAt = (database: Database, group: CustomerGroup, moment: Moment): Promise<ReadonlySet<string>> =>
  readSteadily(database, customers, moment, async (reading) => {
    const asked = await withWindows(reading, askedOf(reading, moment));
    const found = new Set<string>();
    const perhaps = await perhapsInGroup(reading, asked, group, await withOthers(reading, asked));
    for await (const members of everyById(reading, asked, perhaps)) {
      const judged = await rows(
        reading,
        sql<{
          id: string;
        }>`select id from ${customersAt({ ...asked, only: members })} c where customer_group = ${group}`,
      );
      const those = new Set(judged.map(({ id }) => id));
      for (const [place, subject] of members.subjects.entries()) {
        if (those.has(members.customers[place] ?? '')) found.add(subject);
      }
    }
    return found;
  });

/** Those who are not worth investing in (S4). */
export const dogsAt = (database: Database, moment: Moment): Promise<ReadonlySet<string>> =>
  inGroupAt(database, 'dog', moment);
