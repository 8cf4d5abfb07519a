import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listeningProblem } from '../../../libs/embedded/ports.js';
import { InvalidSettings, type Settings } from '../../settings.js';
import { Complaint } from '../complaint.js';
import { DataFolder } from './data-folder.js';
import { refuseSecondSupervisor } from './embedded-postgres.js';
import { loadSampleOnce } from './sample.js';
import { type Addresses, type Modules, Supervisor } from './supervisor.js';
import { terminal } from './terminal.js';

const own = (module: string): string => fileURLToPath(new URL(`../../${module}`, import.meta.url));

const modules: Modules = {
  eventStore: own('kroniek/event-store.js'),
  projector: own('projector/main.js'),
  api: own('api/main.js'),
};

/** Starts everything, says where it is, and runs until a signal comes; then ends this process. */
export async function runUp(settings: Settings, children: Modules = modules): Promise<void> {
  const folder = new DataFolder(settings.data);
  folder.make();
  const embedded = settings.databaseUrl === undefined || settings.eventStoreUrl === undefined;
  const outlived = embedded && (await refuseSecondSupervisor(folder));
  // Processes of a supervisor that was killed need a moment to notice and to give the port back; another start that
  // looks at the port at this instant holds it for less.
  await requirePort(settings.port, outlived ? 5_000 : 300);

  const supervisor = new Supervisor(settings, folder, children, (error) => {
    void giveUp(supervisor, error);
  });
  const stopping = stopOnSignal(supervisor);
  terminal.title('Kroniek');
  try {
    const started = await supervisor.start();
    if (started.adminKey !== undefined) folder.keepFirstKey(started.adminKey);
    const addresses = { ...started, adminKey: started.adminKey ?? folder.firstKey };
    const complete = await loadSampleOnce(settings, folder, addresses, stopping);
    if (stopping.aborted) return;
    summarise(settings, folder, addresses);
    if (complete) folder.forgetFirstKey();
  } catch (error) {
    // What breaks off because it is being stopped is not worth a word.
    if (!stopping.aborted) await giveUp(supervisor, error);
  }
}

/** @throws Complaint that names PORT */
async function requirePort(port: number, patience: number): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    const problem = await portProblem(port);
    if (problem === undefined) return;
    if (problem === 'EACCES') {
      throw new Complaint(
        `This user may not listen on port ${String(port)}: set PORT to one from 1024, for instance PORT=3000.`,
      );
    }
    if (Date.now() >= deadline) {
      throw new Complaint(
        `Port ${String(port)} is taken by another program: set PORT to a free one, for instance PORT=${String(port + 1)}.`,
      );
    }
    await sleep(100);
  }
}

/** A server on one address only leaves the port free on others, where ours would be found half of the time. */
async function portProblem(port: number): Promise<string | undefined> {
  for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
    const problem = await listeningProblem(port, host);
    if (problem === 'EACCES' || problem === 'EADDRINUSE') return problem;
  }
  return undefined;
}

/** @returns aborted once a signal came */
function stopOnSignal(supervisor: Supervisor): AbortSignal {
  const stopping = new AbortController();
  let first = 0;
  let killing = false;
  const onSignal = (): void => {
    if (first === 0) {
      first = Date.now();
      stopping.abort();
      console.log('\n  Stopping …');
      void supervisor.stop().then(
        // The orderly end comes about as well once all is killed; it was not one.
        () => process.exit(killing ? 1 : 0),
        (error: unknown) => giveUp(supervisor, error),
      );
    } else if (Date.now() - first > 1_000) {
      // Not the same Ctrl-C again, which npm passes on to a process that has got it from the terminal already.
      killing = true;
      void supervisor.kill().finally(() => process.exit(1));
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // The reader of our output may be gone before us.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  return stopping.signal;
}

async function giveUp(supervisor: Supervisor, error: unknown): Promise<never> {
  const expected = error instanceof Complaint || error instanceof InvalidSettings;
  terminal.problem(
    error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error),
  );
  await supervisor.stop().catch(() => undefined);
  process.exit(1);
}

function summarise(settings: Settings, folder: DataFolder, { api, sql, eventStore, adminKey }: Addresses): void {
  terminal.facts([
    ['API', api],
    ['Documentation', `${api}/docs`],
    ...(sql === undefined ? [] : [['SQL', sql] as const]),
    ['Events', eventStore],
    ['Data and logs', folder.path],
    ...(adminKey === undefined ? [] : [['Admin key', `${adminKey}   (shown this once: keep it)`] as const]),
  ]);
  const key = adminKey ?? '$KRONIEK_KEY';
  terminal.hint(
    `Try:  curl -H "Authorization: Bearer ${settings.adminKey === undefined ? key : '$KRONIEK_ADMIN_KEY'}" ${api}/v1/pipelines`,
  );
  terminal.hint('Ctrl-C stops everything.\n');
}
