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

/**
 * A process that has to ask before it acts: what its commands are is told by a read model, by the state that it had at
 * the event. The same commands, in the same order, each time.
 */
export interface AskingProcess {
  /** It may have to wait for its answer. */
  readonly asks: true;
  readonly name: string;
  readonly hears: readonly string[];
  /** @param signal aborted when nobody waits for the answer any more; then it throws */
  readonly react: (event: RecordedEvent, signal: AbortSignal) => AsyncIterable<object>;
}

/** Declares a process that asks, about one type of event. */
export const declareAskingProcess =
  <S extends object>(_heard: EventDeclarations<S>) =>
  <T extends keyof S & string>(
    name: string,
    hears: T,
    react: (event: RecordedOf<S, T>, signal: AbortSignal) => AsyncIterable<object>,
  ): AskingProcess => ({ asks: true, name, hears: [hears], react: react as unknown as AskingProcess['react'] });
