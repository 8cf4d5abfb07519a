import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile, cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { knownCommands } from '../../apps/kroniek/import/commands.js';
import { type Mapping, readMapping } from '../../apps/kroniek/import/mapping.js';
import { importFolder, type ImportReport } from '../../apps/kroniek/import/run.js';
import { type Product, startProduct } from '../../libs/testing/product.js';

const example = resolve('examples/maven-crm');
const real = process.env['KRONIEK_MAVEN_DATA'] ?? resolve('../shared/data/maven-crm');
const isReal = existsSync(join(real, 'sales_pipeline.csv'));
const folder = isReal ? real : join(example, 'sample');

interface Figures {
  readonly open: number;
  readonly openAmount: number;
  readonly won: number;
  readonly wonAmount: number;
  readonly lost: number;
}

type Row = Readonly<Record<string, string>>;
const rowsOf = (file: string): Row[] => parse(readFileSync(join(folder, file)), { columns: true, bom: true });

/** The same figures straight from the files, without any of the product. `day`: as of its end. */
function figuresFromFiles(day = '9999-12-31'): Figures {
  const prices = new Map(rowsOf('products.csv').map((row) => [row['product'], Number(row['sales_price'])]));
  const known = rowsOf('sales_pipeline.csv').filter((row) => (row['engage_date'] || '2017-12-31') <= day);
  const closed = known.filter(({ close_date: closedOn = '' }) => closedOn !== '' && closedOn <= day);
  const open = known.filter((row) => !closed.includes(row));
  const won = closed.filter((row) => row['deal_stage'] === 'Won');
  const price = ({ product = '' }: Row): number => prices.get(product === 'GTXPro' ? 'GTX Pro' : product) ?? Number.NaN;
  return {
    open: open.length,
    openAmount: open.reduce((sum, row) => sum + price(row), 0),
    won: won.length,
    wonAmount: won.reduce((sum, row) => sum + Number(row['close_value']), 0),
    lost: closed.length - won.length,
  };
}

interface Stage {
  readonly kind: 'open' | 'won' | 'lost';
  readonly count: number | string;
  readonly amount: number | string;
}

/** What the API and the view say, in whole dollars. */
function figuresFrom(stages: readonly Stage[]): Figures {
  const of = (kind: Stage['kind'], what: 'count' | 'amount'): number =>
    stages.filter((stage) => stage.kind === kind).reduce((sum, stage) => sum + Number(stage[what]), 0);
  return {
    open: of('open', 'count'),
    openAmount: of('open', 'amount') / 100,
    won: of('won', 'count'),
    wonAmount: of('won', 'amount') / 100,
    lost: of('lost', 'count'),
  };
}

const midYear = '2017-06-30';
const endOfMidYear = `${midYear}T23:59:59.999Z`;

