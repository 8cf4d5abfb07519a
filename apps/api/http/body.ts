import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { MalformedRequest } from './problem.js';

/** The most that one command may be, alone or as a line of many. */
export const mostBytes = 1024 * 1024;

/** What some editors begin a file with. */
const byteOrderMark = '\ufeff';

/**
 * Bytes to JSON. Broken UTF-8 is refused, not repaired: a name must be stored as it was meant or not at all.
 *
 * @throws MalformedRequest
 */
export function readJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new MalformedRequest(400, 'BROKEN_UTF8', 'The body is not valid UTF-8.');
  try {
    const text = bytes.toString('utf8');
    return JSON.parse(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  } catch {
    throw new MalformedRequest(400, 'MALFORMED_JSON', 'The body is not valid JSON.');
  }
}

/** One JSON body at a time for a command; many as they come in for NDJSON. */
export function readBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: mostBytes },
    (_request, body, done) => {
      try {
        done(null, readJson(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  server.addContentTypeParser('application/x-ndjson', (_request, payload, done) => done(null, payload));
}

/** Space, tab and what Windows ends its lines with. */
const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d]);

/** A line of a body, or the reason why it is none. */
export type Line = { readonly number: number } & ({ readonly bytes: Buffer } | { readonly tooLong: true });

/** Cuts a body into lines without ever holding more than one; a line that is too long is passed over. */
export async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let number = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  const take = (): Line | undefined => {
    number++;
    const bytes = Buffer.concat(heldBytes > mostBytes ? [] : held);
    const line: Line = heldBytes > mostBytes ? { number, tooLong: true } : { number, bytes };
    const blank = heldBytes <= mostBytes && bytes.every((byte) => blanks.has(byte));
    held = [];
    heldBytes = 0;
    return blank ? undefined : line;
  };
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      held.push(chunk.subarray(start, end));
      heldBytes += end - start;
      start = end + 1;
      const line = take();
      if (line) yield line;
    }
    heldBytes += chunk.length - start;
    if (heldBytes <= mostBytes) held.push(chunk.subarray(start));
    else held = [];
  }
  const last = heldBytes > 0 ? take() : undefined;
  if (last) yield last;
}
