import { isInstant, toInstant } from '../../../libs/kernel/index.js';
import type { CommandLine } from '../client.js';
import type { CsvRow } from './csv.js';
import { commandId } from './ids.js';
import type { Mapping, Step } from './mapping.js';
import { RowRefused } from './problems.js';
import { type Cells, cellsOf, type HeaderPlaces } from './source.js';
import { isMap } from './section.js';

/** A command with the row that it comes from. */
export interface ImportedCommand extends CommandLine {
  readonly row: { readonly file: string; readonly line: number; readonly fields: readonly string[] };
}

/**
 * The commands of one row, in the order of the mapping. A row gives all of its commands or none.
 *
 * @throws RowRefused when a column, a lookup or a time cannot be made out
 */
export function translateRow(mapping: Mapping, step: Step, at: HeaderPlaces, row: CsvRow): readonly ImportedCommand[] {
  if (row.broken) throw new RowRefused(row.broken.code, row.broken.reason);
  if (!step.source) return [];
  const { key, cells } = cellsOf(step.source, row.fields, at);
  return commandsOf(mapping, step, key, withValues(step, cells), row);
}

/** The commands of a step without a file. */
export const translateOnce = (mapping: Mapping, step: Step): readonly ImportedCommand[] =>
  commandsOf(mapping, step, '', withValues(step, new Map()), { line: 0, fields: [], bytes: 0 });

/** Adds what is made of the columns; each value is worked out when it is first asked for. */
function withValues(step: Step, cells: Cells): Cells {
  const made = new Map<string, unknown>();
  const all: Cells = {
    get(name) {
      const value = step.values.get(name);
      if (!value) return cells.get(name);
      if (!made.has(name)) made.set(name, value(all));
      return made.get(name);
    },
  };
  return all;
}

function commandsOf(mapping: Mapping, step: Step, key: string, cells: Cells, row: CsvRow): readonly ImportedCommand[] {
  const { name: file } = step;
  return step.commands
    .filter((planned) => planned.when(cells))
    .map(({ command, label, at, data }) => {
      const instant = at(cells);
      if (!isInstant(instant)) {
        throw new RowRefused(
          'NO_INSTANT',
          `${command} has no time: "at" gave ${instant === undefined ? 'nothing' : 'no instant'}.`,
        );
      }
      const fields = data(cells);
      return {
        command,
        data: isMap(fields) ? fields : {},
        idempotencyKey: commandId(mapping.name, file, key, label),
        occurredAt: toInstant(instant),
        row: { file, line: row.line, fields: row.fields },
      };
    });
}
