import { describe, expect, it } from '@jest/globals';
import type { Expected } from '../protocol/requests.js';
import { type Known, judge, judgeDeletion } from './append-rules.js';
import { type Head, NOT_TRUNCATED, NO_HEAD } from './heads.js';

const at = (revision: number, more: Partial<Head> = {}): Head => ({ ...NO_HEAD, revision, position: 100, ...more });
const softDeleted = { ...NOT_TRUNCATED, before: Infinity, softDeleted: true };

/** A stream that holds the ids a, b, c, … at its revisions. */
async function verdict(head: Head, expected: Expected, ...ids: string[]): Promise<string> {
  const written: Known[] = ['a', 'b', 'c']
    .slice(0, head.revision + 1)
    .map((id, revision) => ({ id, revision, position: revision }));
  const { kind } = await judge(
    head,
    expected,
    ids,
    (id) => written.find((known) => known.id === id),
    async (from, count) => written.slice(from, from + count),
  );
  return kind;
}

describe('an append', () => {
  it.each<[string, Head, Expected, string[], string]>([
    ['new events, any', at(2), 'any', ['x'], 'write'],
    ['known events, any', at(2), 'any', ['a', 'b'], 'already'],
    ['known, then new, any', at(2), 'any', ['a', 'x'], 'wrong-version'],
    ['new, then known, any', at(2), 'any', ['x', 'a'], 'write'],
    ['no events at all', at(2), 'any', [], 'write'],
    ['an existing stream', at(2), 'stream_exists', ['x'], 'write'],
    ['a missing stream, expected to exist', at(-1), 'stream_exists', ['x'], 'wrong-version'],
    ['metadata alone, expected to exist', at(-1, { hasMetadata: true }), 'stream_exists', ['x'], 'write'],
    ['soft-deleted, expected to exist', at(2, { truncation: softDeleted }), 'stream_exists', ['x'], 'deleted'],
    ['a missing stream, none expected', at(-1), 'no_stream', ['x'], 'write'],
    ['an existing stream, none expected', at(2), 'no_stream', ['x'], 'wrong-version'],
    ['its first events, none expected', at(2), 'no_stream', ['a', 'b'], 'already'],
    ['its first, then another, none expected', at(2), 'no_stream', ['a', 'x'], 'wrong-version'],
    ['more than it has, none expected', at(2), 'no_stream', ['a', 'b', 'c', 'x'], 'wrong-version'],
    ['soft-deleted, none expected', at(2, { truncation: softDeleted }), 'no_stream', ['x'], 'write'],
    ['the current revision', at(2), 2, ['x'], 'write'],
    ['one below, the same events', at(2), 1, ['c'], 'already'],
    ['one below, other events', at(2), 1, ['x'], 'wrong-version'],
    ['one below, soft-deleted', at(2, { truncation: softDeleted }), 1, ['x'], 'wrong-version'],
    ['one above', at(2), 3, ['x'], 'wrong-version'],
    ['a tombstone', at(2, { tombstoned: true }), 'any', ['a'], 'deleted'],
  ])('to %s', async (_case, head, expected, ids, outcome) => {
    expect(await verdict(head, expected, ...ids)).toBe(outcome);
  });
});

describe('a deletion', () => {
  it.each<[string, Head, Expected, boolean, string]>([
    ['what is there', at(2), 'any', false, 'write'],
    ['nothing', at(-1), 'any', false, 'wrong-version'],
    ['nothing, for good', at(-1), 'any', true, 'write'],
    ['metadata alone', at(-1, { hasMetadata: true }), 'no_stream', false, 'write'],
    ['a stream, none expected', at(2), 'no_stream', false, 'wrong-version'],
    ['the current revision', at(2), 2, true, 'write'],
    ['another revision', at(2), 1, true, 'wrong-version'],
    ['a tombstone', at(2, { tombstoned: true }), 'any', true, 'deleted'],
    ['an existing stream that is soft-deleted', at(2, { truncation: softDeleted }), 'stream_exists', false, 'deleted'],
  ])('of %s', (_case, head, expected, hard, outcome) => {
    expect(judgeDeletion(head, expected, hard).kind).toBe(outcome);
  });
});
