import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable, WrongRevision } from '../../../libs/event-log/index.js';
import type { Arrived } from './messages.js';
import { type NoteLog, byCommand, newStream, openNotes, taken } from './notes.js';
import { ScriptedStore } from './scripted-store.js';
import { Wire } from './wire.js';

let store: ScriptedStore;
let wire: Wire;
let notes: NoteLog;

beforeEach(async () => {
  store = await ScriptedStore.start();
  wire = await Wire.to(store.url);
  notes = await openNotes(wire.url);
});

afterEach(async () => {
  await notes.close();
  await wire.close();
  store.stop();
});

const onlyFirst = (fate: 'write-only' | 'ignore' | 'end' | 'error' | 'refuse') => (append: Arrived) =>
  append.nth === 0 ? fate : 'answer';

describe('an append whose outcome is unknown', () => {
  it.each(['ignore', 'end', 'error'] as const)('is repeated identically when it was not written (%s)', async (fate) => {
    store.fate = onlyFirst(fate);
    const stream = newStream();
    const { head } = await notes.log.append(stream, null, [taken(1), taken(2)], byCommand());
    expect(head).toMatchObject({ revision: 1, position: 2n });
    expect(store.arrived).toHaveLength(2);
    expect(store.arrived[1]).toMatchObject({ ids: store.arrived[0]?.ids, expected: store.arrived[0]?.expected });
    expect(store.log).toHaveLength(2);
  });

  it('is found when it was written and its answer was lost (fault 9)', async () => {
    store.fate = onlyFirst('write-only');
    const stream = newStream();
    const { head } = await notes.log.append(stream, null, [taken(1)], byCommand());
    expect(head).toMatchObject({ revision: 0, position: 1n });
    expect(store.log).toHaveLength(1);
    expect((await notes.log.load(stream)).head).toEqual(head);
  });

  it('is found when the store never answers a repetition', async () => {
    store.fate = () => 'write-only';
    const { head } = await notes.log.append(newStream(), null, [taken(1)], byCommand());
    expect(head.revision).toBe(0);
    expect(store.log).toHaveLength(1);
  });

  it('is a wrong revision when somebody else was first', async () => {
    store.fate = onlyFirst('ignore');
    const stream = newStream();
    const append = notes.log.append(stream, null, [taken(1)], byCommand());
    store.keep({ stream, type: 'NoteTaken' });
    await expect(append).rejects.toThrow(new WrongRevision(stream, null));
    expect(store.log).toHaveLength(1);
  });

  it('is unavailable in the end, and may be repeated by the caller', async () => {
    store.fate = () => 'ignore';
    const stream = newStream();
    const context = byCommand();
    await expect(notes.log.append(stream, null, [taken(1)], context)).rejects.toThrow(StoreUnavailable);
    store.fate = () => 'answer';
    const { head } = await notes.log.append(stream, null, [taken(1)], context);
    expect(head.revision).toBe(0);
    expect(new Set(store.arrived.map(({ ids }) => ids.join())).size).toBe(1);
  });
});

describe('the stream of appends', () => {
  it('is replaced at once when the store ends it, for those in flight too (fault 2)', async () => {
    await notes.log.append(newStream(), null, [taken(0)], byCommand());
    const ended = store.arrived.length;
    store.fate = ({ nth }) => (nth < ended + 5 ? 'ignore' : nth === ended + 5 ? 'end' : 'answer');
    const appends = Array.from({ length: 20 }, (_, n) => notes.log.append(newStream(), null, [taken(n)], byCommand()));
    expect((await Promise.all(appends)).every(({ head }) => head.revision === 0)).toBe(true);
    expect(store.log).toHaveLength(21);
  });

  it('lives on when a single answer is missing', async () => {
    const first = newStream();
    store.fate = ({ stream, nth }) => (stream === first && nth < 5 ? 'write-only' : 'answer');
    const missing = notes.log.append(first, null, [taken(0)], byCommand());
    const rest = new AbortController();
    const others = (async () => {
      while (!rest.signal.aborted) await notes.log.append(newStream(), null, [taken(1)], byCommand());
    })();
    expect((await missing).head.revision).toBe(0);
    rest.abort();
    await others;
    expect(notes.reported).toEqual([]);
  });
});

