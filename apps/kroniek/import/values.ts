import { isInstant, isLocalDate, toInstant } from '../../../libs/kernel/index.js';
import { type Defaults, isTime } from './columns.js';
import { rowId, slugOf } from './ids.js';
import { amongst, RowRefused } from './problems.js';
import { isMap, type Section, textOf } from './section.js';
import type { Cells } from './source.js';
import type { Table } from './tables.js';
import { instantOf } from './zone.js';

/** Works a value out from a row; `undefined`: there is none, the field is left out. */
export type Value = (cells: Cells) => unknown;

/** What a value may refer to. */
export interface Scope extends Defaults {
  readonly mapping: string;
  /** Columns of the file and values made so far. */
  readonly names: ReadonlySet<string>;
  readonly tables: ReadonlyMap<string, Table>;
  /** Files whose rows have ids. */
  readonly files: ReadonlySet<string>;
}

type Make = (section: Section, scope: Scope) => Value;

/** Forms that make a value; the first key names the form. */
const forms: Readonly<Record<string, { readonly keys: readonly string[]; readonly make: Make }>> = {
  id: { keys: ['id', 'of', 'in'], make: idValue },
  lookup: { keys: ['lookup', 'key', 'column', 'default'], make: lookupValue },
  first: { keys: ['first'], make: firstValue },
  slug: { keys: ['slug'], make: slugValue },
  alias: { keys: ['alias', 'of'], make: aliasValue },
  day: { keys: ['day', 'time', 'zone'], make: dayValue },
  literal: { keys: ['literal'], make: (section) => () => section.get('literal') },
};

/**
 * Compiles a value: a literal, `$name`, a text with names in it, one of the forms, or a map or list of values. A text,
 * a map or a list of which nothing is there is left out as a whole.
 */
export function valueOf(section: Section, scope: Scope): Value {
  const { node } = section;
  if (typeof node === 'string') return textValue(section, node, scope);
  if (Array.isArray(node)) {
    const items = section.items().map((item) => valueOf(item, scope));
    return (cells) => {
      const present = items.map((item) => item(cells)).filter((item) => item !== undefined);
      return present.length > 0 || items.length === 0 ? present : undefined;
    };
  }
  if (!isMap(node)) return () => node ?? undefined;
  const form = Object.keys(node).find((key) => Object.hasOwn(forms, key));
  const made = form === undefined ? undefined : forms[form];
  if (made) {
    section.only(made.keys);
    return made.make(section, scope);
  }
  const parts = section.entries().map(([key, part]) => [key, valueOf(part, scope)] as const);
  return (cells) => {
    const present = parts.map(([key, part]) => [key, part(cells)] as const).filter(([, part]) => part !== undefined);
    return present.length > 0 ? Object.fromEntries(present) : undefined;
  };
}

const reference = /\$(?:\$|\{([^}]*)\}|([A-Za-z_]\w*))/g;

function textValue(section: Section, text: string, scope: Scope): Value {
  const pieces: Value[] = [];
  let end = 0;
  for (const match of text.matchAll(reference)) {
    const literal = text.slice(end, match.index) + (match[0] === '$$' ? '$' : '');
    if (literal) pieces.push(() => literal);
    const name = match[1] ?? match[2];
    if (name !== undefined) pieces.push(nameValue(section, name, scope));
    end = match.index + match[0].length;
  }
  const rest = text.slice(end);
  if (pieces.length === 0) return () => text;
  if (rest) pieces.push(() => rest);
  const [only] = pieces;
  if (only && pieces.length === 1) return only;
  return (cells) => {
    const parts = pieces.map((piece) => piece(cells));
    return parts.includes(undefined) ? undefined : parts.map(textOf).join('');
  };
}

function nameValue({ problems, path }: Section, name: string, { names }: Scope): Value {
  if (!names.has(name)) {
    problems.add(path, `There is no column or value "${name}" here; declare it under columns. ${amongst(name, names)}`);
  }
  return (cells) => cells.get(name);
}

