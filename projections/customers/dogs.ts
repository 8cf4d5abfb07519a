import { sql } from 'kysely';
import { type Database, type Moment, read, rows } from '../../libs/read-model/index.js';
import { membersOf } from './bought.js';
import { customersAt } from './customers.js';
import { customers } from './index.js';
import { askedOf } from './queries.js';

/** The accounts of the customer group dog, and the people of them (S4). */
export const dogsAt = (database: Database, moment: Moment): Promise<ReadonlySet<string>> =>
  read(database, customers, moment, async (reading) => {
    const asked = askedOf(reading, moment);
    const found = await rows(
      reading,
      sql<{ id: string }>`with recursive ${membersOf(asked)},
        dogs as (select id from ${customersAt(asked)} c where customer_group = 'dog')
        select m.subject as id from members m join dogs d on d.id = m.customer`,
    );
    return new Set(found.map(({ id }) => id));
  });