describe('a silent store (fault 1)', () => {
  it('lets no call wait for ever, and is used again when it is back', async () => {
    const stream = newStream();
    const { head } = await notes.log.append(stream, null, [taken(1)], byCommand());
    wire.freeze();
    const silent = await Promise.allSettled([
      notes.log.append(stream, head, [taken(2)], byCommand()),
      notes.log.load(stream),
      notes.log.head(),
      notes.log.ready(),
    ]);
    for (const call of silent) {
      expect(call).toMatchObject({ status: 'rejected', reason: { name: 'StoreUnavailable' } });
    }
    wire.thaw();
    await notes.log.ready();
    const again = await notes.log.append(stream, head, [taken(2)], byCommand());
    expect(again.head.revision).toBe(1);
  });

  it('keeps the outcome of an append that it swallowed', async () => {
    const stream = newStream();
    await notes.log.append(newStream(), null, [taken(0)], byCommand());
    wire.freeze();
    const append = notes.log.append(stream, null, [taken(1)], byCommand());
    setTimeout(() => wire.thaw(), 500);
    expect((await append).head.revision).toBe(0);
    expect((await notes.log.load(stream)).events).toHaveLength(1);
  });
});

describe('what never reaches the client', () => {
  it.each([
    ['a BigInt', 1n, 'bigint'],
    ['what is not a number', Number.NaN, 'not a finite number'],
    ['a function', () => 1, 'function'],
  ])('%s (fault 4)', async (_, n, named) => {
    const append = notes.log.append(newStream(), null, [{ type: 'NoteTaken', data: { n } }], byCommand());
    await expect(append).rejects.toThrow(named);
    expect(store.arrived).toEqual([]);
  });

  it('more than the store takes at once', async () => {
    const data = { n: 1, text: 'x'.repeat(1024 * 1024) };
    const append = notes.log.append(newStream(), null, [{ type: 'NoteTaken', data }], byCommand());
    await expect(append).rejects.toMatchObject({ name: 'Refusal', kind: 'invalid', code: 'EVENT_TOO_LARGE' });
    expect(store.arrived).toEqual([]);
  });

  it('a type that is not declared', async () => {
    const append = notes.log.append(newStream(), null, [{ type: 'NoteBurnt', data: {} }], byCommand());
    await expect(append).rejects.toThrow('NoteBurnt is not declared');
  });
});

it('a wrong revision is never a success (fault 6)', async () => {
  const stream = newStream();
  const { head } = await notes.log.append(stream, null, [taken(1)], byCommand());
  await notes.log.append(stream, head, [taken(2)], byCommand());
  await expect(notes.log.append(stream, head, [taken(3)], byCommand())).rejects.toThrow(new WrongRevision(stream, 0));
  await expect(notes.log.append(stream, null, [taken(3)], byCommand())).rejects.toThrow(
    new WrongRevision(stream, null),
  );
  expect(store.log).toHaveLength(2);
});

it('a refusal of the revision after an unknown outcome is checked against what is there', async () => {
  const stream = newStream();
  store.fate = ({ nth }) => (nth === 0 ? 'error' : nth === 1 ? 'refuse' : 'answer');
  const { head } = await notes.log.append(stream, null, [taken(1)], byCommand());
  expect(head.revision).toBe(0);
});

it('a store whose clock is an hour ahead takes the appends (fault 13)', async () => {
  store.clockAhead = 60 * 60 * 1_000;
  const { head } = await notes.log.append(newStream(), null, [taken(1)], byCommand());
  expect(head.revision).toBe(0);
});

it('the expected revision is the one that the installed client sends', async () => {
  const stream = newStream();
  let { head } = await notes.log.append(stream, null, [taken(1)], byCommand());
  ({ head } = await notes.log.append(stream, head, [taken(2), taken(3)], byCommand()));
  await notes.log.append(stream, head, [taken(4)], byCommand());
  expect(store.arrived.map(({ expected }) => expected)).toEqual([-1, 0, 2]);
});

it('nothing personal is in an error', async () => {
  store.fate = () => 'error';
  const append = notes.log.append(
    newStream(),
    null,
    [{ type: 'NoteTaken', data: { n: 1, secret: 'Ada' } }],
    byCommand(),
  );
  const error: unknown = await append.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreUnavailable);
  expect(JSON.stringify([error, String(error), (error as Error).stack, notes.reported])).not.toContain('Ada');
});
