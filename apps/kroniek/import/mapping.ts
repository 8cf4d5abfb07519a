import { parseDocument } from 'yaml';
import { isCurrency } from '../../../libs/kernel/index.js';
import type { Defaults } from './columns.js';
import { commandFields, type KnownCommands } from './commands.js';
import { type Condition, conditionOf } from './conditions.js';
import { amongst, MappingError, Problems } from './problems.js';
import { isMap, Section } from './section.js';
import { type Source, sourceOf, sourceSettings } from './source.js';
import type { Table } from './tables.js';
import { type Scope, type Value, valueOf } from './values.js';
import { isZone } from './zone.js';

/** One command that rows of a file may give. */
export interface PlannedCommand {
  readonly command: string;
  /** Tells two commands of one name on the same row apart; part of the derived ids. */
  readonly label: string;
  readonly when: Condition;
  /** When it happened. */
  readonly at: Value;
  readonly data: Value;
}

/** One file, or the commands that are issued once. Steps run one after the other. */
export interface Step {
  /** The file's name, or the step's own. Part of the derived ids. */
  readonly name: string;
  readonly source: Source | undefined;
  /** What is made of the columns, in order; each may use those before it. */
  readonly values: ReadonlyMap<string, Value>;
  readonly commands: readonly PlannedCommand[];
}

/** A mapping that was found to be right, as far as it can be told without the files. */
export interface Mapping {
  readonly name: string;
  readonly tables: ReadonlyMap<string, Table>;
  readonly steps: readonly Step[];
}

/**
 * Reads a mapping.
 *
 * @throws MappingError with everything that is wrong, each with its path and how to put it right
 */
export function readMapping(text: string, known: KnownCommands): Mapping {
  const document = parseDocument(text, { merge: true, prettyErrors: true });
  if (document.errors.length > 0) {
    throw new MappingError(document.errors.map(({ message }) => ({ path: '', message })));
  }
  const problems = new Problems();
  const root = new Section(document.toJS({ maxAliasCount: 100 }), '', problems);
  if (!isMap(root.node))
    throw new MappingError([{ path: '', message: 'A mapping is a YAML map; see docs/import.md.' }]);
  root.only(['mapping', 'zone', 'currency', 'aliases', 'tables', 'steps']);

  const name = root.text('mapping');
  if (!/^[\w.-]+$/.test(name))
    problems.add('mapping', 'Name it with letters, digits, ".", "-"; it is part of every id.');
  const defaults = defaultsOf(root);
  const tables = new Map(
    root
      .part('tables')
      ?.entries()
      .map(([table, part]) => [table, tableOf(table, part, defaults)]),
  );
  const steps = root.part('steps')?.items() ?? [];
  if (steps.length === 0) problems.add('steps', 'Say what to import: a list of files with their commands.');
  const files = new Set(steps.map((step) => step.get('file')).filter((file) => typeof file === 'string'));
  const compiled = steps.map((step) =>
    stepOf(step, { ...defaults, mapping: name, tables, files, names: new Set() }, known),
  );
  problems.throwIfAny();
  return { name, tables, steps: compiled };
}

function defaultsOf(root: Section): Defaults {
  const zone = root.text('zone', 'UTC');
  if (!isZone(zone)) root.problems.add('zone', `"${zone}" is not an IANA time zone, as Europe/Amsterdam.`);
  const currency = root.get('currency') === undefined ? undefined : root.text('currency');
  if (currency !== undefined && !isCurrency(currency)) {
    root.problems.add('currency', `"${currency}" is not an ISO 4217 currency code.`);
  }
  const lists = root.part('aliases')?.entries() ?? [];
  const aliases = new Map(
    lists.map(([list, part]) => [
      list,
      new Map(part.entries().map(([from, to]) => [from, typeof to.node === 'string' ? to.node : String(to.node)])),
    ]),
  );
  return { zone, currency, aliases };
}

function tableOf(name: string, section: Section, defaults: Defaults): Table {
  section.only(sourceSettings);
  return { ...sourceOf(section, defaults), name, rows: new Map() };
}

function stepOf(section: Section, scope: Scope, known: KnownCommands): Step {
  section.only([...sourceSettings, 'name', 'values', 'commands']);
  const fromFile = section.get('file') !== undefined;
  const source = fromFile ? sourceOf(section, scope) : undefined;
  const name = source?.file ?? section.text('name');
  const names = new Set(source?.columns.keys());
  const values = new Map<string, Value>();
  for (const [value, part] of section.part('values')?.entries() ?? []) {
    if (names.has(value)) section.problems.add(part.path, 'There is a column of that name; choose another one.');
    values.set(value, valueOf(part, { ...scope, names: new Set(names) }));
    names.add(value);
  }
  const commands = section.part('commands')?.items() ?? [];
  if (commands.length === 0)
    section.problems.add(`${section.path}.commands`, 'Say what its rows become: a list of commands.');
  const labels = new Set<string>();
  return {
    name,
    source,
    values,
    commands: commands.map((part) => {
      const command = commandOf(part, { ...scope, names }, known);
      if (labels.has(command.label)) {
        const message = `${command.label} stands here twice; give each a label of its own, as label: second.`;
        section.problems.add(`${part.path}.label`, message);
      }
      labels.add(command.label);
      return command;
    }),
  };
}

function commandOf(section: Section, scope: Scope, known: KnownCommands): PlannedCommand {
  section.only(['command', 'label', 'when', 'at', 'data']);
  const command = section.text('command');
  const label = section.get('label') === undefined ? command : `${command}/${section.text('label')}`;
  const data = section.part('data') ?? section.with({});
  const type = known.get(command);
  if (!type) {
    section.problems.add(
      `${section.path}.command`,
      `There is no command "${command}". ${amongst(command, known.keys())}`,
    );
  } else {
    const fields = commandFields(type);
    for (const [field, part] of data.entries()) {
      if (!fields.includes(field))
        section.problems.add(part.path, `${command} has no field "${field}". ${amongst(field, fields)}`);
    }
    if (data.get(type.aggregate.id) === undefined) {
      const message = `${command} needs ${type.aggregate.id}: without it a second import would add everything again.`;
      section.problems.add(`${data.path}.${type.aggregate.id}`, message);
    }
  }
  const at = section.part('at');
  if (!at)
    section.problems.add(`${section.path}.at`, 'Say when it happened, as at: { day: $closed_on, time: "17:00" }.');
  return {
    command,
    label,
    when: conditionOf(section.part('when'), scope.names),
    at: at ? valueOf(at, scope) : () => undefined,
    data: valueOf(data, scope),
  };
}