describe(`the Maven CRM example, imported from ${isReal ? 'the data set' : 'the sample'}`, () => {
  let product: Product;
  let mapping: Mapping;
  let scratch: string;
  let report: ImportReport;

  const importing = async (from: string): Promise<ImportReport> => {
    const api = { url: product.url, key: product.adminKey };
    return importFolder({ mapping, folder: from, api, refusedFile: join(scratch, 'refused.csv') });
  };

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'kroniek-import-'));
    mapping = readMapping(readFileSync(join(example, 'mapping.yaml'), 'utf8'), knownCommands);
    product = await startProduct();
    report = await importing(folder);
    await settled();
  }, 900_000);

  afterAll(async () => {
    await product.stop();
    await rm(scratch, { recursive: true });
  });

  /** Resolves when the read models have everything. */
  async function settled(): Promise<void> {
    const last = {
      pipelineId: 'settled',
      name: 'Settled',
      currency: 'USD',
      stages: [{ stage: 'only', probability: 50 }],
    };
    const answer = await product.call('POST', '/v1/commands/DefinePipeline', last);
    const path = `/v1/pipelines/maven?minPosition=${String(answer.json['position'])}`;
    while ((await product.call('GET', path)).status !== 200);
  }

  const fromApi = async (query = ''): Promise<Figures> => {
    const { json } = await product.call('GET', `/v1/pipelines/maven${query}`);
    return figuresFrom(json['stages'] as Stage[]);
  };

  async function fromSql(asOf?: string): Promise<Figures> {
    const client = new Client({ connectionString: product.databaseUrl });
    await client.connect();
    try {
      if (asOf !== undefined) await client.query(`set kroniek.as_of = '${asOf}'`);
      const { rows } = await client.query<Stage>(
        "select kind, count, amount from analytics.pipeline where pipeline = 'maven'",
      );
      return figuresFrom(rows);
    } finally {
      await client.end();
    }
  }

  it('takes every row', () => {
    const deals = rowsOf('sales_pipeline.csv');
    const closed = deals.filter(({ close_date: closedOn }) => closedOn !== '').length;
    const accounts = rowsOf('accounts.csv').length;
    const commands = 1 + accounts + deals.length + closed;
    const rows = accounts + deals.length;
    expect(report).toEqual({ rows, commands, added: commands, alreadyThere: 0, refused: 0, stopped: false });
  });

  it('answers for today as the files do', async () => {
    const expected = figuresFromFiles();
    if (isReal) expect(expected).toMatchObject({ won: 4_238, wonAmount: 10_005_534, lost: 2_473, open: 2_089 });
    expect(await fromApi()).toEqual(expected);
    expect(await fromSql()).toEqual(expected);
  });

  it('answers for the end of June 2017 as the files do', async () => {
    const expected = figuresFromFiles(midYear);
    if (isReal) expect(expected).toMatchObject({ won: 1_785, wonAmount: 4_220_783, lost: 894, open: 1_686 });
    expect(await fromApi(`?asOf=${endOfMidYear}`)).toEqual(expected);
    expect(await fromSql(endOfMidYear)).toEqual(expected);
  });

  it('adds nothing the second time', async () => {
    const again = await importing(folder);
    expect(again).toEqual({ ...report, added: 0, alreadyThere: report.commands });
    expect(await fromApi()).toEqual(figuresFromFiles());
  });

  it('reports what is refused with its line and reason, and takes the rest', async () => {
    const changed = join(scratch, 'changed');
    await cp(join(example, 'sample'), changed, { recursive: true });
    const header = 'opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value';
    const rows = [
      'REFUSED1,Ove Stensrud,Tarn 90,,Won,2017-01-02,2017-02-03,8000',
      'REFUSED2,Ove Stensrud,Tarn 91,,Engaging,2017-01-02,,',
      'REFUSED3,Ove Stensrud,Tarn 90,,Lost,2017-03-02,2017-02-03,0',
      'TAKEN1,Ove Stensrud,Tarn 90,,Engaging,2017-01-02,,',
    ];
    await writeFile(join(changed, 'sales_pipeline.csv'), [header, ...rows, ''].join('\n'));
    const { added, refused } = await importing(changed);
    expect(refused).toBe(3);
    expect(added).toBeGreaterThanOrEqual(3);
    const written: Row[] = parse(await readFile(join(scratch, 'refused.csv')), { columns: true });
    const told = written.map((row) => [row['file'], row['line'], row['command'], row['code'], row['opportunity_id']]);
    expect(told).toEqual([
      ['sales_pipeline.csv', '3', '', 'NOT_IN_TABLE', 'REFUSED2'],
      ['sales_pipeline.csv', '2', 'WinOpportunity', 'OPPORTUNITY_WITHOUT_ACCOUNT', 'REFUSED1'],
      ['sales_pipeline.csv', '4', 'LoseOpportunity', 'OCCURRED_BEFORE_LAST_FACT', 'REFUSED3'],
    ]);
  });
});
