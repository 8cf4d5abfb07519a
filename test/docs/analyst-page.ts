/** A question of docs/analyst.md with its two ways to ask and the answers that stand below them. */
export interface Question {
  readonly title: string;
  readonly sql: string;
  readonly table: readonly (readonly string[])[];
  /** Path and query of the API call. */
  readonly path: string;
  /** JSON that it is asked with, by POST. */
  readonly body?: string | undefined;
  readonly json: unknown;
}

/** The questions of the page: each a heading with a number, a block of SQL, a table, a `curl` and a block of JSON. */
export function questionsOf(page: string): readonly Question[] {
  const [, ...parts] = page.split(/^## (?=\d+\. )/m);
  return parts.map((part) => {
    const [title = ''] = part.split('\n');
    const path = /"\$URL(\/[^"]+)"/.exec(block(part, 'sh'))?.[1];
    if (path === undefined) throw new Error(`"${title}" has no call of the API.`);
    return {
      title,
      sql: block(part, 'sql'),
      table: tableOf(part),
      path,
      body: /-d '([^']+)'/.exec(block(part, 'sh'))?.[1],
      json: JSON.parse(block(part, 'json')) as unknown,
    };
  });
}

function block(part: string, language: string): string {
  const found = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'm').exec(part)?.[1];
  if (found === undefined) throw new Error(`"${part.split('\n')[0] ?? ''}" has no block of ${language}.`);
  return found;
}

/** Names of the columns, and the rows under them. */
const tableOf = (part: string): readonly (readonly string[])[] =>
  part
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+\|$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
