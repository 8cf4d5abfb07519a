import { type RawBuilder, sql } from 'kysely';
import {
  type AgeCondition,
  type Condition,
  folded,
  isAll,
  isAny,
  isNot,
  type PurchasesCondition,
  type Rule,
} from '../../libs/domain/segment/segment.rules.js';
import { type Instant, plusDays } from '../../libs/kernel/index.js';
import type { Moment, Reading } from '../../libs/read-model/index.js';
import type { Definition } from './rules.js';
import type { SegmentTables } from './tables.js';

type Sql = RawBuilder<unknown>;

/** Whether a rule holds of somebody; null: only the judgement that memberships are written down by can tell. */
export interface Decided {
  readonly key: string;
  readonly holds: boolean | null;
}

const untold = sql`null::boolean`;

/**
 * A rule as PostgreSQL judges it, by the columns that tell what rules mostly ask for. `and`, `or` and `not` know of what
 * is not told: null comes out only where it matters to the rule. It is never right of anybody but as `verdict` is.
 */
export class RuleInSql {
  /** Which sales of a customer are added up, for each condition that asks for a sum. */
  private readonly sums: Sql[] = [];
  private asksSales = false;
  private asksAccount = false;
  /** From when on it matters what was bought; `undefined`: nobody asked, or since ever. */
  private since: Instant | undefined;
  private asksAllSales = false;

  constructor(
    private readonly reading: Reading<SegmentTables>,
    private readonly moment: Moment,
    private readonly definition: Extract<Definition, { readonly rule: Rule }>,
    private readonly at: Instant,
  ) {}

  /** Of everybody of the audience of whom anything is told, `(select key, holds …)`. */
  everybody(): RawBuilder<Decided> {
    const holds = this.holds(this.definition.rule);
    const ofAccounts = this.definition.of === 'accounts';
    return sql<Decided>`(
      ${this.asksSales ? sql`with sold as (${this.sold()}), bought as (${this.bought()})` : sql``}
      select b.key, case when b.survivor is not null or not b.known then false when b.merged then null else ${holds} end as holds
      from ${this.rows(ofAccounts ? 'accounts' : 'people')} b
      ${this.asksAccount && !ofAccounts ? sql`left join ${this.rows('accounts')} o on o.key = b.account` : sql``}
      ${this.asksSales ? sql`left join bought s on s.key = b.key` : sql``})`;
  }

  /** The rows of the moment. They count all that is known, as the states do, also what lies ahead of now. */
  private rows(table: 'accounts' | 'people' | 'sales'): Sql {
    const { asOf, knownAt } = this.moment;
    const valid = asOf === undefined ? sql`valid_to = 'infinity'` : sql`valid_from <= ${asOf} and valid_to > ${asOf}`;
    const recorded =
      knownAt === undefined
        ? sql`recorded_to = 'infinity'`
        : sql`recorded_from <= ${knownAt} and recorded_to > ${knownAt}`;
    return sql`(select * from ${this.reading.all(table)} where ${valid} and ${recorded})`;
  }

  /** What each customer has bought that counts; unsure: a purchase of somebody else names one of its won opportunities. */
  private sold(): Sql {
    const { asOf } = this.moment;
    const naming = sql`select from ${this.rows('sales')} n where n.names and n.named = s.won`;
    const named = sql`exists (${naming} and n.customer = s.customer)`;
    const since = this.asksAllSales || this.since === undefined ? sql`true` : sql`s.at > ${this.since}`;
    // No sale is of a later day than it is known of.
    const until = asOf === undefined ? sql`true` : sql`s.at <= ${asOf}`;
    const sums = this.sums.map((counted, place) => sql`sum(s.amount) filter (where ${counted}) as ${sumAt(place)}`);
    const unsure = sql`bool_or(s.won is not null and exists (${naming}) and not ${named}) as unsure`;
    return sql`select s.customer, ${sql.join([sql`max(s.at) as last`, unsure, ...sums])}
      from ${this.rows('sales')} s where s.counts and ${since} and ${until} and (s.won is null or not ${named})
      group by s.customer`;
  }

