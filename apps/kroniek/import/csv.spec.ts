import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CsvFormat, readHeader, readRows } from './csv.js';

const utf8: CsvFormat = { delimiter: ',', encoding: 'utf-8' };

describe('reading CSV', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kroniek-csv-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function read(content: string | Buffer, format = utf8) {
    const path = join(folder, 'file.csv');
    await writeFile(path, content);
    const header = await readHeader(path, format);
    const rows = [];
    for await (const { line, fields, broken } of readRows(path, format, header.length)) {
      rows.push(broken ? [line, broken.code] : [line, ...fields]);
    }
    return { header, rows };
  }

  it('takes quotes, line breaks within them, a byte order mark and Windows line ends', async () => {
    expect(await read('\uFEFFid,"full name"\r\n1,"Smith, ""Jo"""\r\n2,"two\r\nlines"\r\n')).toEqual({
      header: ['id', 'full name'],
      rows: [
        [2, '1', 'Smith, "Jo"'],
        [4, '2', 'two\r\nlines'],
      ],
    });
  });

  it('leaves empty rows out and names rows of another length, by line', async () => {
    const { rows } = await read('a,b\n\n1,2\n , \n3\n4,5,6\n7,8');
    expect(rows).toEqual([
      [3, '1', '2'],
      [5, 'WRONG_FIELD_COUNT'],
      [6, 'WRONG_FIELD_COUNT'],
      [7, '7', '8'],
    ]);
  });

  it('refuses rows with bytes that are not the declared encoding', async () => {
    const latin = Buffer.from('a,b\n1,caf\xe9\n2,tea\n', 'latin1');
    expect((await read(latin)).rows).toEqual([
      [2, 'BROKEN_ENCODING'],
      [3, '2', 'tea'],
    ]);
    expect((await read(latin, { ...utf8, encoding: 'windows-1252' })).rows[0]).toEqual([2, '1', 'café']);
  });

  it('keeps characters whole that fall on the border of two chunks', async () => {
    const { rows } = await read(`a,b\n${'1,ééé\n'.repeat(40_000)}`);
    expect(rows.length).toBe(40_000);
    expect(new Set(rows.map(([, , b]) => b))).toEqual(new Set(['ééé']));
  });

  it('takes a stray quote as it stands, and stops where a quote is never closed', async () => {
    expect((await read('a,b\n1,6" pipe\n2,x\n')).rows[0]).toEqual([2, '1', '6" pipe']);
    expect((await read('a,b\n1,x\n2,"never closed\n3,x\n4,x\n')).rows).toEqual([
      [2, '1', 'x'],
      [3, 'MALFORMED_ROW'],
    ]);
  });

  it('never holds more than one row of a quote that is never closed', async () => {
    const { rows } = await read(`a,b\n1,"${'x\n'.repeat(800_000)}`);
    expect(rows).toEqual([[2, 'MALFORMED_ROW']]);
  });

  it('takes other delimiters', async () => {
    expect((await read('a;b\n1,5;2\n', { ...utf8, delimiter: ';' })).rows).toEqual([[2, '1,5', '2']]);
  });

  it('says so when a file is empty', async () => {
    await expect(read('')).rejects.toThrow('file.csv is empty');
  });
});
