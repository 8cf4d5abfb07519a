import type { RecordedEvent } from '../kernel/index.js';

/** The SQLSTATE of an error that PostgreSQL reported. */
const sqlState = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
};

/** PostgreSQL will never take these rows (data exception, constraint): trying again is of no use. */
export const isRefusedData = (error: unknown): boolean => /^(22|23)/.test(sqlState(error) ?? '');

/** The relation or schema named is not there (any more). */
export const isMissingRelation = (error: unknown): boolean => ['42P01', '3F000'].includes(sqlState(error) ?? '');

/** An event that a projection cannot take. It stops that projection alone until it is skipped or the code is mended. */
export class Unprojectable extends Error {
  override readonly name = 'Unprojectable';

  constructor(
    readonly event: RecordedEvent,
    cause: unknown,
  ) {
    // What PostgreSQL says about refused data quotes the data.
    const reason = isRefusedData(cause)
      ? `PostgreSQL refused its rows (SQLSTATE ${sqlState(cause) ?? ''}).`
      : (cause instanceof Error ? cause.message : String(cause)).slice(0, 500);
    super(reason, { cause });
  }
}

/** A read model that is declared in a way that cannot be kept. Only another declaration helps. */
export class Misdeclared extends Error {
  override readonly name = 'Misdeclared';
}

/** The feed gave up: there is something in the log that this version of the product cannot read. */
export class LogUnreadable extends Error {
  override readonly name = 'LogUnreadable';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Somebody else moved the checkpoint: what was folded is stale, nothing of it was written. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

/** The connection that holds the projection's lock does not answer. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** How far a read model is behind the log. */
export interface Lag {
  /** 0 is exact; anything else is estimated from positions, which have holes. */
  readonly events: number;
  /** At most so long: since the last event that it has seen was recorded. */
  readonly seconds: number;
}

/** A read model did not reach the position asked for in time. */
export class BehindPosition extends Error {
  override readonly name = 'BehindPosition';

  constructor(
    readonly projection: string,
    readonly wanted: string,
    readonly position: string | null,
    readonly lag: Lag,
  ) {
    super(`The read model ${projection} stands at ${position ?? 'the beginning'} and has not reached ${wanted} yet.`);
  }
}

const gone = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN']);

/** PostgreSQL is not there, or starts, stops or is short of connections: the same may work a little later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return /^(08|53|57P)/.test(state);
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (
    (typeof code === 'string' && gone.has(code)) ||
    error instanceof ConnectionLost ||
    /^Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
      error.message,
    )
  );
}
