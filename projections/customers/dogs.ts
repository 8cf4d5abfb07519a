import { sql } from 'kysely';
import type { CustomerGroup } from '../../libs/domain/account/customer-group.rules.js';
import { type Database, type Moment, read, rows } from '../../libs/read-model/index.js';
import { membersOf } from './bought.js';
import { customersAt } from './customers.js';
import { customers } from './index.js';
import { askedOf } from './queries.js';

/** The accounts of a customer group, and the people of them (S4). */
export const inGroupAt = (database: Database, group: CustomerGroup, moment: Moment): Promise<ReadonlySet<string>> =>
  read(database, customers, moment, async (reading) => {
    const asked = askedOf(reading, moment);
    const found = await rows(
      reading,
      sql<{ id: string }>`with recursive ${membersOf(asked)},
        those as (select id from ${customersAt(asked)} c where customer_group = ${group})
        select m.subject as id from members m join those d on d.id = m.customer`,
    );
    return new Set(found.map(({ id }) => id));
  });

/** Those who are not worth investing in (S4). */
export const dogsAt = (database: Database, moment: Moment): Promise<ReadonlySet<string>> =>
  inGroupAt(database, 'dog', moment);
