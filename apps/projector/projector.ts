import { setMaxListeners } from 'node:events';
import { CustomerSegments, ensureProcessTables, ManagerRunner, ProcessRunner } from '../../libs/cqrs/index.js';
import { domainCatalogue, processManagers } from '../../libs/domain/index.js';
import { PortFeed, type Port } from '../../libs/event-log/index.js';
import { runProjections, sharedFeed, type Projection } from '../../libs/read-model/index.js';
import { projections } from '../../projections/index.js';
import { openEngine, type EngineSettings } from '../engine.js';
import { segmentStays } from '../segment-stays.js';

export interface RunningProjector {
  stop(): Promise<void>;
}

export interface ProjectorSettings extends EngineSettings {
  /** All of them, where left out. */
  readonly readModels?: readonly Projection[];
  /** The thread that reads the log; where left out, the projector does it itself. */
  readonly reading?: Port;
}

/** Starts what runs on the log: read models and processes. It goes on until it is stopped, whatever comes and goes. */
export async function startProjector({
  readModels = projections,
  reading,
  ...settings
}: ProjectorSettings): Promise<RunningProjector> {
  const engine = await openEngine(settings);
  const { database, eventLog, executor, streams, clock, processes, log } = engine;
  await ensureProcessTables(database.db);
  const events = reading ? new PortFeed(reading) : eventLog;
  const ending = new AbortController();
  const { signal } = ending;
  // Every read model and process waits for it.
  setMaxListeners(0, signal);
  const feed = sharedFeed({
    feed: { head: () => eventLog.head(), follow: (after, options) => events.follow(after, options) },
    types: [...domainCatalogue.keys()],
    signal,
  });
  const runner = new ProcessRunner(database.db, feed, executor, log);
  const managers = new ManagerRunner({ db: database.db, feed, executor, clock, log });
  const stays = segmentStays(database, eventLog);
  const segments = new CustomerSegments({ db: database.db, stays, streams, executor, clock, log });
  const running = Promise.all([
    runProjections({ feed, database, projections: readModels, signal, log }),
    runner.run(processes, signal),
    managers.run(processManagers, signal),
    segments.run(signal),
  ]);
  // It ends when it is told to; else something is wrong that a fresh start may mend.
  running.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return {
    stop: async () => {
      ending.abort();
      await running.catch(() => undefined);
      await engine.close();
    },
  };
}
