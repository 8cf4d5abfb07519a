import { CsvError, parse } from 'csv-parse';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** How a file is written. */
export interface CsvFormat {
  readonly delimiter: string;
  /** A label of the WHATWG encoding standard: `utf-8`, `windows-1252`, … */
  readonly encoding: string;
}

export interface CsvRow {
  /** Line of the file on which the row ends, counted from 1. */
  readonly line: number;
  /** Fields as they stand in the file, by position. */
  readonly fields: readonly string[];
  /** Bytes of the file read so far. */
  readonly bytes: number;
  /** Why the row cannot be used; its fields are then whatever could be read. */
  readonly broken?: { readonly code: string; readonly reason: string };
}

/** A row longer than this is a quote that was never closed, not a row. */
const longestRow = 1_000_000;
const replacement = '\uFFFD';

/** The names in the first row of a file. */
export async function readHeader(path: string, format: CsvFormat): Promise<readonly string[]> {
  for await (const row of records(path, format)) {
    if (row.broken) throw new Error(`${basename(path)}: the header cannot be read: ${row.broken.reason}`);
    return row.fields.map((field) => field.trim());
  }
  throw new Error(`${basename(path)} is empty: its first row should name the columns.`);
}

/** The rows of a file after its header, one at a time; empty rows are left out. */
export async function* readRows(path: string, format: CsvFormat, columns: number): AsyncGenerator<CsvRow> {
  let header = true;
  for await (const row of records(path, format)) {
    if (header) {
      header = false;
      continue;
    }
    if (row.broken) yield row;
    else if (row.fields.every((field) => field.trim() === '')) continue;
    else if (row.fields.length !== columns) {
      const reason = `The row has ${row.fields.length} fields, the header names ${columns}.`;
      yield { ...row, broken: { code: 'WRONG_FIELD_COUNT', reason } };
    } else if (row.fields.some((field) => field.includes(replacement))) {
      const reason = `The row holds bytes that are not ${format.encoding}; say how the file is written with "encoding".`;
      yield { ...row, broken: { code: 'BROKEN_ENCODING', reason } };
    } else yield row;
  }
}

async function* records(path: string, format: CsvFormat): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: true,
    delimiter: format.delimiter,
    info: true,
    max_record_size: longestRow,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  const file = createReadStream(path);
  // The parser reports what goes wrong with either.
  const piped = isUtf8(format.encoding)
    ? pipeline(file, parser)
    : pipeline(file, (source) => decoded(source, format.encoding), parser);
  piped.catch(() => undefined);
  let line = 0;
  let surplus = 0;
  let bytes = 0;
  try {
    for await (const read of parser as AsyncIterable<{ record: string[]; info: { lines: number; bytes: number } }>) {
      // Within quotes the parser takes a Windows line end for two lines.
      for (const field of read.record) surplus += field.includes('\r\n') ? field.split('\r\n').length - 1 : 0;
      line = read.info.lines - surplus;
      ({ bytes } = read.info);
      yield { line, fields: read.record, bytes };
    }
  } catch (error) {
    // Behind a quote that is never closed there is no telling where a row begins: reading on would invent rows.
    if (!(error instanceof CsvError)) throw error;
    const reason = `Nothing behind line ${line} can be read; a quote opened there is not closed. (${error.message})`;
    yield { line: line + 1, fields: [], bytes, broken: { code: 'MALFORMED_ROW', reason } };
  } finally {
    file.destroy();
    parser.destroy();
  }
}

async function* decoded(source: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of source) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

const isUtf8 = (encoding: string): boolean => /^utf-?8$/i.test(encoding);