  /** The same of the audience: of a contact with its account, of an account with its contacts. */
  private bought(): Sql {
    const isAccount = sql`s.customer like 'account-%'`;
    const theirs =
      this.definition.of === 'accounts'
        ? sql`select s.customer as key, s.* from sold s where ${isAccount}
            union all select p.account, s.* from sold s join ${this.rows('people')} p on p.key = s.customer
              where not ${isAccount} and p.account is not null and p.survivor is null`
        : sql`select s.customer as key, s.* from sold s where not ${isAccount}
            union all select p.key, s.* from sold s join ${this.rows('people')} p on p.account = s.customer
              where ${isAccount}`;
    const sums = this.sums.map((_, place) => sql`sum(${sumAt(place)}) as ${sumAt(place)}`);
    return sql`select key, ${sql.join([sql`max(last) as last`, sql`bool_or(unsure) as unsure`, ...sums])}
      from (${theirs}) t group by key`;
  }

  private holds(rule: Rule): Sql {
    if (isAll(rule)) return joined(rule.all, sql` and `, sql`true`, (part) => this.holds(part));
    if (isAny(rule)) return joined(rule.any, sql` or `, sql`false`, (part) => this.holds(part));
    return isNot(rule) ? sql`(not ${this.holds(rule.not)})` : sql`(${this.condition(rule)})`;
  }

  private condition(condition: Condition): Sql {
    switch (condition.field) {
      case 'industry':
      case 'country':
        return oneOf(this.ofAccount(condition.field), condition);
      case 'owner':
        return oneOf(this.owner(), condition);
      case 'kind':
        return this.ofPerson(sql`b.kind`, condition);
      case 'lead-level':
        return this.ofPerson(sql`b.level`, condition);
      case 'rating':
        return compared(this.ofAccount('rating'), condition);
      case 'phase':
        return this.phase(condition.operator === 'known' ? undefined : condition.value);
      case 'last-purchase':
        return condition.operator === 'known' ? this.ofSales(sql`s.last is not null`) : this.aged(condition);
      case 'purchases':
        return this.spent(condition);
      case 'lifetime-value': {
        const { currency } = condition.value;
        if (condition.of !== 'realised') return untold;
        return this.ofSum(sql`s.currency = ${currency}`, condition);
      }
      default:
        return untold;
    }
  }

  /** What an organisation has, and those who are its contacts. */
  private ofAccount(column: 'industry' | 'country' | 'rating'): Sql {
    if (this.definition.of === 'accounts') return sql.ref(`b.${column}`);
    this.asksAccount = true;
    return sql.ref(`o.${column}`);
  }

  private owner(): Sql {
    if (this.definition.of === 'accounts') return sql`b.owner`;
    this.asksAccount = true;
    return sql`coalesce(b.owner, o.owner)`;
  }

  private ofPerson(column: Sql, condition: { readonly operator: string; readonly value?: readonly string[] }): Sql {
    if (this.definition.of === 'accounts') return untold;
    if (condition.operator === 'known') return sql`${column} is not null`;
    return isOneOf(column, condition.value ?? []);
  }

  /** @param since what was bought before changes nothing */
  private ofSales(holds: Sql, since?: Instant): Sql {
    this.asksSales = true;
    if (since === undefined) this.asksAllSales = true;
    else if (this.since === undefined || since < this.since) this.since = since;
    return sql`case when s.unsure then null else ${holds} end`;
  }

  private before(days: number): Instant {
    return plusDays(this.at, -days);
  }

