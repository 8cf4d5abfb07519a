import { notFound, referencesOf, Refusal } from '../../kernel/index.js';
import type { CommandCatalogue } from './catalogue.js';
import type { LookUps } from './look-ups.js';

/** A list may name hundreds. */
const atOnce = 32;

/**
 * Everything that a command names has to exist.
 *
 * @throws Refusal `ACCOUNT_NOT_FOUND` and the like, naming the field
 */
export async function checkReferences(command: object, catalogue: CommandCatalogue, lookUps: LookUps): Promise<void> {
  const exists = ({ category, id }: Named): Promise<boolean> => lookUps.exists(catalogue.aggregate(category), id);
  const named = [...namedIn(command)];
  for (let from = 0; from < named.length; from += atOnce) {
    const asked = named.slice(from, from + atOnce);
    const found = await Promise.all(asked.map(exists));
    const missing = asked.find((_, place) => !found[place]);
    if (!missing) continue;
    const { path, category } = missing;
    const { kind, code, message } = notFound(
      `${category.toUpperCase()}_NOT_FOUND`,
      `There is no ${category} with this id.`,
    );
    throw new Refusal(kind, code, message, [{ path, message: `names a ${category} that does not exist` }]);
  }
}

/** A field that names another aggregate, and which one. */
export interface Named {
  readonly path: string;
  readonly category: string;
  readonly id: string;
}

/** All that a command names, in its nested parts too; paths as in the request: `lines[2].productId`. */
export function* namedIn(part: object, within = ''): Generator<Named> {
  const references = referencesOf(part);
  for (const [field, value] of Object.entries(part)) {
    const path = Array.isArray(part) ? `${within}[${field}]` : within === '' ? field : `${within}.${field}`;
    const category = references.get(field);
    if (category === undefined) {
      if (typeof value === 'object' && value !== null) yield* namedIn(value as object, path);
    } else if (Array.isArray(value)) {
      for (const [place, id] of value.entries()) {
        if (typeof id === 'string') yield { path: `${path}[${String(place)}]`, category, id };
      }
    } else if (typeof value === 'string') {
      yield { path, category, id: value };
    }
  }
}
