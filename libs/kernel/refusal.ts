/**
 * Why a command or a query was turned down. The kinds are the domain's own; what they mean over HTTP is decided once,
 * in the API.
 */
export type RefusalKind = 'invalid' | 'not-found' | 'refused' | 'conflict' | 'forbidden';

/** One field that is wrong: `path` as in the request (`lines[2].price`), `message` says what is expected. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/**
 * A broken rule. `code` is stable and part of the API (`LEAD_NOT_SALES_QUALIFIED`); `message` is for people and never
 * carries personal data.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly kind: RefusalKind,
    readonly code: string,
    message: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(message);
  }
}

/** A business rule forbids it in the present state. */
export const refused = (code: string, message: string): Refusal => new Refusal('refused', code, message);

/** The thing that is named does not exist. */
export const notFound = (code: string, message: string): Refusal => new Refusal('not-found', code, message);

/** It contradicts something that exists already. */
export const conflict = (code: string, message: string): Refusal => new Refusal('conflict', code, message);

/** The caller's role does not allow it. */
export const forbidden = (code: string, message: string): Refusal => new Refusal('forbidden', code, message);

/** The input itself is wrong, field by field. */
export const invalid = (code: string, message: string, errors: readonly FieldError[] = []): Refusal =>
  new Refusal('invalid', code, message, errors);
