import { amongst } from './problems.js';
import { isMap, type Section } from './section.js';
import type { Cells } from './source.js';

/** Whether a command is issued for a row. */
export type Condition = (cells: Cells) => boolean;

/**
 * `when: { deal_stage: [Won, Lost], close_date: { empty: false } }`: all of it holds. A list of such maps: any of them.
 * Behind a name stands a text, a list of texts (any of them), `{ not: … }`, or `{ empty: true | false }`.
 */
export function conditionOf(section: Section | undefined, names: ReadonlySet<string>): Condition {
  if (!section) return () => true;
  if (Array.isArray(section.node)) {
    const any = section.items().map((item) => conditionOf(item, names));
    return (cells) => any.some((holds) => holds(cells));
  }
  const all = section.entries().map(([name, part]) => {
    if (!names.has(name)) {
      section.problems.add(part.path, `There is no column or value "${name}" here. ${amongst(name, names)}`);
    }
    const test = testOf(part);
    return (cells: Cells) => test(cells.get(name));
  });
  return (cells) => all.every((holds) => holds(cells));
}

function testOf(section: Section): (value: unknown) => boolean {
  const { node, problems, path } = section;
  if (!isMap(node)) return among(node, section);
  section.only(['empty', 'not']);
  const { empty, not } = node;
  if (empty !== undefined) {
    if (typeof empty !== 'boolean') problems.add(`${path}.empty`, 'Say true or false.');
    return (value) => (value === undefined) === empty;
  }
  const excluded = among(not, section);
  return (value) => !excluded(value);
}

function among(node: unknown, { problems, path }: Section): (value: unknown) => boolean {
  const wanted = Array.isArray(node) ? (node as readonly unknown[]) : [node];
  if (wanted.length === 0 || wanted.some((item) => !['string', 'number', 'boolean'].includes(typeof item))) {
    problems.add(path, 'Say a value, a list of values, { not: … } or { empty: true }.');
  }
  return (value) => value !== undefined && wanted.some((item) => item === value || String(item) === value);
}
