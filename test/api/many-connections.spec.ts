import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Product, startProduct } from '../../libs/testing/product.js';

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});

afterAll(() => product.stop());

/** The status line of the answer over a connection of its own. */
const asked = (url: URL): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(url.port) });
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      resolve(chunk.toString('latin1').split('\r\n')[0] ?? '');
      socket.destroy();
    });
    socket.write('GET /health/live HTTP/1.1\r\nhost: kroniek\r\n\r\n');
  });

/** Connections that the kernel had no room for; with the next data the caller is told that there is none. */
async function turnedAway(): Promise<number> {
  const [names = '', values = ''] = (await readFile('/proc/net/netstat', 'utf8')).split('\n');
  return Number(values.split(' ')[names.split(' ').indexOf('ListenOverflows')]);
}

it('keeps callers waiting who all connect while it is busy, rather than turning them away', async () => {
  const url = new URL(product.url);
  const before = await turnedAway();
  const callers = Array.from({ length: 1_500 }, () => asked(url));
  await new Promise((resume) => process.nextTick(resume));
  // This process is the API too: the kernel takes the connections, and nobody looks at them meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  expect(new Set(await Promise.all(callers))).toEqual(new Set(['HTTP/1.1 200 OK']));
  expect((await turnedAway()) - before).toBe(0);
});
