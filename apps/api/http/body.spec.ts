import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Line, linesOf, mostBytes, readJson } from './body.js';

async function* inChunks(body: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let start = 0, next = 0; start < body.length; next++) {
    const end = start + (sizes[next % sizes.length] ?? 1);
    yield body.subarray(start, end);
    start = end;
  }
}

async function linesIn(body: Buffer, sizes: readonly number[] = [64 * 1024]): Promise<(readonly [number, string])[]> {
  const told = (line: Line) => ('tooLong' in line ? 'too long' : line.bytes.toString());
  const lines: (readonly [number, string])[] = [];
  for await (const line of linesOf(inChunks(body, sizes))) lines.push([line.number, told(line)]);
  return lines;
}

describe('a body of JSON', () => {
  it('may begin with the mark that some editors put before a file, once', () => {
    expect(readJson(Buffer.from('\ufeff{"a":1}'))).toEqual({ a: 1 });
    expect(() => readJson(Buffer.from('\ufeff\ufeff{"a":1}'))).toThrow('The body is not valid JSON.');
    expect(() => readJson(Buffer.from('{"a":1}\ufeff'))).toThrow('The body is not valid JSON.');
  });

  it('is refused where it is not UTF-8, and never repaired', () => {
    expect(() => readJson(Buffer.from([0x22, 0xc3, 0x22]))).toThrow('The body is not valid UTF-8.');
  });
});

describe('a body of lines', () => {
  it('has the lines that it was written with, wherever it is cut on its way; blank ones count and are passed over', async () => {
    const text = fc.oneof(fc.constantFrom('', ' ', '\t', '\r', '{"a":1}', '{"ä":"ö"}\r'), fc.string());
    const written = text.map((one) => one.replaceAll('\n', ''));
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(written), sizes, fc.boolean(), async (lines, cut, ended) => {
        const body = Buffer.from(lines.join('\n') + (ended ? '\n' : ''));
        const filled = lines.flatMap((line, place) => (/^[ \t\r]*$/.test(line) ? [] : [[place + 1, line] as const]));
        expect(await linesIn(body, cut)).toEqual(filled);
      }),
    );
  });

  it('loses one that is too long, and no other', async () => {
    const [longest, longer] = [mostBytes, mostBytes + 1].map((length) => 'x'.repeat(length));
    const body = Buffer.from(`${longest}\n${longer}\nshort\n${longer}`);
    const found = await linesIn(body);
    expect(found.map(([number, line]) => [number, line.length > 10 ? line.length : line])).toEqual([
      [1, mostBytes],
      [2, 'too long'],
      [3, 'short'],
      [4, 'too long'],
    ]);
  });
});
