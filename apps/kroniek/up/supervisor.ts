import { join } from 'node:path';
import type { Ready } from '../../child.js';
import type { Settings } from '../../settings.js';
import type { DataFolder } from './data-folder.js';
import { EmbeddedPostgres, databases } from './embedded-postgres.js';
import { Journal } from './journal.js';
import { nodeArguments } from './node-arguments.js';
import { ServerProcess } from './server-process.js';
import { terminal } from './terminal.js';

/** Paths of the modules that run as processes of their own. */
export type Modules = { eventStore: string; projector: string; api: string };

export type Addresses = {
  api: string;
  /** For SQL; undefined beside a PostgreSQL of one's own, where its owner decides who logs in. */
  sql?: string;
  eventStore: string;
  adminKey?: string;
};

/** Milliseconds; all of it stays under the ten seconds that a stop may take. */
const patience = { services: 4_500, eventStore: 2_000, postgres: 2_000 };

/** The tree of processes: PostgreSQL first, then the event store over it, then projector and API. */
export class Supervisor {
  private postgres?: EmbeddedPostgres;
  private eventStore?: ServerProcess;
  private services: ServerProcess[] = [];
  private stopped?: Promise<void>;

  constructor(
    private readonly settings: Settings,
    private readonly folder: DataFolder,
    private readonly modules: Modules,
    /** Called once if something ends that cannot be started again. */
    private readonly fatal: (error: unknown) => void,
  ) {}

  /** @throws Complaint if one of them cannot start; what runs by then is left to stop() */
  async start(): Promise<Addresses> {
    const { settings, folder } = this;
    if (settings.databaseUrl === undefined || settings.eventStoreUrl === undefined) {
      this.postgres = await EmbeddedPostgres.start(folder, this.say('PostgreSQL'));
      terminal.ready('PostgreSQL', `127.0.0.1:${String(this.postgres.port)}`);
      this.postgres.keep(() => this.restartAll()).catch(this.fatal);
    }
    const eventStore = settings.eventStoreUrl ?? (await this.startEventStore());
    const master = settings.masterKey?.toString('base64') ?? folder.masterKey();
    const environment = (): Record<string, string> => ({
      DATABASE_URL: this.databaseUrl(),
      EVENTSTORE_URL: eventStore,
      KRONIEK_MASTER_KEY: master,
      KRONIEK_MASTER_KEY_FILE: '',
      PORT: String(settings.port),
      HOST: settings.host ?? '127.0.0.1',
    });
    const [api] = await this.startServices(environment);
    const { address = settings.url, adminKey } = api;
    const sql = settings.databaseUrl === undefined ? await this.postgres?.urlOfAnalyst() : undefined;
    return {
      api: address,
      eventStore,
      ...(sql === undefined ? {} : { sql }),
      ...(adminKey === undefined ? {} : { adminKey }),
    };
  }

  /** Takes no longer than ten seconds and leaves no process behind. */
  stop(): Promise<void> {
    this.stopped ??= (async () => {
      await Promise.all(this.services.map((service) => service.stop(patience.services)));
      await this.eventStore?.stop(patience.eventStore);
      await this.postgres?.stop(patience.postgres);
    })();
    return this.stopped;
  }

  /** For those who cannot wait: nothing acknowledged is lost, the next start recovers. */
  async kill(): Promise<void> {
    for (const service of [...this.services, this.eventStore]) service?.kill();
    await this.postgres?.stop(0);
  }

  private databaseUrl(): string {
    return this.settings.databaseUrl ?? this.postgres?.url(databases.readModels) ?? '';
  }

  private async startEventStore(): Promise<string> {
    const port = await this.folder.port('event-store');
    const eventStore = this.process('event-store', this.modules.eventStore, nodeArguments.eventStore, () => ({
      DATABASE_URL: this.postgres?.url(databases.eventStore) ?? '',
      PORT: String(port),
    }));
    this.eventStore = eventStore;
    await eventStore.start();
    terminal.ready('EventStoreDB', `127.0.0.1:${String(port)}`);
    return `esdb://127.0.0.1:${String(port)}?tls=false`;
  }

  private async startServices(environment: () => Record<string, string>): Promise<[api: Ready]> {
    const projector = this.process('projector', this.modules.projector, nodeArguments.projector, environment);
    const api = this.process('api', this.modules.api, nodeArguments.api, environment);
    this.services = [projector, api];
    const [, ready] = await Promise.all([
      projector.start().then(() => terminal.ready('Projector')),
      api.start().then((said) => {
        terminal.ready('API', said.address);
        return said;
      }),
    ]);
    return [ready];
  }

  private process(
    name: string,
    module: string,
    told: readonly string[],
    environment: () => Record<string, string>,
  ): ServerProcess {
    const say = this.say(name);
    const journal = new Journal(join(this.folder.logs, `${name}.log`), say);
    return new ServerProcess({ name, module, nodeArguments: told, environment }, journal, say);
  }

  /** What processes say about each other's end while all of them are ended goes to their logs alone. */
  private say(name: string): (line: string) => void {
    return (line) => {
      if (this.stopped === undefined) terminal.said(name, line);
    };
  }

  private restartAll(): void {
    for (const service of [this.eventStore, ...this.services]) service?.restart();
  }
}
