import { amongst, type Problems } from './problems.js';

/** A part of the mapping file with the path to it, so that whatever is wrong can be named. */
export class Section {
  constructor(
    readonly node: unknown,
    readonly path: string,
    readonly problems: Problems,
  ) {}

  /** The same place, as if it had been written at length. */
  with(node: unknown): Section {
    return new Section(node, this.path, this.problems);
  }

  /** The part behind a key, `undefined` when it is not there. */
  part(key: string): Section | undefined {
    const node = this.get(key);
    return node === undefined ? undefined : new Section(node, this.path ? `${this.path}.${key}` : key, this.problems);
  }

  get(key: string): unknown {
    return isMap(this.node) && Object.hasOwn(this.node, key) ? (this.node[key] ?? undefined) : undefined;
  }

  /** Its keys with their parts, in order; says so when it is no map. */
  entries(): readonly (readonly [string, Section])[] {
    if (!isMap(this.node)) {
      this.problems.add(this.path, 'Expected names with something behind each, as name: value.');
      return [];
    }
    return Object.entries(this.node).map(([key, node]) => [
      key,
      new Section(node, this.path ? `${this.path}.${key}` : key, this.problems),
    ]);
  }

  /** Its items, in order; says so when it is no list. */
  items(): readonly Section[] {
    if (!Array.isArray(this.node)) {
      this.problems.add(this.path, 'Expected a list, each item on its own line behind a dash.');
      return [];
    }
    return this.node.map((node, index) => new Section(node, `${this.path}[${index}]`, this.problems));
  }

  /** A text behind a key; with `fallback` it may be left out. */
  text(key: string, fallback?: string): string {
    const node = this.get(key) ?? fallback;
    if (typeof node === 'string') return node;
    this.problems.add(this.path ? `${this.path}.${key}` : key, node === undefined ? 'Is missing.' : 'Expected a text.');
    return '';
  }

  /** A text or a list of texts behind a key; `undefined` when it is not there. */
  texts(key: string): readonly string[] | undefined {
    const node = this.get(key);
    if (node === undefined) return undefined;
    const items = Array.isArray(node) ? (node as readonly unknown[]) : [node];
    const texts = items.filter((item) => typeof item === 'string' || typeof item === 'number').map(String);
    if (texts.length !== items.length || texts.length === 0) {
      this.problems.add(`${this.path}.${key}`, 'Expected a text or a list of texts.');
    }
    return texts;
  }

  /** Says so when there is a key besides the known ones. */
  only(known: readonly string[]): void {
    for (const [key, part] of this.entries()) {
      if (!known.includes(key)) this.problems.add(part.path, `Is not understood here. ${amongst(key, known)}`);
    }
  }
}

export const isMap = (node: unknown): node is Readonly<Record<string, unknown>> =>
  typeof node === 'object' && node !== null && !Array.isArray(node);

/** What stands there, for a message. */
export const textOf = (node: unknown): string => (typeof node === 'string' ? node : JSON.stringify(node));
