import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { generatedPages, howToGenerate } from './generate/pages.js';

const pages = await generatedPages();

it.each([...pages])(`%s is what the code says; if not: ${howToGenerate}`, async (path, text) => {
  const written = await readFile(path, 'utf8').catch(() => '');
  // Two pages side by side would bury what is to be done.
  if (written !== text) throw new Error(`${path} is stale: run ${howToGenerate}.`);
  expect(text).not.toBe('');
});
