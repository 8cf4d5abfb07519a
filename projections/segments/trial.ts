import { type RawBuilder, sql } from 'kysely';
import type { Rule, SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import type { Instant } from '../../libs/kernel/index.js';
import { type Moment, type Reading, rows, type StateOf, statesAt } from '../../libs/read-model/index.js';
import type { Customer } from './customer.js';
import { RuleInSql } from './in-sql.js';
import { judgedBy } from './parts.js';
import { type AnsweringRow, type Asker, belongs } from './queries.js';
import { type Definition, isWide, verdict } from './rules.js';
import type { SegmentTables } from './tables.js';

/** Which segment; without one, what everybody would belong to who enters. */
export interface SegmentWhatIfAsked extends Moment, Asker {
  readonly segmentId?: string | undefined;
  /** Needed where there is no segment. */
  readonly of?: SegmentAudience | undefined;
}

/** Whether somebody belongs to the segment, and whether they would. */
export interface Place {
  readonly key: string;
  readonly today: boolean;
  readonly assumed: boolean;
}

/** The same as far as the columns tell; null: they do not. */
interface ToldPlace extends Omit<Place, 'assumed'> {
  readonly assumed: boolean | null;
}

/** So many keys are judged at a time, and so many are asked for at once. */
const aPage = 1_000;
const manyPages = 20_000;

/** A rule with all that it is judged by, and whom it is held against. */
export class Trial {
  constructor(
    private readonly reading: Reading<SegmentTables>,
    private readonly asked: SegmentWhatIfAsked,
    readonly definition: Extract<Definition, { readonly rule: Rule }>,
    readonly segment: AnsweringRow | undefined,
    readonly at: Instant,
    readonly windowsNotApplied: readonly string[],
  ) {}

  /** How many whom the asker may see belong and would, as far as the columns tell. */
  told(): Promise<readonly (Omit<ToldPlace, 'key'> & { readonly many: number })[]> {
    return rows(
      this.reading,
      sql<Omit<ToldPlace, 'key'> & { readonly many: number }>`
        select today, assumed, count(*)::integer as many from ${this.everybody()} e group by today, assumed`,
    );
  }

  /**
   * Those whom the columns do not tell of, with those or without whom they tell to move; by key, in pages.
   *
   * @param first how many may be enough
   */
  async *places(which: 'judged' | 'moving', after = '', first = manyPages): AsyncGenerator<readonly Place[]> {
    const asked = which === 'judged' ? sql`assumed is null` : sql`assumed is distinct from today`;
    let most = first;
    for (let last = after; ;) {
      const found = await rows(
        this.reading,
        sql<ToldPlace>`select key, today, assumed from ${this.everybody()} e
          where ${asked} and key collate "C" > ${last} order by key collate "C" limit ${most}`,
      );
      for (let from = 0; from < found.length; from += aPage) yield await this.judged(found.slice(from, from + aPage));
      if (found.length < most) return;
      last = found.at(-1)?.key ?? last;
      most = manyPages;
    }
  }

  private async judged(told: readonly ToldPlace[]): Promise<readonly Place[]> {
    const open = told.flatMap(({ key, assumed }) => (assumed === null ? [key] : []));
    const asked = { wide: isWide(this.definition), ...judgedBy(this.definition) };
    const moment = { asOf: this.asked.asOf, knownAt: this.asked.knownAt };
    const of: StateOf<Customer> =
      open.length === 0
        ? () => undefined
        : await statesAt<SegmentTables, Customer>(this.reading, 'members', moment, open, asked);
    return told.map(({ key, today, assumed }) => {
      if (assumed !== null) return { key, today, assumed };
      const own = of(key);
      return { key, today, assumed: own !== undefined && verdict(this.definition, own, of, this.at, key).holds };
    });
  }

  /** Everybody whom the asker may see and of whom anything is told, `(select key, today, assumed …)`. */
  private everybody(): RawBuilder<ToldPlace> {
    const would = new RuleInSql(this.reading, this.asked, this.definition, this.at).everybody();
    const all = this.segment
      ? sql<ToldPlace>`select coalesce(w.key, m.key) as key, m.key is not null as today,
            case when w.key is null then false else w.holds end as assumed
          from ${would} w full join (
            select key from ${this.reading.at('members')} i where ${belongs(this.segment)}) m on m.key = w.key`
      : sql<ToldPlace>`select key, false as today, holds as assumed from ${would} w`;
    if (this.asked.seesNames || this.definition.of === 'accounts') return sql<ToldPlace>`(${all})`;
    // Those who are no more than names, not everybody may see (S0).
    return sql<ToldPlace>`(select a.* from (${all}) a
      where not exists (select from ${this.reading.at('names')} n where n.key = a.key and n.name))`;
  }
}
