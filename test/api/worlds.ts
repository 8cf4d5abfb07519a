import { v5 } from 'uuid';
import { namedIn } from '../../libs/cqrs/commands/references.js';
import { aggregates, commandNamed, filled, type KnownCommand } from '../../libs/domain/index.js';

type Body = Readonly<Record<string, unknown>>;

/** A command as it is sent. */
export interface Issue {
  readonly command: string;
  readonly body: Body;
}

interface Step extends Issue {
  /** The id under which examples name what it opens, where that follows from its content. */
  as?: string | undefined;
}

/**
 * What has to happen before the example of a command makes sense: all that it names is opened by the examples of the
 * commands that open it, what it names as `after` is issued, and the same holds for each of these. Every command has a
 * world of its own: the ids in it are nobody else's.
 *
 * @returns the commands before it in their order, and the command itself as the last one
 */
export function worldOf(command: KnownCommand): readonly Issue[] {
  const issues: Step[] = [];
  const begun = new Set<string>();
  const open = new Set<string>();

  const prepare = (name: string, change: Body, as?: string): void => {
    const { type, options, aggregate } = known(name);
    const body = JSON.parse(JSON.stringify({ ...options.example, ...change })) as Body;
    const key = `${name} ${JSON.stringify(body)}`;
    if (begun.has(key)) return;
    begun.add(key);
    for (const step of options.after ?? []) {
      if (typeof step === 'string') prepare(step, {});
      else prepare(...step);
    }
    const own = body[aggregate.id];
    if (!options.opens && typeof own === 'string') exists(aggregate.category, own);
    for (const { category, id } of namedIn(filled(type, body).filled)) exists(category, id);
    issues.push({ command: name, body, as });
    const natural = naturalId(name, body);
    if (natural !== undefined) open.add(`${aggregate.category}-${natural}`);
    if (options.opens && typeof own === 'string') open.add(`${category(name)}-${own}`);
  };

  const exists = (of: string, id: string): void => {
    if (open.has(`${of}-${id}`)) return;
    open.add(`${of}-${id}`);
    const opening = openingOf(of, id);
    if (!opening) return;
    const { name, options, aggregate } = opening;
    if (naturalId(name, options.example) === undefined) prepare(name, { [aggregate.id]: id });
    else {
      const before = issues.findLast((step) => step.command === name);
      if (before) before.as = id;
      else prepare(name, {}, id);
    }
  };

  prepare(command.name, {});
  return withNaturalIds(issues, (body) => elsewhere(body, command.name, open) as Body);
}

/** Moved to another world, what something consists of is other, and with it the id that follows from it. */
function withNaturalIds(steps: readonly Step[], moved: (body: Body) => Body): readonly Issue[] {
  const ids = new Map<string, string>();
  return steps.map(({ command, body, as }) => {
    let text = JSON.stringify(moved(body));
    for (const [id, other] of ids) text = text.replaceAll(`"${id}"`, `"${other}"`);
    const there = JSON.parse(text) as Body;
    const own = naturalId(command, there);
    for (const id of [naturalId(command, body), as]) {
      if (id !== undefined && own !== undefined) ids.set(String(moved({ id })['id']), own);
    }
    return { command, body: there };
  });
}

function naturalId(name: string, body: Body): string | undefined {
  const { type, options, aggregate } = known(name);
  return options.opens ? aggregate.naturalId?.(filled(type, body).filled) : undefined;
}

function known(name: string): KnownCommand {
  const found = commandNamed(name);
  if (!found) throw new Error(`An example comes after ${name}, which is no command.`);
  return found;
}

const category = (name: string): string => known(name).aggregate.category;

/** The command that opens an aggregate: the one whose example does so under this id, or else the first. */
function openingOf(of: string, id: string): KnownCommand | undefined {
  const aggregate = aggregates.find((one) => one.category === of);
  const opening = Object.keys(aggregate?.commands ?? {})
    .map(known)
    .filter(({ options }) => options.opens && !options.internal);
  return opening.find(({ options, aggregate: { id: field } }) => options.example[field] === id) ?? opening[0];
}

/**
 * Fields that name employees, or what another system numbers: what somebody agreed to in one world must not bind them in
 * another, and an order of one is not that of another.
 */
const ofOneWorld = /^(owner|salesperson|assignee|reference)$/;

/** The same with ids that belong to one world alone. */
function elsewhere(value: unknown, world: string, open: ReadonlySet<string>, field = ''): unknown {
  if (Array.isArray(value)) return value.map((part) => elsewhere(part, world, open, field));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, elsewhere(part, world, open, key)]));
  }
  if (typeof value !== 'string') return value;
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return v5(world, value);
  if (ofOneWorld.test(field)) return `${value}-${v5(world, v5.URL).slice(0, 6)}`;
  const isId = /Ids?$/.test(field) && [...open].some((stream) => stream.endsWith(`-${value}`));
  return isId ? `${value}-${v5(world, v5.URL).slice(0, 6)}` : value;
}
