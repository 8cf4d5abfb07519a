import { randomUUID } from 'node:crypto';
import { validate as isUuid } from 'uuid';
import { invalid } from '../../../libs/kernel/index.js';

/** The command's id: the Idempotency-Key, else a new one (then a repetition is another command). */
export function commandIdFrom(key: unknown, path = 'Idempotency-Key'): string {
  if (key === undefined) return randomUUID();
  if (typeof key === 'string' && isUuid(key)) return key.toLowerCase();
  throw invalid('INVALID_IDEMPOTENCY_KEY', `${path} must be a UUID.`, [{ path, message: 'must be a UUID' }]);
}

/** The revision that the caller saw, with or without the quotes of an entity tag. */
export function revisionFrom(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined;
  const match = /^"?(-1|\d{1,15})"?$/.exec(ifMatch.trim());
  if (match?.[1]) return Number(match[1]);
  const path = 'If-Match';
  throw invalid('INVALID_IF_MATCH', 'If-Match takes the revision of the last answer.', [
    { path, message: 'must be a revision, as "3"' },
  ]);
}
