import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureProcessTables, ProcessRunner, statusOfProcesses } from '../../libs/cqrs/index.js';
import { declareAskingProcess, declareEvents, declareProcess, type EventShape } from '../../libs/kernel/index.js';
import { type Database, openDatabase } from '../../libs/read-model/index.js';
import { throwAwayDatabase, type ThrowAwayDatabase } from '../../libs/testing/database.js';
import { happened, MemoryLog, recorded } from '../../libs/testing/projection.js';

interface BellEvents {
  BellRung: EventShape<{ readonly times: number }>;
}

const bells = declareEvents<BellEvents>('bell', { BellRung: { says: 'A bell was rung.' } });
const rung = (times: number) => happened<BellEvents>()('bell-1', 'BellRung', '2026-03-01T12:00:00.000Z', { times });

let throwAway: ThrowAwayDatabase;
let database: Database;

beforeAll(async () => {
  throwAway = await throwAwayDatabase();
  database = openDatabase(throwAway.url);
  await ensureProcessTables(database.db);
});

afterAll(async () => {
  await database.close();
  await throwAway.drop();
});

describe('A process that asks', () => {
  it('is not waited for by the others while it has no answer', async () => {
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const asking = declareAskingProcess(bells)('ask-first', 'BellRung', async function* ({ data }) {
      await answered;
      yield { asked: data.times };
    });
    const other = declareProcess(bells)('answer-at-once', { BellRung: ({ data }) => [{ heard: data.times }] });
    const issued: object[] = [];
    const executor = {
      execute: ({ command }: { readonly command: object }) => {
        issued.push(command);
        return Promise.resolve({ stream: 's', revision: 0, position: '0', events: [] });
      },
    };
    const log = new MemoryLog(recorded([rung(1)]));
    const ending = new AbortController();
    const running = new ProcessRunner(database.db, log, executor, () => undefined).run([asking, other], ending.signal);
    try {
      await reached(other.name, 7n);
      log.record(recorded([rung(2)], [...log.events]));
      await reached(other.name, 14n);
      expect(issued).toEqual([{ heard: 1 }, { heard: 2 }]);
      answer();
      await reached(asking.name, 14n);
      expect(issued).toEqual([{ heard: 1 }, { heard: 2 }, { asked: 1 }, { asked: 2 }]);
    } finally {
      ending.abort();
      answer();
      await running;
    }
  });
});

/** Until the process has heard everything up to a position. */
async function reached(name: string, position: bigint): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const [status] = await statusOfProcesses(database.db, [{ name }]);
    if (BigInt(status?.position ?? -1) >= position) return;
    await sleep(10);
  }
  throw new Error(`${name} does not come to ${String(position)}.`);
}