  /** Several windows: which one it is, lists tell, and it is not told between the shortest and the longest. */
  private phase(phases: readonly string[] | undefined): Sql {
    const { days, segments } = this.definition.windows;
    const all = [days, ...segments.map((window) => window.days)];
    const [shortest, longest] = [this.before(Math.min(...all)), this.before(Math.max(...all))];
    if (phases?.every((phase) => phase === 'active')) {
      if (phases.length === 0) return sql`false`;
      const active = sql`case when s.last > ${shortest} then true when s.last > ${longest} then null else false end`;
      return this.ofSales(active, longest);
    }
    const standsApart = phases && !phases.some((phase) => phase !== 'active' && phase !== 'inactive');
    const phase = sql`case when s.last is null then ${standsApart ? sql`''` : this.standing()}
      when s.last > ${shortest} then 'active' when s.last <= ${longest} then 'inactive' end`;
    return this.ofSales(phases ? sql`${phase} = any(${phases}::text[])` : sql`${phase} <> ''`);
  }

  /** Empty: in no phase. Whether an account has an opportunity is not told, only whether it ever had one. */
  private standing(): Sql {
    if (this.definition.of === 'people') {
      this.asksAccount = true;
      return sql`case when b.kind <> 'contact' then coalesce(b.standing, '')
        when coalesce(o.customer, true) then 'potential' else '' end`;
    }
    return sql`case when not b.customer then ''
      when exists (select from ${this.rows('people')} p where p.account = b.key and p.survivor is null) then 'potential'
      when exists (select from ${this.reading.all('opportunities')} q where q.customer = b.key) then null
      else 'suspect' end`;
  }

  private aged({ operator, value }: AgeCondition): Sql {
    const since = this.before(value.days);
    return operator === 'older-than'
      ? this.ofSales(sql`coalesce(s.last <= ${since}, false)`)
      : this.ofSales(sql`coalesce(s.last > ${since}, false)`, since);
  }

  private spent(condition: PurchasesCondition): Sql {
    const { within, value } = condition;
    const inCurrency = sql`s.currency = ${value.currency}`;
    if (!within) return this.ofSum(inCurrency, condition);
    if ('days' in within) {
      const since = this.before(within.days);
      return this.ofSum(sql`${inCurrency} and s.at > ${since}`, condition, since);
    }
    const day = sql`(s.at at time zone 'UTC')::date`;
    return this.ofSum(sql`${inCurrency} and ${day} between ${within.from} and ${within.to}`, condition);
  }

  private ofSum(
    counted: Sql,
    { operator, value }: { readonly operator: Bound; readonly value: { readonly amount: number } },
    since?: Instant,
  ): Sql {
    const sum = sql`coalesce(s.${sumAt(this.sums.push(counted) - 1)}, 0)`;
    return this.ofSales(bounded(sum, operator, value.amount), since);
  }
}

const sumAt = (place: number): Sql => sql.ref(`sum_${place}`);

type Bound = 'at-least' | 'at-most';

const bounded = (found: Sql, operator: Bound, bound: number): Sql =>
  operator === 'at-least' ? sql`${found} >= ${bound}::numeric` : sql`${found} <= ${bound}::numeric`;

const joined = (parts: readonly Rule[], by: Sql, none: Sql, holds: (part: Rule) => Sql): Sql =>
  parts.length === 0 ? none : sql`(${sql.join(parts.map(holds), by)})`;

/** What is unknown is none of them. */
const isOneOf = (found: Sql, values: readonly string[]): Sql => sql`coalesce(${found} = any(${values}::text[]), false)`;

const oneOf = (found: Sql, condition: { readonly operator: string; readonly value?: readonly string[] }): Sql =>
  condition.operator === 'known' ? sql`${found} is not null` : isOneOf(found, (condition.value ?? []).map(folded));

const compared = (
  found: Sql,
  condition: { readonly operator: 'known' } | { readonly operator: Bound; readonly value: number },
): Sql =>
  condition.operator === 'known'
    ? sql`${found} is not null`
    : sql`coalesce(${bounded(found, condition.operator, condition.value)}, false)`;
