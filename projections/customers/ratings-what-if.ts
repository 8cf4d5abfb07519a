import { type RawBuilder, sql } from 'kysely';
import type { CutOff } from '../../libs/domain/rating/rating.rules.js';
import type { Instant } from '../../libs/kernel/index.js';
import {
  Cursors,
  type Database,
  instantOf,
  limitOf,
  type Moment,
  type Page,
  type Paging,
  type Reading,
  readSteadily,
  rows,
} from '../../libs/read-model/index.js';
import { type Asked, policyAt } from './bought.js';
import { customers } from './index.js';
import { askedOf } from './queries.js';
import type { RatingMade } from './organisations.js';
import type { CustomersTables } from './tables.js';

/** What ratings are judged by instead of the policy that holds; left out: as it is. */
export interface RatingsAssumption {
  /** In place of the policy `rating.cut-off`. */
  readonly cutOff?: CutOff | undefined;
}

/** Which ratings; what is left out does not matter. */
export interface RatingsWhatIfAsked extends Moment {
  readonly schemeId?: string | undefined;
  readonly owner?: string | undefined;
}

export type Verdict = RatingMade['verdict'];

/** How many accounts stand above or below the cut-off by a scheme. */
export interface RatingsCounted {
  readonly schemeId: string;
  readonly verdict: Verdict;
  /** As they were judged when they were rated. */
  readonly recorded: number;
  /** By the cut-off that holds at the moment. */
  readonly today: number;
  readonly assumed: number;
  /** Assumed less today. */
  readonly difference: number;
}

export interface RatingsWhatIf {
  readonly asOf: Instant;
  readonly rows: readonly RatingsCounted[];
}

/** An account whose latest rating by a scheme would be judged otherwise. */
export interface RatingWhatIf {
  readonly id: string;
  readonly name: string;
  readonly owner: string | null;
  readonly schemeId: string;
  readonly rating: number;
  readonly maximum: number;
  readonly recorded: Verdict;
  readonly today: Verdict;
  readonly assumed: Verdict;
}

interface RatedRow {
  readonly id: string;
  readonly name: string;
  readonly owner: string | null;
  readonly scheme: string;
  readonly rating: number;
  readonly maximum: number;
  readonly recorded: Verdict;
  readonly today: Verdict;
  readonly assumed: Verdict;
}

/** `verdictOn` of the domain as SQL. */
const verdict = (cutOff: RawBuilder<unknown>): RawBuilder<unknown> => sql`case when coalesce(
  (select r.rating >= (s ->> 'minimum')::bigint from jsonb_array_elements(${cutOff} -> 'schemes') s
    where s ->> 'schemeId' = r.scheme limit 1),
  r.rating * 100 >= (${cutOff} ->> 'perCent')::bigint * r.maximum) then 'above' else 'below' end`;

/** The latest rating of each account by each scheme, with its verdicts. */
const rated = (asked: Asked, { schemeId, owner }: RatingsWhatIfAsked, { cutOff }: RatingsAssumption) => {
  const supposed = { ...asked, supposed: cutOff && { 'rating.cut-off': cutOff } };
  return sql<RatedRow>`(
    select r.*, ${verdict(sql`t.value`)} as today, ${verdict(sql`c.value`)} as assumed
    from (
      select a.id, a.name, a.owner, r ->> 'schemeId' as scheme, (r ->> 'rating')::numeric as rating,
        (r ->> 'maximum')::numeric as maximum, r ->> 'verdict' as recorded
      from ${asked.source.at('accounts')} a cross join jsonb_array_elements(a.ratings) r
      where a.up is null and a.cause <> 'AccountOpeningReverted'
        ${owner === undefined ? sql`` : sql`and a.owner = ${owner}`}
    ) r cross join ${policyAt(asked, 'rating.cut-off')} t cross join ${policyAt(supposed, 'rating.cut-off')} c
    ${schemeId === undefined ? sql`` : sql`where r.scheme = ${schemeId}`}
  )`;
};

/** How many accounts stand above and below the cut-off of ratings, and how many would under another one. */
export const ratingsWhatIf = (
  database: Database,
  asked: RatingsWhatIfAsked,
  assumption: RatingsAssumption,
): Promise<RatingsWhatIf> =>
  asking(database, asked, async (reading, all) => {
    const found = await rows(
      reading,
      sql<Omit<RatingsCounted, 'schemeId' | 'difference'> & { readonly scheme: string }>`
        select scheme, verdict, (count(*) filter (where recorded = verdict))::integer as recorded,
          (count(*) filter (where today = verdict))::integer as today,
          (count(*) filter (where assumed = verdict))::integer as assumed
        from ${rated(all, asked, assumption)} r cross join (values ('above'), ('below')) v (verdict)
        group by 1, 2 order by 1, 2`,
    );
    return {
      asOf: await instantOf(reading),
      rows: found.map(({ scheme, ...row }) => ({
        schemeId: scheme,
        ...row,
        difference: row.assumed - row.today,
      })),
    };
  });

/** A page of the ratings that would be judged otherwise, by account and scheme. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const accountsRatedWhatIf = (
  database: Database,
  asked: RatingsWhatIfAsked & Paging,
  assumption: RatingsAssumption,
): Promise<Page<RatingWhatIf>> =>
  asking(database, asked, async (reading, all) => {
    const { limit: _limit, cursor, ...question } = asked;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'ratings-what-if', ...question, ...assumption });
    const after = cursors.read(cursor, ['string', 'string']);
    const found = await rows(
      reading,
      sql<RatedRow>`select * from ${rated(all, asked, assumption)} r
        where today <> assumed ${after ? sql`and (id, scheme) > (${after[0]}, ${after[1]})` : sql``}
        order by id, scheme limit ${limit + 1}`,
    );
    const item = ({ id, name, owner, scheme, ...row }: RatedRow): RatingWhatIf => ({
      id,
      name,
      owner,
      schemeId: scheme,
      rating: row.rating,
      maximum: row.maximum,
      recorded: row.recorded,
      today: row.today,
      assumed: row.assumed,
    });
    return cursors.page(found, limit, item, ({ id, scheme }) => [id, scheme]);
  });

const asking = <R>(
  database: Database,
  asked: RatingsWhatIfAsked,
  answer: (reading: Reading<CustomersTables>, all: Asked) => Promise<R>,
): Promise<R> => readSteadily(database, customers, asked, (reading) => answer(reading, askedOf(reading, asked)));
