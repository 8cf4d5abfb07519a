import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ApiAddress } from '../client.js';
import { Complaint } from '../complaint.js';
import { type Progress, progressBar } from '../progress.js';
import { knownCommands } from './commands.js';
import { type Mapping, readMapping } from './mapping.js';
import { MappingError } from './problems.js';
import { importFolder, type ImportProgress, type ImportReport } from './run.js';

export interface TerminalImport {
  /** Path of the mapping file. */
  readonly mapping: string;
  readonly folder: string;
  /** Left out: a dry run. */
  readonly api: ApiAddress | undefined;
  /** The CSV that refused rows are written to. */
  readonly refused: string;
}

/**
 * Imports with a progress bar and a report. Ctrl-C waits for the answers to what was sent, a second one does not.
 *
 * @returns the exit code: 0 all accepted, 1 some refused, 130 stopped
 */
export async function importFromTerminal({ mapping: path, folder, api, refused }: TerminalImport): Promise<number> {
  const stop = new AbortController();
  const interrupted = (): void => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
    console.error('\nStopping when what was sent is answered; Ctrl-C again stops at once.');
  };
  process.on('SIGINT', interrupted);
  const begun = Date.now();
  let bar: Progress | undefined;
  const shown = ({ file, bytes, totalBytes, report }: ImportProgress): void => {
    bar ??= progressBar(totalBytes);
    const seconds = Math.max((Date.now() - begun) / 1000, 0.001);
    bar.show(bytes, `${file} | ${figure(report.rows)} rows | ${figure(report.rows / seconds)} rows/s`);
  };
  try {
    const mapping = await loadMapping(path);
    const log = (message: string): void => (bar ? bar.say(message) : console.error(message));
    const options = { mapping, folder, api, refusedFile: refused, signal: stop.signal, onProgress: shown, log };
    const report = await importFolder(options);
    bar?.stop();
    console.log(summary(report, { dry: api === undefined, seconds: (Date.now() - begun) / 1000, refused }));
    if (report.stopped) return 130;
    return report.refused > 0 ? 1 : 0;
  } catch (error) {
    throw error instanceof MappingError ? unusable(path, error) : error;
  } finally {
    bar?.stop();
    process.off('SIGINT', interrupted);
  }
}

async function loadMapping(path: string): Promise<Mapping> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new Complaint(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return readMapping(text, knownCommands);
}

const unusable = (path: string, { message }: MappingError): Complaint =>
  new Complaint(`${basename(path)} cannot be used:\n${message.replace(/^/gm, '  ')}`);

/** The report at the end. */
export function summary(
  report: ImportReport,
  { dry, seconds, refused }: { dry: boolean; seconds: number; refused: string },
): string {
  const lines: [string, number][] = dry
    ? [
        ['rows read', report.rows],
        ['commands checked', report.commands],
      ]
    : [
        ['rows read', report.rows],
        ['commands sent', report.commands],
        ['new', report.added],
        ['already there', report.alreadyThere],
      ];
  const table = [...lines, ['refused', report.refused] as const].map(
    ([name, count]) => `${name.padEnd(18)}${figure(count).padStart(12)}`,
  );
  const where = report.refused > 0 ? [`The refused ones stand with their reasons in ${refused}.`] : [];
  const end = report.stopped
    ? ['Stopped before the end. Run it again to go on: what is there is not added twice.']
    : [`${dry ? 'Dry run: nothing was sent. ' : ''}Done in ${seconds.toFixed(1)} s.`];
  return [...table, ...where, ...end].join('\n');
}

const figure = (count: number): string => Math.round(count).toLocaleString('en');
