import { expect, it } from '@jest/globals';
import { run } from './child.js';

const found = (output: string): unknown => JSON.parse(output.trim().split('\n').at(-1) ?? '');

it('a connection that breaks under load ends no process and loses no append (fault 5)', async () => {
  const { code, output } = await run('./under-load.script.ts', 'cutUnderLoad');
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
  expect(found(output)).toMatchObject({ fulfilled: 300, kept: 301 });
  // The client did raise them; otherwise this tests nothing.
  expect((found(output) as { echoes: number }).echoes).toBeGreaterThan(0);
});

it("one client's failure harms neither another's appends nor the process (fault 3)", async () => {
  const { code, output } = await run('./under-load.script.ts', 'twoClients');
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
  // Repeated: the failure did reach the other's append; otherwise this tests nothing.
  expect(found(output)).toEqual({ revisions: [0, 0], kept: 4, repeated: true });
});

it('any other unhandled rejection still ends the process', async () => {
  const { code, output } = await run('./under-load.script.ts', 'ownRejection');
  expect(code).not.toBe(0);
  expect(output).toContain('not handled by anybody');
  expect(output).not.toContain('alive');
});
