import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Position } from '../kernel/index.js';
import { type ProposedEvent, tooLarge } from './envelope.js';
import { StoreRefused, StoreUnavailable, WrongRevision } from './errors.js';
import type { Writer } from './log-writer.js';
import { PortWriter, serveWriter } from './writer-port.js';

const event: ProposedEvent = { id: 'e', type: 'NoteTaken', data: '{"n":"ü"}', metadata: '{"schema":1}' };

/** Answers each append when it is told to. */
class Log implements Pick<Writer, 'append'> {
  readonly asked: [string, number | null, readonly ProposedEvent[]][] = [];
  answer: (stream: string) => Promise<Position> = () => Promise.resolve(0n);

  append(stream: string, revision: number | null, events: readonly ProposedEvent[]): Promise<Position> {
    this.asked.push([stream, revision, events]);
    return this.answer(stream);
  }
}

let channel: MessageChannel;
let log: Log;
let writer: PortWriter;

beforeEach(() => {
  channel = new MessageChannel();
  log = new Log();
  serveWriter(channel.port1, log);
  writer = new PortWriter(channel.port2);
});

afterEach(() => {
  channel.port1.close();
  channel.port2.close();
});

it('appends in the other thread what it is given, and tells the position', async () => {
  log.answer = () => Promise.resolve(2n ** 60n);
  expect(await writer.append('note-1', null, [event, event])).toBe(2n ** 60n);
  await writer.append('note-1', 4, [event]);
  expect(log.asked).toEqual([
    ['note-1', null, [event, event]],
    ['note-1', 4, [event]],
  ]);
});

it('answers each append by itself, in whatever order they are done', async () => {
  const answers = new Map<string, (position: Position) => void>();
  log.answer = (stream) => new Promise((resolve) => answers.set(stream, resolve));
  const [one, two] = [writer.append('note-1', 0, [event]), writer.append('note-2', 0, [event])];
  while (answers.size < 2) await new Promise((resume) => setImmediate(resume));
  answers.get('note-2')?.(2n);
  expect(await two).toBe(2n);
  answers.get('note-1')?.(1n);
  expect(await one).toBe(1n);
});

it('sends appends that come together in few messages, and the first of them ahead', async () => {
  let messages = 0;
  channel.port1.on('message', () => (messages += 1));
  await Promise.all(Array.from({ length: 50 }, (_, n) => writer.append(`note-${String(n)}`, null, [event])));
  expect(log.asked).toHaveLength(50);
  expect(messages).toBe(7);
});

it.each([
  new WrongRevision('note-1', 7),
  new StoreUnavailable('appending to note-1', 'timeout'),
  new StoreRefused('appending to note-1', 'stream-deleted'),
  tooLarge(),
])('fails as the log does: $name', async (error) => {
  log.answer = () => Promise.reject(error);
  const failed: unknown = await writer.append('note-1', 7, [event]).catch((found: unknown) => found);
  expect(failed).toBeInstanceOf(error.constructor);
  expect(failed).toEqual(error);
  expect(Object.entries(failed as object)).toEqual(Object.entries(error));
});

it('leaves nobody waiting who appends while it closes, or later', async () => {
  log.answer = () => new Promise(() => undefined);
  const waiting = writer.append('note-1', null, [event]);
  const closed = writer.close();
  await expect(waiting).rejects.toMatchObject({ name: 'StoreUnavailable', code: 'connection-lost' });
  await closed;
  await expect(writer.append('note-1', null, [event])).rejects.toMatchObject({ code: 'connection-lost' });
});
