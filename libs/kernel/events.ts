import type { Actor } from './actor.js';
import type { Instant } from './time.js';

/** Where an event stands in the whole log: strictly increasing, with holes. In JSON a decimal string. */
export type Position = bigint;

/**
 * The shape of one event type: `Open` fields are stored as they are, `Personal` fields (name, e-mail, phone, address,
 * free text about a person) only under the key of the person they tell of.
 */
export interface EventShape<Open extends object = object, Personal extends object = object> {
  readonly open: Open;
  readonly personal: Personal;
}

/** What a decision writes and a fold reads: everything. */
export type DataOf<S extends EventShape> = S['open'] & S['personal'];

/** An event before it is recorded: a fact in the past tense with only its own data. */
export type Fact<S extends object, T extends keyof S & string = keyof S & string> = {
  [K in T]: { readonly type: K; readonly data: S[K] extends EventShape ? DataOf<S[K]> : never };
}[T];

/** The personal fields of an event, closed under its subject's key. */
export interface Sealed {
  /** The stream whose key closes it, usually `person-<uuid>`. */
  readonly subject: string;
  /** base64 of nonce, ciphertext and tag. */
  readonly box: string;
}

/**
 * An event as it stands in the log. Read models see `Data` without the personal fields, which stay in `sealed`; who
 * loads a stream to decide on it sees them opened.
 */
export interface RecordedEvent<Type extends string = string, Data = object> {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly type: Type;
  readonly data: Data;
  readonly sealed?: Sealed;
  /** When it happened. Within a stream it never runs backwards but around verdicts of processes. */
  readonly occurredAt: Instant;
  /** When the store recorded it. */
  readonly recordedAt: Instant;
  readonly actor: Actor;
  readonly correlationId: string;
  /** The id of the command that caused it. */
  readonly causationId: string;
}

/** The stored events of one aggregate as a projection meets them: open fields only. */
export type RecordedOf<S extends object, T extends keyof S & string = keyof S & string> = {
  [K in T]: RecordedEvent<K, S[K] extends EventShape ? S[K]['open'] : never>;
}[T];

/** How one event type is stored. Everything here is on disk: compensate, never change. */
export interface StoredShape {
  /** One sentence for the event catalogue: what is now known. */
  readonly says: string;
  /** Version of the shape that is written now; 1 when left out. */
  readonly schema?: number;
  /** From each older version to the next one: open fields in, open fields out. */
  readonly upcast?: Readonly<Record<number, (open: object) => object>>;
  /** The open field that names the person (by id) whom the personal fields tell of; left out: the stream itself. */
  readonly subject?: string;
  readonly personal?: Readonly<Record<string, true>>;
  /**
   * A verdict that a process draws from other facts and the time: what happened before it may still be reported, for it
   * is no fact that somebody knows.
   */
  readonly verdict?: true;
}

/** The same, held to the declared shape: no personal field can be forgotten. */
export type EventDeclaration<S extends EventShape> = StoredShape & {
  readonly subject?: keyof S['open'] & string;
} & (keyof S['personal'] extends never
    ? { readonly personal?: undefined }
    : { readonly personal: Readonly<Record<keyof S['personal'], true>> });

/** All event types of one aggregate, whatever it is. */
export interface DeclaredEvents {
  readonly category: string;
  readonly types: Readonly<Record<string, StoredShape>>;
}

/** All event types of one aggregate. */
export interface EventDeclarations<S extends object> extends DeclaredEvents {
  readonly types: Readonly<Record<string, StoredShape>> & {
    readonly [T in keyof S & string]: S[T] extends EventShape ? EventDeclaration<S[T]> : never;
  };
}

/**
 * Declares what an aggregate records. These names and shapes are on disk.
 *
 * @param category the stream prefix, without `-`
 */
export const declareEvents = <S extends object>(
  category: string,
  types: { readonly [T in keyof S & string]: S[T] extends EventShape ? EventDeclaration<S[T]> : never },
): EventDeclarations<S> => ({ category, types });

/** A typed way to state a fact: a stray or a missing field does not compile. */
export const factsOf =
  <S extends object>(_declared: EventDeclarations<S>) =>
  <T extends keyof S & string>(type: T, data: S[T] extends EventShape ? DataOf<S[T]> : never): Fact<S, T> => ({
    type,
    data,
  });

/** How a stored type is declared, as the event log needs to know it, whatever its aggregate. */
export interface DeclaredType {
  readonly category: string;
  readonly type: string;
  readonly says: string;
  readonly schema: number;
  readonly upcast: Readonly<Record<number, (open: object) => object>>;
  readonly personal: readonly string[];
  readonly subject: string | undefined;
}

/** Every event type that the product knows, by name. A name belongs to one aggregate. */
export type EventCatalogue = ReadonlyMap<string, DeclaredType>;

export function catalogueOf(declared: readonly DeclaredEvents[]): EventCatalogue {
  const catalogue = new Map<string, DeclaredType>();
  for (const { category, types } of declared) {
    for (const [type, declaration] of Object.entries(types)) {
      const other = catalogue.get(type);
      if (other) throw new Error(`The event ${type} is declared by ${other.category} and by ${category}.`);
      catalogue.set(type, {
        category,
        type,
        says: declaration.says,
        schema: declaration.schema ?? 1,
        upcast: declaration.upcast ?? {},
        personal: Object.keys(declaration.personal ?? {}),
        subject: declaration.subject,
      });
    }
  }
  return catalogue;
}

/** Category of a stream: what stands before the first `-`. */
export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));

/** Id of a stream: what stands behind the first `-`. */
export const idOf = (stream: string): string => stream.slice(stream.indexOf('-') + 1);
