import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { knownCommands } from './commands.js';
import { rowId } from './ids.js';
import { type Mapping, readMapping } from './mapping.js';
import { MappingError, Problems, RowRefused } from './problems.js';
import { placesIn } from './source.js';
import { translateRow } from './translate.js';

const read = (text: string): Mapping => readMapping(text, knownCommands);

function problemsOf(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof MappingError) return error.message.split('\n');
    throw error;
  }
  return [];
}

/** Why a row is refused. */
function codeOf(translate: () => unknown): string | undefined {
  try {
    translate();
  } catch (error) {
    if (error instanceof RowRefused) return error.code;
    throw error;
  }
  return undefined;
}

/** What the first command of the only step says for a row. */
function translated(columns: string, data: string, row: Readonly<Record<string, string>>, more = '') {
  const mapping = read(`
mapping: test
zone: Europe/Amsterdam
currency: EUR
aliases: { colours: { Rood: red }, sizes: { L: 42 } }
${more}
steps:
  - file: rows.csv
    key: id
    columns: { id: text, ${columns} }
    values: { wholeName: '$first $last' }
    commands:
      - command: OpenAccount
        at: 2020-01-01T00:00:00Z
        data: { accountId: { id: rows.csv, of: $id }, ${data} }
`);
  const [step] = mapping.steps;
  if (!step?.source) throw new Error('no step');
  const header = Object.keys(row);
  const problems = new Problems();
  const places = placesIn(step.source, header, problems);
  problems.throwIfAny();
  const fields = Object.values(row);
  return translateRow(mapping, step, places, { line: 2, fields, bytes: 0 })[0]?.data;
}

const named = (row: Readonly<Record<string, string>> = {}) => ({ id: '7', first: 'Mei', last: 'Ito', ...row });
const plain = 'first: text, last: text';

