import { type Instant, later, type PolicyHistory } from '../../kernel/index.js';
import type { CustomerKind } from '../customer/customer.events.js';
import {
  type Bought,
  type Judged,
  type Said,
  type Standing,
  together,
  type Window,
  type Windows,
} from '../customer/phases.rules.js';
import { belongedAt, type Word } from '../customer/words.rules.js';

/*
 * What is known of a customer lies in many streams: a purchase is of a person or an account, a contact and an
 * opportunity are of an account, a duplicate is of its survivor. Each is a part that says what it is worth to the one
 * that it belongs to; who belongs to nobody is a customer with a phase. Parts are named by their streams.
 */
export interface Part {
  readonly standing?: Standing | undefined;
  readonly bought?: Bought | undefined;
  /** The stream that it belongs to … */
  readonly of?: string | undefined;
  /** … unless it continues as this one. */
  readonly survivor?: string | undefined;
  /** A potential supplier, or an account that is no customer: what is worth anything is that it buys. */
  readonly notSoldTo?: true | undefined;
  /** Of a purchase: the opportunity that it came from. */
  readonly opportunity?: string;
  /** Of an opportunity: the purchases that stand for it. */
  readonly namedBy?: readonly string[];
  /** What the parts of this one say, the last ones of them. */
  readonly parts?: Readonly<Record<string, Said>>;
  /** What all earlier parts said together; it is not taken back. */
  readonly earlier?: Said | undefined;
  readonly judged?: Judged | undefined;
  /** Of a customer: the static lists that it stands on, and since when it stands on these and no others. */
  readonly lists?: readonly string[];
  readonly listedSince?: Instant;
  /** Of a customer: what was said of segments by rule. */
  readonly words?: Readonly<Record<string, readonly Word[]>>;
  /** Of a static list: what its members are. */
  readonly listOf?: CustomerKind;
}

export const unknown: Part = {};

/** As many parts are told apart: who cancels a hundred purchases in a row loses nothing. */
export const mostParts = 100;

/** What it belongs to; `undefined`: to itself. */
export const belongsTo = ({ of, survivor }: Part): string | undefined => survivor ?? of;

/** All that is said of it. A won opportunity that a purchase names counts as that purchase. */
export function said({ standing, bought, namedBy = [], parts = {}, earlier, notSoldTo }: Part): Said {
  const all = together([
    { standing, bought: namedBy.length === 0 ? bought : undefined },
    ...Object.keys(parts)
      .sort()
      .map((part) => parts[part] ?? {}),
    earlier ?? {},
  ]);
  return notSoldTo ? { bought: all.bought } : all;
}

/** Whom it belongs to, from the nearest on. */
export function upFrom(first: string | undefined, stateOf: (key: string) => Part): readonly string[] {
  const chain: string[] = [];
  for (let key = first; key !== undefined && !chain.includes(key); key = belongsTo(stateOf(key))) chain.push(key);
  return chain;
}

/** The parts looked at again: those among the keys that belong to this one now, and not those that do not any more. */
export function withParts(part: Part, key: string, keys: readonly string[], stateOf: (key: string) => Part): Part {
  const others = Object.entries(part.parts ?? {}).filter(([one]) => !keys.includes(one));
  const own = keys
    .filter((one) => belongsTo(stateOf(one)) === key)
    .map((one) => [one, said(stateOf(one))] as const)
    .filter(([, { standing, bought }]) => standing ?? bought);
  const all = [...others, ...own].sort(([a, one], [b, other]) => compare(lastOf(other), lastOf(one)) || compare(a, b));
  const dropped = all.slice(mostParts);
  if (dropped.length === 0) return { ...part, parts: Object.fromEntries(all) };
  const earlier = together([part.earlier ?? {}, ...dropped.map(([, what]) => what)]);
  return { ...part, parts: Object.fromEntries(all.slice(0, mostParts)), earlier };
}

const lastOf = ({ bought }: Said): Instant => bought?.at ?? '';
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The windows of a customer, by the lists and segments that it belongs to, or belonged to at an instant. */
export function windowsAt(
  { lists = [], listedSince = '', words = {} }: Part,
  policy: PolicyHistory<Window>,
  at: Instant = endOfTime,
): Windows {
  const said = Object.values(words).flatMap((all) => all.filter((word) => word.at <= at));
  return {
    policy,
    lists: [...lists, ...Object.keys(words).filter((segment) => belongedAt(words[segment] ?? [], at))],
    listedSince: said.reduce((since, word) => later(since, word.at), listedSince),
  };
}

/** Behind all instants. */
const endOfTime = '9999-12-31T23:59:59.999Z';

/** As it is kept: without what says nothing; who is not known is forgotten. */
export function tidy(part: Part): Part {
  const telling = Object.entries(part).filter(
    ([, value]: [string, unknown]) =>
      value !== undefined && (typeof value !== 'object' || value === null || Object.keys(value).length > 0),
  );
  return telling.length === 0 ? unknown : Object.fromEntries(telling);
}
