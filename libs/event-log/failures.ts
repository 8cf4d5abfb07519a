import { ErrorType, isCommandError } from '@eventstore/db-client';
import { StoreRefused, StoreUnavailable } from './errors.js';

/** No answer in time. */
export class Silence extends Error {
  override readonly name = 'Silence';
  readonly type = 'timeout';
}

/** The connection that a call was made over has been given up. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly type = 'connection-lost';
}

/** Answers of the store that will not change by asking again. */
const definite = new Set<string>([
  ErrorType.ACCESS_DENIED,
  ErrorType.STREAM_DELETED,
  ErrorType.INVALID_ARGUMENT,
  ErrorType.UNSUPPORTED,
]);

/**
 * What went wrong in one word. Nothing else of a client's error is kept: its message and what hangs on it may carry the
 * data of events.
 */
export function codeOf(error: unknown): string {
  if (error instanceof Silence || error instanceof ConnectionLost) return error.type;
  if (error instanceof Error && isCommandError(error)) return error.type;
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? String(code) : 'unknown';
}

/** Whether asking again may help. */
export const mayPass = (error: unknown): boolean => !definite.has(codeOf(error));

/** The client's error as the product's own. */
export const failure = (doing: string, error: unknown): StoreRefused | StoreUnavailable =>
  mayPass(error) ? new StoreUnavailable(doing, codeOf(error)) : new StoreRefused(doing, codeOf(error));
