import { processManagers } from '../../../libs/domain/index.js';
import { customerSegments, statusOfProcesses, type ProcessStatus } from '../../../libs/cqrs/index.js';
import { statusOf, type ProjectionStatus } from '../../../libs/read-model/index.js';
import { projections } from '../../../projections/index.js';
import type { Engine } from '../../engine.js';

/** How everything that runs on the log stands. */
export interface EngineStatus {
  readonly projections: readonly ProjectionStatus[];
  readonly processes: readonly ProcessStatus[];
}

export interface Readiness {
  readonly status: 'ok' | 'unavailable';
  readonly eventStore: 'ok' | 'unavailable';
  readonly database: 'ok' | 'unavailable';
  /** Projections that stand still, with the event that they cannot take. */
  readonly stopped: readonly { readonly projection: string; readonly event: object }[];
}

export class Health {
  constructor(private readonly engine: Engine) {}

  async status(): Promise<EngineStatus> {
    const { database, eventLog, processes } = this.engine;
    const [ofProjections, ofProcesses] = await Promise.all([
      statusOf(database, projections, eventLog),
      statusOfProcesses(database.db, [...processes, ...processManagers, customerSegments]),
    ]);
    return { projections: ofProjections, processes: ofProcesses };
  }

  async readiness(): Promise<Readiness> {
    const { database, eventLog } = this.engine;
    const answers = (work: Promise<unknown>): Promise<'ok' | 'unavailable'> =>
      work.then(
        () => 'ok',
        () => 'unavailable',
      );
    const [store, sql] = await Promise.all([answers(eventLog.ready()), answers(database.pool.query('select 1'))]);
    const standing = store === 'ok' && sql === 'ok' ? await statusOf(database, projections, eventLog) : [];
    const stopped = standing.flatMap(({ name, error }) => (error ? [{ projection: name, event: error }] : []));
    const ok = store === 'ok' && sql === 'ok' && stopped.length === 0;
    return { status: ok ? 'ok' : 'unavailable', eventStore: store, database: sql, stopped };
  }
}
