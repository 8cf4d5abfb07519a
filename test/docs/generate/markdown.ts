/** Text as it stands in one cell of a table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();

/** A table; a column that is empty in every row is left out. No rows: nothing. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const used = columns.map((_, place) => rows.some((row) => (row[place] ?? '') !== ''));
  const line = (cells: readonly string[]): string =>
    `| ${cells
      .filter((_, place) => used[place])
      .map(cell)
      .join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Parts of a page, with an empty line between them. */
export const page = (...parts: readonly string[]): string => `${parts.filter((part) => part !== '').join('\n\n')}\n`;

/** A link to a heading; of the same page where `file` is empty. */
export const link = (name: string, file = ''): string => `[${name}](${file}#${name.toLowerCase()})`;
