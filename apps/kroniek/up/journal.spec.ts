import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Journal, notable } from './journal.js';

describe('the journal of a server process', () => {
  it.each([
    ['{"level":30,"msg":"listening"}', undefined],
    ['{"level":40,"msg":"slow"}', 'warning: slow'],
    ['{"level":50,"msg":"failed","err":{"message":"refused\\nat once","stack":"…"}}', 'error: failed refused'],
    ['{"level":50,"msg":"refused","err":{"message":"refused"}}', 'error: refused'],
    ['{"level":40,"msg":"waits","error":{"name":"Error","message":"no answer"}}', 'warning: waits no answer'],
    ['{"level":40,"msg":"waits","error":"Error"}', 'warning: waits'],
    ['TypeError: x is not a function', 'TypeError: x is not a function'],
    ['    at file.js:1:1', undefined],
    ['{cut', undefined],
  ])('shows of %s: %s', (line, shown) => {
    expect(notable(line)).toBe(shown);
  });

  it('keeps all lines, whole also where they come in pieces, in files of bounded size', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kroniek-journal-'));
    try {
      const shown: string[] = [];
      const file = join(folder, 'api.log');
      const journal = new Journal(file, (line) => shown.push(line));
      const stream = new PassThrough();
      journal.follow(stream);
      stream.write('{"level":50,"ms');
      stream.write('g":"one"}\n{"level":50,"msg":"one"}\n');
      const filler = `${'x'.repeat(999_999)}\n`;
      for (let i = 0; i < 12; i += 1) stream.write(filler);
      stream.end('{"level":40,"msg":"two"}\n');
      await new Promise((resolve) => stream.once('end', resolve));
      journal.close();
      expect(shown).toEqual(['error: one', 'warning: two']);
      expect(readdirSync(folder).sort()).toEqual(['api.log', 'api.log.1']);
      expect(statSync(file).size + statSync(`${file}.1`).size).toBeLessThan(13_000_000);
      expect(readFileSync(file, 'utf8')).toContain('"two"');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
