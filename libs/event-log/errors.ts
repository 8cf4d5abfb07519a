import type { Position } from '../kernel/index.js';

/** The stream has moved on since it was loaded: load it again and decide afresh. */
export class WrongRevision extends Error {
  override readonly name = 'WrongRevision';

  constructor(
    readonly stream: string,
    /** Revision that the stream was expected to stand at; `null`: it was expected not to exist. */
    readonly expected: number | null,
  ) {
    super(`${stream} is no longer at revision ${expected === null ? 'none' : String(expected)}.`);
  }
}

/**
 * The store cannot be reached, or gave no answer in time. Of an append it means that the outcome is unknown: the same
 * append may be repeated, under the same command id, without being recorded twice.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';

  /** @param code what the client or the store called it: `unavailable`, `timeout`, `not-leader`, … */
  constructor(
    readonly doing: string,
    readonly code: string,
  ) {
    super(`EventStoreDB is not available (${doing}: ${code}).`);
  }
}

/** The store understood and said no: a stream deleted by hand, missing rights. Repeating it does not help. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';

  constructor(
    readonly doing: string,
    readonly code: string,
  ) {
    super(`EventStoreDB refused (${doing}: ${code}).`);
  }
}

/** An event in the log that this version of the product cannot read. It names the event and carries none of its data. */
export class UnreadableEvent extends Error {
  override readonly name: string = 'UnreadableEvent';

  constructor(
    readonly type: string,
    readonly stream: string,
    readonly revision: number,
    readonly position: Position,
    reason: string,
  ) {
    super(`${type} in ${stream} at revision ${revision}: ${reason}`);
  }
}

/** A stored type that no aggregate declares. */
export class UnknownEventType extends UnreadableEvent {
  override readonly name = 'UnknownEventType';

  constructor(type: string, stream: string, revision: number, position: Position) {
    super(type, stream, revision, position, 'this event type is not declared.');
  }
}

/** A stored shape that is newer than the code, or older with no way up to it. */
export class UnknownSchema extends UnreadableEvent {
  override readonly name = 'UnknownSchema';

  constructor(type: string, stream: string, revision: number, position: Position, schema: number, known: number) {
    super(type, stream, revision, position, `schema ${schema} has no way to schema ${known}, which is the one known.`);
  }
}
