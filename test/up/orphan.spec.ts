import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

describe('a server process whose supervisor is gone', () => {
  it('ends, though nobody reads what it still says', async () => {
    const module = join(process.env['KRONIEK_DIST'] ?? 'dist', 'test/up/last-words-child.js');
    const child = fork(module, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
    await once(child, 'message');
    const ended = once(child, 'exit');
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });
});
