import { columnOf, type Defaults, type ReadField } from './columns.js';
import type { CsvFormat } from './csv.js';
import { amongst, type Problems, RowRefused } from './problems.js';
import type { Section } from './section.js';

/** The values of one row by name: its columns and what is made of them. */
export interface Cells {
  get(name: string): unknown;
}

/** A file with the columns that the mapping uses. */
export interface Source {
  /** Where it is declared, for messages. */
  readonly path: string;
  /** Name of the file within the folder. */
  readonly file: string;
  readonly format: CsvFormat;
  /** The columns that together name a row. */
  readonly key: readonly string[];
  readonly columns: ReadonlyMap<string, ReadField>;
}

/** Where the declared columns stand in the file. */
export interface HeaderPlaces {
  readonly header: readonly string[];
  readonly places: ReadonlyMap<string, number>;
}

export const sourceSettings = ['file', 'delimiter', 'encoding', 'key', 'columns'];

/** Separates the parts of a key that is made of several columns. */
const keySeparator = '\u001f';

/** Reads what a mapping says of a file. */
export function sourceOf(section: Section, defaults: Defaults): Source {
  const { problems, path } = section;
  const file = section.text('file');
  if (file !== '' && (/[\\/]/.test(file) || file.startsWith('.'))) {
    problems.add(`${path}.file`, 'Name a file in the folder that is imported, without a path.');
  }
  const delimiter = section.text('delimiter', ',');
  if (delimiter.length !== 1) problems.add(`${path}.delimiter`, 'Say one character, as ";".');
  const encoding = section.text('encoding', 'utf-8');
  if (!isEncoding(encoding))
    problems.add(`${path}.encoding`, `"${encoding}" is not an encoding; say utf-8 or windows-1252.`);
  const key = section.texts('key') ?? [];
  if (key.length === 0) problems.add(`${path}.key`, 'Name the column, or columns, whose value names a row for ever.');
  const columns = new Map(
    section
      .part('columns')
      ?.entries()
      .map(([name, part]) => [name, columnOf(part, defaults)]),
  );
  for (const name of key) if (!columns.has(name)) columns.set(name, (text) => text.trim() || undefined);
  return { path, file, format: { delimiter, encoding }, key, columns };
}

/** Finds the declared columns in the header; those that are missing are named as problems. */
export function placesIn(source: Source, header: readonly string[], problems: Problems): HeaderPlaces {
  const places = new Map<string, number>();
  for (const name of source.columns.keys()) {
    const place = header.indexOf(name);
    if (place < 0) {
      const message = `${source.file} has no column "${name}". ${amongst(name, header)}`;
      problems.add(`${source.path}.columns.${name}`, message);
    } else if (header.includes(name, place + 1)) {
      problems.add(`${source.path}.columns.${name}`, `${source.file} has two columns "${name}"; rename one of them.`);
    }
    places.set(name, place);
  }
  return { header, places };
}

/** The declared columns of a row, read, with the key that names the row. */
export function cellsOf(
  source: Source,
  fields: readonly string[],
  { places }: HeaderPlaces,
): { key: string; cells: ReadonlyMap<string, unknown> & Cells } {
  const cells = new Map<string, unknown>();
  for (const [name, read] of source.columns) {
    try {
      cells.set(name, read(fields[places.get(name) ?? -1] ?? ''));
    } catch (error) {
      if (error instanceof RowRefused) throw new RowRefused(error.code, `${name}: ${error.message}`);
      throw error;
    }
  }
  const key = source.key.map((name) => {
    const part = cells.get(name);
    if (part === undefined) throw new RowRefused('KEY_MISSING', `${name} is empty, so the row has no name.`);
    return typeof part === 'string' ? part : JSON.stringify(part);
  });
  return { key: key.join(keySeparator), cells };
}

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false;
  }
}
