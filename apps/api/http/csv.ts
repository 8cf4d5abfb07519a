import { StreamableFile } from '@nestjs/common';
import { stringify } from 'csv-stringify/sync';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';

/** A page of a list: `next` is the cursor of the page behind it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Whether the caller accepts CSV rather than JSON. */
export const wantsCsv = (request: FastifyRequest): boolean => /\btext\/csv\b/.test(request.headers.accept ?? '');

const contentType = 'text/csv; charset=utf-8; header=present';

/**
 * Answers with JSON, or with CSV where the caller accepts that rather: the rows under a header line, nested fields as
 * `amount.currency`, lists as JSON.
 *
 * @param columns of the CSV, where there may be no rows to tell them; what rows have besides comes behind them
 */
export function respond<Answer extends object>(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
  rowsOf: (answer: Answer) => readonly object[],
  columns: readonly string[] = [],
): Answer | string {
  if (!wantsCsv(request)) return answer;
  void reply.header('content-type', contentType);
  const rows = rowsOf(answer);
  return tableOf(rows, withFound(columns, rows));
}

/** Columns with those that rows have besides: a field that some rows have nested has the columns of its parts alone. */
function withFound(columns: readonly string[], rows: readonly object[]): readonly string[] {
  const whole = new Set(columns);
  const all = new Set([...columns, ...rows.flatMap((row) => Object.keys(flat(row, '', whole)))]);
  const apart = new Set(
    [...all].flatMap((column) => column.split('.').map((_, end, way) => way.slice(0, end).join('.'))),
  );
  return [...all].filter((column) => whole.has(column) || !apart.has(column));
}

/** Which page of a list is asked for. */
export interface Paged {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** The most that a page of a list may have. */
const widest = 1_000;

/**
 * Answers with a page of a list as JSON, or as CSV, with the cursor of the next page in the header `x-next-cursor`. As CSV
 * without `limit` and `cursor`, the whole list: it is asked for page by page as the caller takes it, and nothing holds
 * more than a page of it.
 *
 * @param columns of the CSV; a column of the name of a nested field has it as JSON
 */
export async function respondPages<Item extends object, Answer extends Page<Item>>(
  request: FastifyRequest,
  reply: FastifyReply,
  columns: readonly string[],
  { limit, cursor }: Paged,
  ask: (page: Paged) => Promise<Answer>,
): Promise<Answer | string | StreamableFile> {
  if (!wantsCsv(request)) return ask({ limit, cursor });
  void reply.header('content-type', contentType);
  if (limit !== undefined || cursor !== undefined) {
    const { items, next } = await ask({ limit, cursor });
    if (next !== null) void reply.header('x-next-cursor', next);
    return tableOf(items, columns);
  }
  // The first page is asked for before anything is answered: a refusal is still a problem with its status.
  const first = await ask({ limit: widest });
  return new StreamableFile(Readable.from(lines(first, columns, ask)));
}

async function* lines<Item extends object>(
  first: Page<Item>,
  columns: readonly string[],
  ask: (page: Paged) => Promise<Page<Item>>,
): AsyncGenerator<string> {
  yield tableOf(first.items, columns);
  for (let { next } = first; next !== null;) {
    const page = await ask({ limit: widest, cursor: next });
    yield linesOf(page.items, columns);
    next = page.next;
  }
}

/** What a spreadsheet would compute is escaped, but for numbers: `-0.25` is no formula. */
const cast = {
  boolean: String,
  string: (text: string) => (/^-\d+(\.\d+)?$/.test(text) ? { value: text, escape_formulas: false } : text),
};

const tableOf = (items: readonly object[], columns: readonly string[]): string =>
  stringify([columns], { escape_formulas: true }) + linesOf(items, columns);

function linesOf(items: readonly object[], columns: readonly string[]): string {
  const whole = new Set(columns);
  return stringify(
    items.map((item) => flat(item, '', whole)),
    { columns: [...columns], escape_formulas: true, cast },
  );
}

/** @param whole columns that are not taken apart */
function flat(value: object, prefix = '', whole: ReadonlySet<string> = new Set()): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const column = `${prefix}${name}`;
    const isNested = typeof field === 'object' && field !== null;
    if (Array.isArray(field) || (isNested && whole.has(column))) row[column] = JSON.stringify(field);
    else if (isNested) Object.assign(row, flat(field as object, `${column}.`, whole));
    else row[column] = field;
  }
  return row;
}
