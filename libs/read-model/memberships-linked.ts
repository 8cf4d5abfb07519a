import type { RecordedEvent } from '../kernel/index.js';
import { familyOf, LinkGraph } from './families.js';
import type { Input } from './kept-keys.js';
import type { MembershipsTable } from './memberships.js';

/** On whom a key has come to rest, as far as some events have told: those that it is linked to, or all around it. */
export class Linked {
  private readonly keys: Set<string>;
  private readonly graph: LinkGraph;

  constructor(
    private readonly table: MembershipsTable,
    private readonly key: string,
    private readonly wide: boolean,
  ) {
    this.keys = new Set([key]);
    this.graph = new LinkGraph(table.isPart ?? (() => false));
  }

  has(key: string): boolean {
    return this.keys.has(key);
  }

  /** @returns whether there is somebody new */
  hear({ key, event }: Input): boolean {
    if (!this.wide && key !== this.key) return false;
    const before = this.keys.size;
    const sources = this.table.linksOf(event as RecordedEvent, key);
    const added = sources.filter((source) => this.graph.add(key, source));
    if (added.length === 0) return false;
    for (const one of this.wide ? familyOf([this.key], this.graph) : added) this.keys.add(one);
    return this.keys.size > before;
  }
}