/** The value behind a key of a form; says so when it is missing. */
function needed(section: Section, key: string, scope: Scope): Value {
  const part = section.part(key);
  if (part) return valueOf(part, scope);
  section.problems.add(`${section.path}.${key}`, 'Is missing.');
  return () => undefined;
}

function idValue(section: Section, scope: Scope): Value {
  const file = section.text('id');
  if (!scope.files.has(file)) {
    section.problems.add(`${section.path}.id`, `No step reads the file "${file}". ${amongst(file, scope.files)}`);
  }
  const key = needed(section, 'of', scope);
  const within = section.get('in') === undefined ? undefined : tableOf(section, 'in', scope);
  return (cells) => {
    const text = key(cells);
    if (text === undefined) return undefined;
    if (within && !within.rows.has(textOf(text))) {
      throw new RowRefused('NOT_IN_TABLE', `"${textOf(text)}" is not in ${within.file}.`);
    }
    return rowId(scope.mapping, file, textOf(text));
  };
}

function tableOf(section: Section, key: string, scope: Scope): Table | undefined {
  const name = section.text(key);
  const table = scope.tables.get(name);
  if (!table) {
    const message = `There is no table "${name}"; declare it under tables. ${amongst(name, scope.tables.keys())}`;
    section.problems.add(`${section.path}.${key}`, message);
  }
  return table;
}

function lookupValue(section: Section, scope: Scope): Value {
  const table = tableOf(section, 'lookup', scope);
  const key = needed(section, 'key', scope);
  const column = section.text('column');
  const fallback = section.part('default');
  const otherwise = fallback && valueOf(fallback, scope);
  if (table && !table.columns.has(column)) {
    const message = `The table has no column "${column}". ${amongst(column, table.columns.keys())}`;
    section.problems.add(`${section.path}.column`, message);
  }
  return (cells) => {
    const wanted = key(cells);
    if (wanted === undefined) return otherwise?.(cells);
    const row = table?.rows.get(textOf(wanted));
    if (!row && !otherwise) {
      throw new RowRefused('NOT_IN_TABLE', `"${textOf(wanted)}" is not in ${table?.file ?? 'the table'}.`);
    }
    return row?.get(column) ?? otherwise?.(cells);
  };
}

function firstValue(section: Section, scope: Scope): Value {
  const choices =
    section
      .part('first')
      ?.items()
      .map((item) => valueOf(item, scope)) ?? [];
  return (cells) => {
    for (const choice of choices) {
      const value = choice(cells);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

function slugValue(section: Section, scope: Scope): Value {
  const of = needed(section, 'slug', scope);
  return (cells) => {
    const value = of(cells);
    return value === undefined ? undefined : slugOf(textOf(value)) || undefined;
  };
}

function aliasValue(section: Section, scope: Scope): Value {
  const name = section.text('alias');
  const list = scope.aliases.get(name);
  if (!list) {
    section.problems.add(
      `${section.path}.alias`,
      `There is no alias list "${name}". ${amongst(name, scope.aliases.keys())}`,
    );
  }
  const of = needed(section, 'of', scope);
  return (cells) => {
    const value = of(cells);
    return value === undefined ? undefined : (list?.get(textOf(value)) ?? value);
  };
}

function dayValue(section: Section, scope: Scope): Value {
  const day = needed(section, 'day', scope);
  const time = section.text('time', '00:00');
  if (!isTime(time)) section.problems.add(`${section.path}.time`, "Say a time of day as '09:00'.");
  const zone = section.text('zone', scope.zone);
  return (cells) => {
    const value = day(cells);
    if (value === undefined) return undefined;
    if (isLocalDate(value)) return instantOf(value, time, zone);
    if (isInstant(value)) return toInstant(value);
    throw new RowRefused('INVALID_FIELD', `"${textOf(value)}" is not a day; read the column as date.`);
  };
}
