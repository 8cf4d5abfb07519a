import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';

/** Lines without their indentation, so that an excerpt may stand in a list. */
const plain = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n');

/** The code blocks of a page that name the file they are taken from. */
const excerptsOf = (page: string): { file: string; code: string }[] =>
  [...page.matchAll(/<!-- (\S+\.ts) -->\s+```ts\n([\s\S]*?)```/g)].map(([, file = '', code = '']) => ({ file, code }));

const pages = (await readdir('docs')).filter((name) => name.endsWith('.md'));

describe('the documentation', () => {
  it.each(pages)('docs/%s shows code as it is', async (name) => {
    for (const { file, code } of excerptsOf(await readFile(`docs/${name}`, 'utf8'))) {
      expect(plain(await readFile(file, 'utf8'))).toContain(plain(code));
    }
  });

  it('shows how a command, an event, a projection and a process are added', async () => {
    const shown = excerptsOf(await readFile('docs/extending.md', 'utf8')).map(({ file }) => file);
    for (const part of ['.commands.ts', '.events.ts', '.spec.ts', 'projections/index.ts', 'processes/']) {
      expect(shown.some((file) => file.includes(part))).toBe(true);
    }
  });

  it('links only to pages that exist', async () => {
    for (const name of ['README.md', ...pages.map((page) => `docs/${page}`)]) {
      const folder = name.includes('/') ? 'docs/' : '';
      const text = await readFile(name, 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
        await expect(readFile(`${folder}${target}`).catch(() => readdir(`${folder}${target}`))).resolves.toBeDefined();
      }
    }
  });
});
