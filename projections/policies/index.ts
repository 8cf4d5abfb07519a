import { sql } from 'kysely';
import { projection, type View } from '../../libs/read-model/index.js';
import { policiesInForce, ratesInForce } from './in-force.js';
import { policies, rates, type PolicyTables } from './tables.js';

const who = { actor_id: 'Who did it: a stable id, never a name.', actor_role: 'In which role.' };
const when = { recorded_at: 'When we learnt it.' };

const views: Readonly<Record<string, View<PolicyTables>>> = {
  policies: {
    says: 'Each policy as it holds as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      policy: 'Name of the policy.',
      version: 'Version that verdicts name; 0 is the default.',
      value: 'The value that holds, in the shape of the policy.',
      default_value: 'The value of version 0.',
      changed_at: 'Since when it holds; null for the default.',
      ...when,
      ...who,
    },
    as: (
      source,
    ) => sql`select name as policy, version, value, default_value, changed_at, recorded_at, actor_id, actor_role
      from (${policiesInForce(source)}) p`,
  },
  policy_versions: {
    says: 'Every version of every policy that was changed, whatever the settings.',
    columns: {
      policy: 'Name of the policy.',
      version: 'Version that verdicts name.',
      value: 'The value, in the shape of the policy.',
      valid_from: 'When it came to hold.',
      valid_to: 'When it ceased to hold; infinity: it holds.',
      recorded_from: 'When we learnt it.',
      recorded_to: 'When we learnt what followed; infinity: nothing did.',
      ...who,
      position: 'Position of the event in the log.',
    },
    as: ({ all }) => sql`select name as policy, version, value, valid_from, valid_to, recorded_from, recorded_to,
      actor_id, actor_role, position from ${all('policies')}`,
  },
  exchange_rates: {
    says: 'Each exchange rate as it is known as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      from_currency: 'ISO 4217: one unit of it costs …',
      to_currency: 'ISO 4217: … in this currency …',
      rate: '… so much.',
      holds_from: 'First day on which it holds.',
      holds_to: 'First day on which it no longer does; null: it holds.',
      set_at: 'When it was set.',
      ...when,
      ...who,
    },
    as: (
      source,
    ) => sql`select from_currency, to_currency, rate::numeric as rate, holds_from, holds_to, set_at, recorded_at,
      actor_id, actor_role from (${ratesInForce(source)}) r`,
  },
};

/** What was decided under: every version of every policy, and every exchange rate (domain.md, preface and §4). */
export const policiesModel = projection<PolicyTables>({
  name: 'policies',
  version: 2,
  tables: { policies, rates },
  views,
});
