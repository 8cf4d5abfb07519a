import type pg from 'pg';
import { connect } from '../../libs/read-model/connections.js';
import type { Database, Moment, Projection } from '../../libs/read-model/index.js';
import { projections } from '../../projections/index.js';

/** They tell the versions themselves, with those that came later. */
const whateverTheMoment = new Set(['opportunity_versions', 'policy_versions', 'segment_stays']);

/** What a membership ends with, as far as it was known, lies ahead of the moment. */
const ahead = new Set(['leaves_at']);

/** The views of a read model that answer as of a moment. */
export const viewsOf = ({ views: all }: Projection): readonly string[] =>
  Object.keys(all).filter((view) => !whateverTheMoment.has(view));

const columnsOf = new Map(
  projections.flatMap((projection) =>
    viewsOf(projection).map((view): readonly [string, string] => {
      const columns = Object.keys(projection.views[view]?.columns ?? {}).filter((column) => !ahead.has(column));
      return [view, columns.map((column) => `"${column}"`).join()];
    }),
  ),
);

/** Every view that answers as of a moment. */
export const views: readonly string[] = [...columnsOf.keys()];

const digests = [...columnsOf]
  .map(
    ([view, columns]) => `select '${view}' as view, count(*)::int as count,
      coalesce(sum(hashtextextended(row(${columns})::text, 0)), 0)::text as digest from analytics."${view}"`,
  )
  .join(' union all ');

/** What all views say at a moment, in short: how many rows, and a sum over all of them. */
export type Digests = Readonly<Record<string, string>>;

/** An analyst at work, on a connection of their own. */
export class Analyst {
  private constructor(private readonly client: pg.Client) {}

  static async at(database: Database): Promise<Analyst> {
    const client = await connect(database.url, { statementTimeout: 0 });
    return new Analyst(client);
  }

  /** All views at once; the sums are the same where the rows are, in whatever order. */
  async digests(moment: Moment): Promise<Digests> {
    await this.go(moment);
    const { rows } = await this.client.query<{ view: string; count: number; digest: string }>({
      name: 'digests',
      text: digests,
    });
    return Object.fromEntries(rows.map(({ view, count, digest }) => [view, `${String(count)} rows, ${digest}`]));
  }

  /** Every row of a view. */
  async rows(view: string, moment: Moment): Promise<readonly string[]> {
    await this.go(moment);
    const { rows } = await this.client.query<{ row: string }>(
      `select row_to_json(v)::text as row from (select ${columnsOf.get(view) ?? '*'} from analytics."${view}") v`,
    );
    return rows.map(({ row }) => row).sort();
  }

  /** The lines that a question gives. */
  async lines(question: string, moment: Moment): Promise<readonly string[]> {
    await this.go(moment);
    const { rows } = await this.client.query<[string]>({ text: question, rowMode: 'array' });
    return rows.map(([line]) => line).sort();
  }

  private async go({ asOf = '', knownAt = 'infinity' }: Moment): Promise<void> {
    await this.client.query(`set kroniek.as_of = '${asOf}'; set kroniek.known_at = '${knownAt}'`);
  }

  async end(): Promise<void> {
    await this.client.end();
  }
}
