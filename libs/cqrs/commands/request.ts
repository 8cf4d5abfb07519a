import { deriveId } from '../../event-log/index.js';
import type { KnownCommand } from '../../domain/index.js';
import type { Actor, Instant } from '../../kernel/index.js';

/** A checked command with all that surrounds it. */
export interface CommandRequest {
  readonly command: object;
  /** The Idempotency-Key: executing it again gives the same answer and records nothing. */
  readonly commandId: string;
  readonly actor: Actor;
  /** The salesperson that the key acts for; left out: it acts for nobody in particular. Not recorded. */
  readonly salesperson?: string | undefined;
  readonly correlationId: string;
  /** When it happened; left out: now. */
  readonly occurredAt?: Instant | undefined;
  /** A process reports at its event's instant, which may lie before the last fact of a stream it adds to. */
  readonly mayBeOverdue?: boolean;
  /** The revision that the caller saw (`If-Match`). */
  readonly expectedRevision?: number | undefined;
}

/** The stream that a command is about; one that it opens without naming it gets an id derived from the command's. */
export function streamOf({ aggregate }: KnownCommand, { command, commandId }: CommandRequest): string {
  const named = (command as Record<string, unknown>)[aggregate.id];
  const id = typeof named === 'string' ? named : aggregate.naturalId?.(command);
  return `${aggregate.category}-${id ?? deriveId(aggregate.category, commandId)}`;
}

/** The same command about another aggregate. */
export const sameFor = ({ type, aggregate }: KnownCommand, command: object, id: string): object =>
  Object.assign(new type(), command, { [aggregate.id]: id });
