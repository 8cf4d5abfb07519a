/** One thing that is wrong with a mapping: where it stands (`steps[1].columns.revenue`) and how to put it right. */
export interface MappingProblem {
  readonly path: string;
  readonly message: string;
}

/** The mapping cannot be used. All problems are told at once. */
export class MappingError extends Error {
  override readonly name = 'MappingError';

  constructor(readonly problems: readonly MappingProblem[]) {
    super(problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('\n'));
  }
}

/** Gathers problems while a mapping is read. */
export class Problems {
  readonly #found: MappingProblem[] = [];

  add(path: string, message: string): void {
    this.#found.push({ path, message });
  }

  /** Throws all that was gathered, if anything was. */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new MappingError(this.#found);
  }
}

/** This row cannot become commands; it goes to the report with the reason, and the import goes on. */
export class RowRefused extends Error {
  override readonly name = 'RowRefused';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** "Did you mean …?" where one name is close, and the names there are. */
export function amongst(wanted: string, known: Iterable<string>): string {
  const names = [...known];
  if (names.length === 0) return 'None is declared.';
  const near = names
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0];
  return near ? `Did you mean "${near.name}"?` : `Known: ${names.join(', ')}.`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
