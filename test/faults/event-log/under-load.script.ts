import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type NoteLog, byCommand, newStream, openNotes, taken } from './notes.js';
import { ScriptedStore } from './scripted-store.js';
import { Wire } from './wire.js';

/** Runs in a process of its own, in which an unhandled rejection is deadly. What it prints last is what it found. */
const [scene] = process.argv.slice(2);
const store = await ScriptedStore.start();
const wire = await Wire.to(store.url);

/** Large enough that the client has much to write when the connection breaks. */
const large = () => ({ type: 'NoteTaken', data: { n: 1, id: randomUUID(), text: 'x'.repeat(20_000) } });

async function cutUnderLoad({ log, reported }: NoteLog): Promise<object> {
  await log.append(newStream(), null, [taken(0)], byCommand());
  wire.freeze();
  const appends = Array.from({ length: 300 }, () => log.append(newStream(), null, [large()], byCommand()));
  await sleep(100);
  wire.thaw();
  wire.cut();
  const settled = await Promise.allSettled(appends);
  const echoes = reported.filter((line) => line.includes('echo')).length;
  return { fulfilled: settled.filter(({ status }) => status === 'fulfilled').length, kept: store.log.length, echoes };
}

/** The client keeps the pending appends of all instances in one map: an error of one rejects those of the other. */
async function twoClients({ log }: NoteLog): Promise<object> {
  const other = await openNotes(store.url, 2_000);
  await log.append(newStream(), null, [taken(0)], byCommand());
  await other.log.append(newStream(), null, [taken(0)], byCommand());
  const slow = newStream();
  const held: (() => void)[] = [];
  store.delay = ({ stream }) => (stream === slow ? new Promise((resolve) => held.push(resolve)) : undefined);
  const late = log.append(slow, null, [taken(1)], byCommand());
  while (held.length === 0) await sleep(5);
  const broken = newStream();
  let breaks = 1;
  store.fate = ({ stream }) => (stream === broken && breaks-- > 0 ? 'error' : 'answer');
  const rejected = other.log.append(broken, null, [taken(1)], byCommand());
  // The error is on its way back once the store has decided on it.
  while (breaks > 0) await sleep(5);
  await sleep(150);
  held.forEach((release) => release());
  store.delay = () => undefined;
  const heads = await Promise.all([late, rejected]);
  await other.close();
  const repeated = store.arrived.filter(({ stream }) => stream === slow).length > 1;
  return { revisions: heads.map(({ head }) => head.revision), kept: store.log.length, repeated };
}

async function ownRejection(): Promise<object> {
  void Promise.reject(new Error('not handled by anybody'));
  await sleep(1_000);
  return { alive: true };
}

const scenes: Readonly<Record<string, (notes: NoteLog) => Promise<object>>> = {
  cutUnderLoad,
  twoClients,
  ownRejection,
};
const notes = await openNotes(wire.url, 1_000);
const found = await scenes[scene ?? '']?.(notes);
await notes.close();
await wire.close();
store.stop();
process.stdout.write(`\n${JSON.stringify(found)}\n`);
