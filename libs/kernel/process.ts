import type { EventDeclarations, RecordedEvent, RecordedOf } from './events.js';

/**
 * What spans streams: it hears an event and issues commands. Their ids are derived from the event and their place in
 * the answer, so that hearing it twice, or dying half-way, gives the same result once. They happen at the event's
 * instant.
 */
export interface Process {
  /** A sentence in kebab-case; it is part of the ids: never change it. */
  readonly name: string;
  readonly hears: readonly string[];
  readonly react: (event: RecordedEvent) => readonly object[];
}

type Reactions = Readonly<Record<string, (event: RecordedEvent) => readonly object[]>>;

/** Declares a process over the events of one aggregate. */
export const declareProcess =
  <S extends object>(_heard: EventDeclarations<S>) =>
  (
    name: string,
    reactions: { readonly [T in keyof S & string]?: (event: RecordedOf<S, T>) => readonly object[] },
  ): Process => ({
    name,
    hears: Object.keys(reactions),
    react: (event) => (reactions as unknown as Reactions)[event.type]?.(event) ?? [],
  });
