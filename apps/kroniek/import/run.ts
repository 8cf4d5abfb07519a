import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { askApi } from '../api-client.js';
import { type ApiAddress, isAccepted, type LineProblem } from '../client.js';
import { Complaint } from '../complaint.js';
import { deliver } from '../delivery.js';
import { DryRun } from './commands.js';
import { readHeader, readRows } from './csv.js';
import type { Mapping, Step } from './mapping.js';
import { Problems, RowRefused } from './problems.js';
import { type Refused, RefusedRows } from './refused.js';
import { type HeaderPlaces, placesIn, type Source } from './source.js';
import { loadTables } from './tables.js';
import { type ImportedCommand, translateOnce, translateRow } from './translate.js';

export interface ImportOptions {
  readonly mapping: Mapping;
  readonly folder: string;
  /** Where the commands go; left out: a dry run, everything is checked here and nothing is sent. */
  readonly api?: ApiAddress | undefined;
  /** The CSV that refused rows are written to. */
  readonly refusedFile: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly log?: (message: string) => void;
}

export interface ImportProgress {
  readonly file: string;
  /** Bytes of the files read, and of all files. */
  readonly bytes: number;
  readonly totalBytes: number;
  readonly report: ImportReport;
}

export interface ImportReport {
  /** Rows of the files that were read. */
  readonly rows: number;
  /** Commands that were sent; in a dry run, those that would be. */
  readonly commands: number;
  /** Commands that added something now. */
  readonly added: number;
  /** Commands that had been carried out before. */
  readonly alreadyThere: number;
  /** Refused rows and commands. */
  readonly refused: number;
  /** It was stopped before the end. */
  readonly stopped: boolean;
}

type Counts = { -readonly [K in keyof ImportReport]: ImportReport[K] };

/**
 * Imports a folder of CSV files. Steps run one after the other; within a step rows stream through, with a bounded
 * number under way. A row that is refused goes to the refused file and the others go on.
 *
 * @throws MappingError when the mapping does not fit the files, before anything is sent
 */
export async function importFolder(options: ImportOptions): Promise<ImportReport> {
  const { mapping, folder, api, signal } = options;
  const headers = await readHeaders(mapping, folder);
  const placesOf = (source: Source): HeaderPlaces => headers.get(source) ?? { header: [], places: new Map() };
  await loadTables(folder, mapping.tables.values(), placesOf);
  const sizes = await Promise.all(mapping.steps.map(({ source }) => sizeOf(folder, source)));
  const columns = new Set(mapping.steps.flatMap(({ source }) => (source ? placesOf(source).header : [])));

  const counts: Counts = { rows: 0, commands: 0, added: 0, alreadyThere: 0, refused: 0, stopped: false };
  const refused = new RefusedRows(options.refusedFile, [...columns]);
  const turnDown = async (at: Step, entry: Omit<Refused, 'file' | 'row'>, fields: readonly string[]): Promise<void> => {
    const header = at.source ? placesOf(at.source).header : [];
    const row = Object.fromEntries(header.map((name, place) => [name, fields[place] ?? '']));
    counts.refused++;
    await refused.add({ ...entry, file: at.name, row });
  };
  const before = api && (await positionNow(api));
  const dryRun = new DryRun();
  let done = 0;
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);

  async function* commandsOf(step: Step): AsyncGenerator<ImportedCommand> {
    if (!step.source) {
      yield* translateOnce(mapping, step);
      return;
    }
    const places = placesOf(step.source);
    for await (const row of readRows(join(folder, step.source.file), step.source.format, places.header.length)) {
      if (signal?.aborted) return;
      counts.rows++;
      options.onProgress?.({ file: step.name, bytes: done + row.bytes, totalBytes, report: { ...counts } });
      try {
        yield* translateRow(mapping, step, places, row);
      } catch (error) {
        if (!(error instanceof RowRefused)) throw error;
        await turnDown(step, { line: row.line, command: '', code: error.code, reason: error.message }, row.fields);
      }
    }
  }

  try {
    for (const [index, step] of mapping.steps.entries()) {
      const toRefused = (line: ImportedCommand, code: string, reason: string): Promise<void> =>
        turnDown(step, { line: line.row.line, command: line.command, code, reason }, line.row.fields);
      if (api) {
        await deliver(api, commandsOf(step), {
          ...options,
          onAnswer: async (line, answer) => {
            counts.commands++;
            if (!isAccepted(answer)) await toRefused(line, answer.code, reasonOf(answer));
            else if (isNew(answer, before)) counts.added++;
            else counts.alreadyThere++;
          },
        });
      } else await checkAll(dryRun, commandsOf(step), counts, toRefused);
      if (signal?.aborted) break;
      done += sizes[index] ?? 0;
    }
  } finally {
    await refused.close();
  }
  return { ...counts, stopped: signal?.aborted ?? false };
}

async function checkAll(
  dryRun: DryRun,
  commands: AsyncIterable<ImportedCommand>,
  counts: Counts,
  toRefused: (line: ImportedCommand, code: string, reason: string) => Promise<void>,
): Promise<void> {
  for await (const line of commands) {
    counts.commands++;
    try {
      dryRun.check(line);
    } catch (error) {
      if (!(error instanceof RowRefused)) throw error;
      await toRefused(line, error.code, error.message);
    }
  }
}

/** Finds the columns of all files; a mapping that does not fit is told before anything is done. */
async function readHeaders(mapping: Mapping, folder: string): Promise<Map<Source, HeaderPlaces>> {
  const problems = new Problems();
  const found = new Map<Source, HeaderPlaces>();
  const sources = [...mapping.tables.values(), ...mapping.steps.flatMap(({ source }) => source ?? [])];
  for (const source of sources) {
    try {
      found.set(source, placesIn(source, await readHeader(join(folder, source.file), source.format), problems));
    } catch (error) {
      const missing = (error as { code?: unknown }).code === 'ENOENT';
      problems.add(
        `${source.path}.file`,
        missing ? `There is no ${source.file} in ${folder}.` : (error as Error).message,
      );
    }
  }
  problems.throwIfAny();
  return found;
}

const sizeOf = async (folder: string, source: Source | undefined): Promise<number> =>
  source ? (await stat(join(folder, source.file))).size : 0;

/** Up to where the log was known before: what stands behind it is new. */
async function positionNow(api: ApiAddress): Promise<bigint | undefined> {
  try {
    const { projections = [] } = (await askApi(api, 'GET', '/v1/status')) as {
      projections?: readonly { position: string | null; head?: string | null }[];
    };
    const positions = projections.flatMap(({ position, head }) => [position, head]);
    const known = positions.filter((position) => typeof position === 'string');
    return known.map(BigInt).reduce((a, b) => (a > b ? a : b), -1n);
  } catch (error) {
    // A key that may import need not see the status.
    if (error instanceof Complaint) return undefined;
    throw error;
  }
}

const isNew = ({ events, position }: { events: readonly unknown[]; position: string }, before: bigint | undefined) =>
  events.length > 0 && (before === undefined || BigInt(position) > before);

function reasonOf({ title, detail, errors }: LineProblem): string {
  const fields = (errors ?? []).map(({ path, message }) =>
    message.startsWith(path) ? message : `${path}: ${message}`,
  );
  return [detail ?? title ?? 'Refused without a reason.', ...fields].join(' ');
}
