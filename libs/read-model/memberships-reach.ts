import type pg from 'pg';
import { type Instant, later, type RecordedEvent } from '../kernel/index.js';
import { familyOf, LinkGraph, type Links, linksAround } from './families.js';
import { lastOccurred, type Line, type Lines, type Link } from './memberships-lines.js';
import type { MembershipsTable } from './memberships.js';

/** An event on its way to a key, with what is kept of it. */
export interface Taken {
  readonly key: string;
  readonly event: RecordedEvent;
  readonly data: object;
}

/** How far an event is heard by rules: by those that rest on its key, or by all that have a whole in common with it. */
export interface Reach {
  readonly wide: boolean;
  readonly resting: readonly Line[];
  readonly sourcesOf: (line: Line) => readonly Line[];
  /** All whom one of them rests on, and perhaps more. */
  readonly around: () => readonly Line[];
}

/** Who hears of an event, and whom those rest on that do. */
export class Reaches {
  private readonly links: Links;

  constructor(
    private readonly lines: Lines,
    table: MembershipsTable,
  ) {
    this.links = {
      sourcesOf: (key) => lines.of(key).sources,
      dependentsOf: (key) => lines.of(key).dependents,
      isPart: table.isPart ?? (() => false),
    };
  }

  of(line: Line, areWide: boolean): readonly Reach[] {
    const resting = [line, ...this.linesOf(line.dependents)];
    const sourcesOf = (one: Line): readonly Line[] => this.lines.sourcesOf(one);
    const near = { wide: false, resting, sourcesOf, around: () => [...resting, ...resting.flatMap(sourcesOf)] };
    return areWide ? [near, this.wide(line)] : [near];
  }

  /** The keys themselves, and all that each of them ever rested on. */
  async ever(
    client: pg.ClientBase,
    wide: boolean,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    if (wide) {
      const links = await linksAround(keys, this.links.isPart, (some) => this.lines.linksOf(client, some));
      return new Map(keys.map((key) => [key, [...familyOf([key], links)]]));
    }
    const sources = new Map<string, string[]>(keys.map((key) => [key, [key]]));
    for (const { key, source } of await this.lines.linksOf(client, keys)) sources.get(key)?.push(source);
    return sources;
  }

  /**
   * Brings into memory whom wide rules rest on.
   *
   * @param coming links that the events make
   * @returns those of whom something is told late
   */
  async prepare(client: pg.ClientBase, taken: readonly Taken[], coming: readonly Link[]): Promise<readonly string[]> {
    const links = this.withComing(coming);
    // Those of a family have families of their own, which differ from it by whoever went from whole to whole.
    const around = (keys: Iterable<string>): ReadonlySet<string> => familyOf(familyOf(keys, links), links);
    const routed = new Set(taken.map(({ key }) => key));
    for (let all = around(routed); ; all = around(routed)) {
      const missing = [...all].filter((key) => !this.lines.has(key));
      if (missing.length === 0) break;
      await this.lines.bring(client, missing);
    }
    const families = new Map([...routed].map((key) => [key, around([key])]));
    const occurred = new Map<string, Instant>();
    const reached = (key: string): Instant => occurred.get(key) ?? this.lines.of(key).occurred;
    const late = new Set<string>();
    for (const { key, event } of taken) {
      const family = [...(families.get(key) ?? [])];
      if (family.some((one) => event.occurredAt < reached(one))) for (const one of family) late.add(one);
      occurred.set(key, later(reached(key), event.occurredAt));
    }
    return [...late];
  }

  private wide(line: Line): Reach {
    const family = familyOf([line.key], this.links);
    return {
      wide: true,
      resting: this.linesOf(family),
      sourcesOf: (one) => this.linesOf(familyOf([one.key], this.links)).filter((other) => other !== one),
      around: () => this.linesOf(familyOf(family, this.links)),
    };
  }

  private linesOf(keys: Iterable<string>): readonly Line[] {
    return [...keys].map((key) => this.lines.of(key));
  }

  /** As keys are linked by the end of the batch: more than is needed at each of its events, and never less. */
  private withComing(coming: readonly Link[]): Links {
    const graph = new LinkGraph(this.links.isPart);
    for (const { key, source } of coming) graph.add(key, source);
    const { sourcesOf, dependentsOf, isPart } = this.links;
    const known = (key: string, of: Links['sourcesOf']): Iterable<string> => (this.lines.has(key) ? of(key) : []);
    return {
      sourcesOf: (key) => [...known(key, sourcesOf), ...graph.sourcesOf(key)],
      dependentsOf: (key) => [...known(key, dependentsOf), ...graph.dependentsOf(key)],
      isPart,
    };
  }
}

/** Those to whom an event tells something that happened before what they know already. */
export function lateIn({ resting, sourcesOf, around }: Reach, at: Instant): ReadonlySet<Line> {
  // Nobody, mostly: that is seen without asking for each of them whom it rests on.
  if (around().every(({ occurred }) => occurred <= at)) return new Set();
  return new Set(resting.filter((one) => at < lastOccurred(one, sourcesOf(one))));
}
