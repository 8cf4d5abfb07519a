import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import type { FieldError } from '../kernel/index.js';

/**
 * What class-validator knows of a class, looked up once: it goes through all classes there are for each object, which
 * costs more than the validation itself. All decorators have run before the first object comes.
 */
function rememberDecorated(): void {
  const storage = getMetadataStorage();
  const lookUp = storage.getTargetValidationMetadatas.bind(storage);
  const known = new Map<unknown, ReturnType<typeof lookUp>>();
  storage.getTargetValidationMetadatas = (type, schema, always, strictGroups, groups) => {
    // Asked for otherwise by whoever describes the classes.
    if (schema || always || groups) return lookUp(type, schema, always, strictGroups, groups);
    const found = known.get(type) ?? lookUp(type, schema, always, strictGroups, groups);
    known.set(type, found);
    return found;
  };
}

rememberDecorated();

/** No command is nested deeper, but for those that say so. */
const deepest = 6;
const deeper = new WeakMap<object, number>();

/** A command whose values are nested up to so many levels deep. */
export const NestedUpTo =
  (levels: number) =>
  (type: object): void => {
    deeper.set(type, levels);
  };

/** More help nobody. */
const mostErrors = 100;

/**
 * Fills an instance of `type` from JSON as it came in, whatever it is.
 *
 * @returns the instance, and what is wrong with it field by field; with errors it is not to be used
 */
export function filled<P extends object>(
  type: new () => P,
  body: object,
): { readonly filled: P; readonly errors: readonly FieldError[] } {
  // class-transformer stumbles over deep values, and over keys such as "constructor".
  const strange = strangeness(body, '', deeper.get(type) ?? deepest);
  if (strange.length > 0) return { filled: new type(), errors: strange.slice(0, mostErrors) };
  const made = plainToInstance(type, body, { exposeUnsetFields: false });
  const errors = validateSync(made, {
    whitelist: true,
    forbidNonWhitelisted: true,
    validationError: { target: false, value: false },
  });
  return { filled: made, errors: errors.flatMap((error) => fieldErrors(error, '')).slice(0, mostErrors) };
}

function strangeness(value: unknown, path: string, levels: number): readonly FieldError[] {
  if (typeof value !== 'object' || value === null) return [];
  if (levels === 0) return [{ path, message: 'The value is nested too deeply.' }];
  return Object.entries(value).flatMap(([key, part]) => {
    const place = pathTo(path, key);
    return key in Object.prototype ? [unknownField(place, key)] : strangeness(part, place, levels - 1);
  });
}

function fieldErrors({ property, constraints = {}, children = [] }: ValidationError, within: string): FieldError[] {
  const path = pathTo(within, property);
  const own = 'whitelistValidation' in constraints ? [] : [...new Set(Object.values(constraints))];
  return [
    ...('whitelistValidation' in constraints ? [unknownField(path, property)] : []),
    ...own.map((message) => ({ path, message })),
    ...children.flatMap((child) => fieldErrors(child, path)),
  ];
}

const pathTo = (within: string, key: string): string =>
  /^\d+$/.test(key) && within !== '' ? `${within}[${key}]` : within === '' ? key : `${within}.${key}`;

const unknownField = (path: string, name: string): FieldError => ({ path, message: `${name} is not a field here.` });
