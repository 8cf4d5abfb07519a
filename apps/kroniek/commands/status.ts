import Table from 'cli-table3';
import type { Command } from 'commander';
import type { ProjectionStatus } from '../../../libs/read-model/index.js';
import { readSettings } from '../../settings.js';
import { askApi } from '../api-client.js';

type Shown = Pick<ProjectionStatus, 'name' | 'version' | 'state' | 'position' | 'lag' | 'rate' | 'running' | 'error'>;

export function status(program: Command): void {
  program
    .command('status')
    .description('how far each projection is; exit code 1 if one stands still')
    .option('--json', 'as JSON, with all details')
    .action(async (options: { json?: boolean }) => {
      const answer = await askApi(readSettings(), 'GET', '/v1/status');
      const { projections } = answer as { projections: readonly Shown[] };
      console.log(options.json === true ? JSON.stringify(answer, null, 2) : statusTable(projections));
      if (projections.some(({ error, running }) => error !== null || !running)) process.exitCode = 1;
    });
}

export function statusTable(projections: readonly Shown[]): string {
  const table = new Table({
    head: ['projection', 'version', 'position', 'lag (events)', 'lag (s)', 'events/s', 'state'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, version, position, lag, rate, ...rest } of projections) {
    table.push([name, version, position ?? '-', figure(lag.events), figure(lag.seconds), figure(rate), stateOf(rest)]);
  }
  const errors = projections.flatMap(({ name, error }) =>
    error === null
      ? []
      : [`${name} stopped at ${error.type} (${error.stream}, position ${error.position}): ${error.message}`],
  );
  return [table.toString(), ...errors].join('\n');
}

function stateOf({ state, running, error }: Pick<Shown, 'state' | 'running' | 'error'>): string {
  if (error !== null) return 'stopped';
  return running ? state : 'not running';
}

function figure(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1 });
}
