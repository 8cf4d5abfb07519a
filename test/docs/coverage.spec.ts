import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';

const page = await readFile('docs/domain-coverage.md', 'utf8');

/** Each line of a table: a rule, the file, and the title of the spec in it. */
const rows = [...page.matchAll(/^\| (.+?) +\| `(\S+\.spec\.ts)` +\| (.+?) +\|$/gm)].map(
  ([, rule = '', file = '', title = '']) => ({ rule, file, title: title.replaceAll('\\', '') }),
);

describe('docs/domain-coverage.md', () => {
  it('has every line in a form that can be checked', () => {
    const lines = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (rule|-)/.test(line));
    expect(rows.length).toBeGreaterThan(50);
    expect(rows).toHaveLength(lines.length);
  });

  it.each([...new Set(rows.map(({ file }) => file))])('names only specs that are in %s', async (file) => {
    const spec = await readFile(file, 'utf8').catch(() => '');
    const wanted = rows.filter((row) => row.file === file);
    const lost = wanted.filter(
      ({ title }) => ![`'${title}'`, `\`${title}\``, `"${title}"`].some((text) => spec.includes(text)),
    );
    expect(lost).toEqual([]);
  });
});
