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

/**
 * Answers with JSON, or with CSV where the caller accepts that rather: the rows under a header line, nested fields as
 * `amount.currency`, lists as JSON; the next page's cursor is in the header `x-next-cursor`.
 */
export function respond<Answer extends object>(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
  rowsOf: (answer: Answer) => readonly object[],
): Answer | string {
  if (!wantsCsv(request)) return answer;
  void reply.header('content-type', 'text/csv; charset=utf-8; header=present');
  const { next } = answer as { next?: string | null };
  if (next) void reply.header('x-next-cursor', next);
  const rows = rowsOf(answer).map((row) => flat(row));
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return stringify(rows, { header: true, columns, escape_formulas: true });
}

function flat(value: object, prefix = ''): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const column = `${prefix}${name}`;
    if (Array.isArray(field)) row[column] = JSON.stringify(field);
    else if (typeof field === 'object' && field !== null) Object.assign(row, flat(field as object, `${column}.`));
    else row[column] = field;
  }
  return row;
}

/** Answers with a list of any length as CSV, page by page as the caller takes it: nothing holds the whole. */
export function streamCsv(
  reply: FastifyReply,
  columns: readonly string[],
  pages: AsyncIterable<readonly object[]>,
): StreamableFile {
  async function* lines(): AsyncIterable<string> {
    yield stringify([columns]);
    for await (const rows of pages) {
      yield stringify(
        rows.map((row) => flat(row)),
        { columns: [...columns], escape_formulas: true },
      );
    }
  }
  void reply.header('content-type', 'text/csv; charset=utf-8; header=present');
  return new StreamableFile(Readable.from(lines()));
}
