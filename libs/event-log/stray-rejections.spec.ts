import { expect, it } from '@jest/globals';
import { isEcho } from './stray-rejections.js';

const from = (error: Error, file: string): Error =>
  Object.assign(error, { stack: `${error.message}\n    at ${file}:21:35` });
const client = '/app/node_modules/@eventstore/db-client/dist/streams/appendToStream/batchAppend.js';

it("knows the client's own errors by where they come from, and takes nothing else for one", () => {
  const broken = Object.assign(new Error('14 UNAVAILABLE'), { code: 14, metadata: {} });
  expect(isEcho(from(broken, client))).toBe(true);
  expect(isEcho(from(new TypeError('undefined is not iterable'), client))).toBe(true);
  expect(isEcho(from(new TypeError('undefined is not iterable'), '/app/dist/apps/api/main.js'))).toBe(false);
  expect(isEcho(from(Object.assign(new Error('14 UNAVAILABLE'), { code: 14, metadata: {} }), '/app/dist/x.js'))).toBe(
    false,
  );
  expect(isEcho(from(new TypeError('Do not know how to serialize a BigInt'), client))).toBe(false);
  expect(isEcho('batchAppend.js')).toBe(false);
});
