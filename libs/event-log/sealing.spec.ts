import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { close, disclose, freshBytes, secretKey } from './sealing.js';

const key = secretKey(randomBytes(32));
const plain = Buffer.from('Ada Lovelace');

it('discloses what it closed', () => {
  expect(disclose(key, 'person-1', close(key, 'person-1', plain))).toEqual(plain);
  expect(close(key, 'person-1', plain)).not.toEqual(close(key, 'person-1', plain));
});

it('discloses nothing under another name, with another key or after a change', () => {
  const closed = close(key, 'person-1', plain);
  expect(() => disclose(key, 'person-2', closed)).toThrow();
  expect(() => disclose(secretKey(randomBytes(32)), 'person-1', closed)).toThrow();
  for (let at = 0; at < closed.length; at += 1) {
    const changed = Buffer.from(closed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => disclose(key, 'person-1', changed)).toThrow();
  }
  expect(() => disclose(key, 'person-1', closed.subarray(0, 10))).toThrow();
});

it('takes keys of 32 bytes only', () => {
  expect(() => secretKey(randomBytes(16))).toThrow('32 bytes');
});

it('gives out no random bytes twice, and none that were not drawn', () => {
  const drawn = Array.from({ length: 2_000 }, (_, index) => freshBytes(index % 2 ? 12 : 32));
  expect(drawn.map(({ length }) => length)).toEqual(drawn.map((_, index) => (index % 2 ? 12 : 32)));
  expect(new Set(drawn.map((bytes) => bytes.subarray(0, 12).toString('hex'))).size).toBe(drawn.length);
  expect(drawn.filter((bytes) => bytes.every((byte) => byte === 0))).toEqual([]);
});
