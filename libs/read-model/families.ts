/** Which keys rest on which. */
export interface Links {
  readonly sourcesOf: (key: string) => Iterable<string>;
  readonly dependentsOf: (key: string) => Iterable<string>;
  /** Whether the source is a part of the key. */
  readonly isPart: (key: string, source: string) => boolean;
}

/**
 * All keys with which these have a whole in common: up to everything that they are a part of, and down from there. Not up
 * again: a part that once was of another whole does not make the two one.
 */
export function familyOf(keys: Iterable<string>, { sourcesOf, dependentsOf, isPart }: Links): ReadonlySet<string> {
  const wholes = closed(keys, (key) => [...dependentsOf(key)].filter((dependent) => isPart(dependent, key)));
  return closed(wholes, (key) => [...sourcesOf(key)].filter((source) => isPart(key, source)));
}

function closed(keys: Iterable<string>, next: (key: string) => Iterable<string>): ReadonlySet<string> {
  const found = new Set(keys);
  // A set is walked to what is added to it meanwhile.
  for (const key of found) for (const other of next(key)) found.add(other);
  return found;
}

/** Links that are told one by one. */
export class LinkGraph implements Links {
  private readonly sources = new Map<string, Set<string>>();
  private readonly dependents = new Map<string, Set<string>>();

  constructor(readonly isPart: Links['isPart']) {}

  /** @returns whether it was not known */
  add(key: string, source: string): boolean {
    const isNew = !this.sourcesOf(key).has(source);
    put(this.sources, key, source);
    put(this.dependents, source, key);
    return isNew;
  }

  sourcesOf = (key: string): ReadonlySet<string> => this.sources.get(key) ?? none;
  dependentsOf = (key: string): ReadonlySet<string> => this.dependents.get(key) ?? none;
}

const none: ReadonlySet<string> = new Set();

function put(map: Map<string, Set<string>>, key: string, value: string): void {
  const found = map.get(key);
  if (found) found.add(value);
  else map.set(key, new Set([value]));
}

/** The links of the families of these keys, read from wherever they are kept. */
export async function linksAround(
  keys: readonly string[],
  isPart: Links['isPart'],
  read: (keys: readonly string[]) => Promise<readonly { readonly key: string; readonly source: string }[]>,
): Promise<LinkGraph> {
  const graph = new LinkGraph(isPart);
  const asked = new Set<string>();
  for (let next = keys; next.length > 0; next = [...familyOf(keys, graph)].filter((key) => !asked.has(key))) {
    for (const key of next) asked.add(key);
    for (const { key, source } of await read(next)) graph.add(key, source);
  }
  return graph;
}