describe('a mapping', () => {
  it('makes texts of columns, and leaves out what is not there', () => {
    expect(translated(plain, 'name: $wholeName, industry: $first', named())).toMatchObject({
      name: 'Mei Ito',
      industry: 'Mei',
    });
    expect(translated(plain, 'name: $wholeName, location: { country: $last }', named({ last: ' ' }))).toEqual({
      accountId: rowId('test', 'rows.csv', '7'),
    });
    expect(translated(plain, "name: 'costs $$5 ${first}!'", named())).toMatchObject({ name: 'costs $5 Mei!' });
    expect(translated(plain, 'name: { first: [$wholeName, $first] }', named({ last: '' }))).toMatchObject({
      name: 'Mei',
    });
    expect(translated(plain, 'name: { slug: "Zoë $last-Łuk " }', named())).toMatchObject({ name: 'zoe-ito-luk' });
  });

  it('reads numbers, money, dates and yes or no as they are written', () => {
    const row = named({ n: '1.204', m: '1.100,045', d: '3-7-2017', t: '2017-06-30 14:00', b: 'No' });
    const columns = `${plain}, n: { type: integer, decimal: "," }, m: { type: money, decimal: ",", times: 1000 }, d: { type: date, format: DD-MM-YYYY }, t: instant, b: boolean`;
    const data = 'name: $t, employees: $n, annualRevenue: $m, industry: $d, owner: $b';
    expect(translated(columns, data, row)).toMatchObject({
      employees: 1204,
      annualRevenue: { amount: 110_004_500, currency: 'EUR' },
      industry: '2017-07-03',
      name: '2017-06-30T12:00:00.000Z',
      owner: false,
    });
  });

  it('takes aliases, defaults and declared times of day', () => {
    const columns = `${plain}, c: { alias: colours, default: blue }`;
    expect(translated(columns, 'name: $c', named({ c: 'Rood' }))).toMatchObject({ name: 'red' });
    expect(translated(columns, 'name: $c', named({ c: '' }))).toMatchObject({ name: 'blue' });
    expect(translated(plain, 'name: { alias: sizes, of: $last }', named({ last: 'L' }))).toMatchObject({ name: '42' });
    const day = "name: { day: $first, time: '09:30' }";
    const dated = 'first: date, last: text';
    expect(translated(dated, day, named({ first: '2017-01-31' }))).toMatchObject({ name: '2017-01-31T08:30:00.000Z' });
    expect(translated(dated, day, named({ first: '2017-07-31' }))).toMatchObject({ name: '2017-07-31T07:30:00.000Z' });
    // The hour that does not exist, and the first of the one that comes twice.
    const night = "name: { day: $first, time: '02:30' }";
    expect(translated(dated, night, named({ first: '2017-03-26' }))).toMatchObject({
      name: '2017-03-26T01:30:00.000Z',
    });
    expect(translated(dated, night, named({ first: '2017-10-29' }))).toMatchObject({
      name: '2017-10-29T00:30:00.000Z',
    });
  });

  it.each([
    ['c: integer', '1.5', 'INVALID_FIELD'],
    ['c: integer', '99999999999999999999', 'INVALID_FIELD'],
    ['c: decimal', 'ten', 'INVALID_FIELD'],
    ['c: money', '1.005', 'INVALID_AMOUNT'],
    ['c: date', '2017-02-30', 'INVALID_FIELD'],
    ['c: instant', '2017-02-28', 'INVALID_FIELD'],
    ['c: boolean', 'perhaps', 'INVALID_FIELD'],
    ['c: { only: [a, b] }', 'd', 'UNEXPECTED_VALUE'],
    ['id: text, c: text', '', undefined],
  ])('refuses a row for a wrong field: %s of "%s"', (column, text, code) => {
    const translate = () =>
      translated(`${plain}, ${column.replace('id: text, ', '')}`, 'name: $first', named({ c: text }));
    expect(codeOf(translate)).toBe(code);
  });

  it('refuses a row without its key, and a lookup that finds nothing', () => {
    expect(codeOf(() => translated(plain, 'name: $first', { ...named(), id: ' ' }))).toBe('KEY_MISSING');
    const table = 'tables: { t: { file: t.csv, key: k, columns: { v: text } } }';
    const looked = 'name: { lookup: t, key: $first, column: v }';
    expect(codeOf(() => translated(plain, looked, named(), table))).toBe('NOT_IN_TABLE');
    const otherwise = 'name: { lookup: t, key: $first, column: v, default: none }';
    expect(translated(plain, otherwise, named(), table)).toMatchObject({ name: 'none' });
    expect(codeOf(() => translated(plain, 'name: { id: rows.csv, of: $first, in: t }', named(), table))).toBe(
      'NOT_IN_TABLE',
    );
  });

  it('names everything that is wrong, each with its path and a way out', () => {
    const text = `
mapping: a mapping
zone: Europe/Amsterdm
curency: EUR
aliases: { colours: { Rood: red } }
tables:
  prices: { file: prices.csv, key: product, columns: { price: money } }
steps:
  - file: rows.csv
    key: id
    columns: { id: text, colour: { alias: colour }, size: size, day: { type: date, format: DD-MM } }
    commands:
      - command: OpenAcount
        at: 2020-01-01T00:00:00Z
      - command: OpenAccount
        when: { colr: red }
        data: { nam: $size, name: $siz, industry: { lookup: price, key: $id, column: price }, parentId: { id: row.csv, of: $id } }
      - command: OpenAccount
        at: { day: $day, time: 9 o'clock }
        data: { accountId: { id: rows.csv, of: $id }, industry: { lookup: prices, key: $id, column: prise } }
`;
    expect(problemsOf(text)).toEqual([
      'curency: Is not understood here. Did you mean "currency"?',
      'mapping: Name it with letters, digits, ".", "-"; it is part of every id.',
      'zone: "Europe/Amsterdm" is not an IANA time zone, as Europe/Amsterdam.',
      'tables.prices.columns.price: Money needs a currency. Set "currency" here or for the whole mapping, as currency: EUR.',
      'steps[0].columns.colour.alias: There is no alias list "colour". Did you mean "colours"?',
      'steps[0].columns.size: There is no column type "size". Known: text, integer, decimal, money, date, instant, boolean.',
      'steps[0].columns.day.format: Say where year, month and day stand, as DD.MM.YYYY.',
      'steps[0].commands[0].command: There is no command "OpenAcount". Did you mean "OpenAccount"?',
      'steps[0].commands[1].data.nam: OpenAccount has no field "nam". Did you mean "name"?',
      'steps[0].commands[1].data.accountId: OpenAccount needs accountId: without it a second import would add everything again.',
      'steps[0].commands[1].at: Say when it happened, as at: { day: $closed_on, time: "17:00" }.',
      'steps[0].commands[1].when.colr: There is no column or value "colr" here. Did you mean "colour"?',
      'steps[0].commands[1].data.name: There is no column or value "siz" here; declare it under columns. Did you mean "size"?',
      'steps[0].commands[1].data.industry.lookup: There is no table "price"; declare it under tables. Did you mean "prices"?',
      'steps[0].commands[1].data.parentId.id: No step reads the file "row.csv". Did you mean "rows.csv"?',
      `steps[0].commands[2].at.time: Say a time of day as '09:00'.`,
      'steps[0].commands[2].data.industry.column: The table has no column "prise". Did you mean "price"?',
      'steps[0].commands[2].label: OpenAccount stands here twice; give each a label of its own, as label: second.',
    ]);
  });

  it('says where YAML is broken', () => {
    expect(problemsOf('mapping: [')[0]).toMatch(/line 1, column \d+/);
    expect(problemsOf('- a list')).toEqual(['A mapping is a YAML map; see docs/import.md.']);
    expect(problemsOf('mapping: x')).toContain('steps: Say what to import: a list of files with their commands.');
  });

  it('derives ids from mapping, file and key alone: they never change', () => {
    expect(rowId('maven-crm', 'accounts.csv', 'Acme Corporation')).toBe('b5f9a6f3-f7a4-513c-8462-0cfdce6ccc99');
  });
});
