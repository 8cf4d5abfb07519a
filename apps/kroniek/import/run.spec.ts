import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { knownCommands } from './commands.js';
import { readMapping } from './mapping.js';
import { importFolder, type ImportProgress, type ImportReport } from './run.js';
import { summary } from './terminal.js';

const example = 'examples/maven-crm';
const header = 'opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value';

describe('the dry run of an import', () => {
  let scratch: string;
  let folder: string;
  let refusedFile: string;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'kroniek-dry-run-'));
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(scratch, 'folder-'));
    refusedFile = join(folder, 'refused.csv');
    await cp(join(example, 'sample'), folder, { recursive: true });
  });
  afterAll(() => rm(scratch, { recursive: true }));

  const dryRun = (onProgress?: (progress: ImportProgress) => void, signal?: AbortSignal): Promise<ImportReport> => {
    const mapping = readMapping(readFileSync(join(example, 'mapping.yaml'), 'utf8'), knownCommands);
    return importFolder({ mapping, folder, refusedFile, signal, ...(onProgress ? { onProgress } : {}) });
  };
  const deals = (...rows: string[]): Promise<void> =>
    writeFile(join(folder, 'sales_pipeline.csv'), [header, ...rows, ''].join('\n'));

  it('checks every row and sends nothing', async () => {
    const seen: ImportProgress[] = [];
    const report = await dryRun((progress) => seen.push(progress));
    expect(report).toEqual({ rows: 49, commands: 76, added: 0, alreadyThere: 0, refused: 0, stopped: false });
    expect(existsSync(refusedFile)).toBe(false);
    const last = seen.at(-1);
    expect(last?.bytes).toBe(last?.totalBytes);
  });

  it('writes what is refused to a CSV, with place, reason and the row itself', async () => {
    await deals(
      'A,Lidia Conde,Tarn 20,,Engaging,2017-13-01,,',
      'B,Lidia Conde,"Tarn, 20",,Engaging,2017-01-01,,',
      'C,Lidia Conde,Tarn 20,Nobody,Engaging,2017-01-01,,',
      'D,Lidia Conde,Tarn 20,,Thinking,2017-01-01,,',
      'E,Lidia Conde,Tarn 20,Nordbruk Timber,Won,2017-01-01,2017-02-01,-5',
      'F,Lidia Conde,Tarn 20',
      ',Lidia Conde,Tarn 20,,Engaging,2017-01-01,,',
      'G,Lidia Conde,Tarn 20,Nordbruk Timber,Won,2017-03-01,2017-02-01,5',
      'H,Lidia Conde,Tarn 20,,Engaging,2999-01-01,,',
      'I,Lidia Conde,Tarn 20,,Lost,2017-01-01,,',
      'J,Lidia Conde,Tarn 20,,Engaging,2017-01-01,,',
    );
    const { refused } = await dryRun();
    const written = parse<Record<string, string>>(await readFile(refusedFile), { columns: true });
    expect(written.length).toBe(refused);
    const told = written.map((row) => [row['line'], row['command'], row['code'], row['opportunity_id']].join(' '));
    expect(told).toEqual([
      '2  INVALID_FIELD A',
      '3  NOT_IN_TABLE B',
      '4  NOT_IN_TABLE C',
      '5  UNEXPECTED_VALUE D',
      '6 WinOpportunity INVALID_COMMAND E',
      '7  WRONG_FIELD_COUNT F',
      '8  KEY_MISSING ',
      '9 WinOpportunity OCCURRED_BEFORE_LAST_FACT G',
      '10 OpenOpportunity OCCURRED_IN_FUTURE H',
      '11  NO_INSTANT I',
    ]);
    expect(written[0]).toMatchObject({ file: 'sales_pipeline.csv', engage_date: '2017-13-01', product: 'Tarn 20' });
    expect(written[0]?.['reason']).toBe('engage_date: "2017-13-01" is not a day written as YYYY-MM-DD.');
    expect(written[4]?.['reason']).toContain('amount');
  });

  it('tells of a mapping that does not fit the files before it reads them', async () => {
    await writeFile(join(folder, 'sales_pipeline.csv'), `${header.replace('close_value', 'closed_value')},product\n`);
    await rm(join(folder, 'sales_teams.csv'));
    await expect(dryRun()).rejects.toThrow(
      [
        `tables.agents.file: There is no sales_teams.csv in ${folder}.`,
        'steps[2].columns.product: sales_pipeline.csv has two columns "product"; rename one of them.',
        'steps[2].columns.close_value: sales_pipeline.csv has no column "close_value". Did you mean "closed_value"?',
      ].join('\n'),
    );
  });

  it('ends at a table that cannot be trusted', async () => {
    await writeFile(join(folder, 'products.csv'), 'product,series,sales_price\nTarn 20,T,5\nTarn 20,T,6\n');
    await expect(dryRun()).rejects.toThrow(
      'tables.products: products.csv, line 3: the key "Tarn 20" was there before.',
    );
    await writeFile(join(folder, 'products.csv'), 'product,series,sales_price\nTarn 20,T,five\n');
    await expect(dryRun()).rejects.toThrow(
      'tables.products: products.csv, line 2: sales_price: "five" is not a number.',
    );
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const report = await dryRun(() => stop.abort(), stop.signal);
    expect(report).toMatchObject({ rows: 1, stopped: true });
  });
});

describe('the report of an import', () => {
  const report = { rows: 8_885, commands: 15_597, added: 15_000, alreadyThere: 595, refused: 2, stopped: false };

  it('says what became of the rows', () => {
    expect(summary(report, { dry: false, seconds: 12.34, refused: 'refused.csv' }).split('\n')).toEqual([
      'rows read                8,885',
      'commands sent           15,597',
      'new                     15,000',
      'already there              595',
      'refused                      2',
      'The refused ones stand with their reasons in refused.csv.',
      'Done in 12.3 s.',
    ]);
    const dry = summary({ ...report, refused: 0 }, { dry: true, seconds: 1, refused: '' });
    expect(dry.split('\n').at(-1)).toBe('Dry run: nothing was sent. Done in 1.0 s.');
    expect(summary({ ...report, stopped: true }, { dry: false, seconds: 1, refused: '' })).toContain(
      'Run it again to go on',
    );
  });
});
