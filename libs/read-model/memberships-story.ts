import { type Instant, later, type RecordedEvent } from '../kernel/index.js';
import { causeOf, type Input } from './kept-keys.js';
import type { Piece } from './membership.js';
import { Linked } from './memberships-linked.js';
import type { MembershipsTable } from './memberships.js';
import { type KeptRule, nameOf } from './memberships-rules.js';
import { type Cause, forever } from './timeline.js';

export const inOrder = (a: Input, b: Input): number =>
  a.event.occurredAt !== b.event.occurredAt
    ? a.event.occurredAt < b.event.occurredAt
      ? -1
      : 1
    : Number(a.event.position - b.event.position);

/** A key with those that it rests on, as far as some events have told of them. */
export class Story {
  private readonly states = new Map<string, unknown>();

  constructor(
    private readonly table: MembershipsTable,
    private readonly key: string,
    states: Iterable<readonly [string, unknown]> = [],
  ) {
    this.states = new Map(states);
  }

  /** @returns names of what differs since */
  tell({ key, event }: Pick<Input, 'key' | 'event'>): readonly string[] {
    const evolve = this.table.states.get(event.type);
    if (!evolve) return [];
    const before = this.states.get(key) ?? this.table.initial;
    const after = evolve(before, event as RecordedEvent, key);
    this.states.set(key, after);
    return after === before ? [] : this.table.touched(before, after);
  }

  stateOf(key: string): unknown {
    return this.states.get(key);
  }

  /** What a rule says of the key from one instant to another if nothing else happens. */
  pieces(rule: KeptRule, from: Instant, to: Instant, cause: Cause): readonly Piece[] {
    const state = this.states.get(this.key);
    if (state === undefined) return [];
    const found: Piece[] = [];
    let at = later(from, rule.from);
    for (let changes = 0; at < to; changes++) {
      const { holds, until } = this.table.verdict(rule.definition, state, (key) => this.states.get(key), at, this.key);
      if (until !== undefined && until <= at)
        throw new Error(`A verdict on ${nameOf(rule)} holds until before it begins.`);
      if (changes > mostChanges) throw new Error(`A verdict on ${nameOf(rule)} changes without end.`);
      const end = until !== undefined && until < to ? until : to;
      // Who fits a rule when it begins enters because of the rule.
      found.push({ from: at, to: end, holds, cause: from < rule.from && at === rule.from ? rule.cause : cause });
      at = end;
    }
    return found;
  }
}

const mostChanges = 10_000;

/**
 * What a rule says of a key from an instant on, by all its events and those of the keys that it rests on.
 *
 * @param inputs in the order in which they happened
 * @param rules all of them wide, or none
 */
export function retold(
  table: MembershipsTable,
  key: string,
  inputs: readonly Input[],
  rules: readonly (readonly [rule: KeptRule, end: Instant])[],
  since: Instant,
): ReadonlyMap<KeptRule, readonly Piece[]> {
  const story = new Story(table, key);
  const asked = rules.map(([rule, end]) => ({
    rule,
    end,
    names: new Set(table.restsOn(rule.definition)),
    cause: undefined as Cause | undefined,
    pieces: [] as Piece[],
  }));
  const told = new Set<string>();
  const linked = new Linked(
    table,
    key,
    rules.some(([{ wide }]) => wide),
  );
  for (const [place, input] of inputs.entries()) {
    const names = story.tell(input);
    linked.hear(input);
    // What happened to somebody before the key rested on them is behind nothing.
    const isOfKey = linked.has(input.key);
    if (isOfKey) for (const name of names) told.add(name);
    const next = inputs[place + 1]?.event;
    if (next?.position === input.event.position) continue;
    const to = next?.occurredAt ?? forever;
    for (const one of asked) {
      // Events that a rule does not rest on are behind nothing.
      const isBehind = one.cause === undefined ? isOfKey : [...told].some((name) => one.names.has(name));
      if (isBehind) one.cause = causeOf(input.event);
      const end = to < one.end ? to : one.end;
      if (one.cause && end > since)
        one.pieces.push(...story.pieces(one.rule, later(input.event.occurredAt, since), end, one.cause));
    }
    told.clear();
  }
  return new Map(asked.map(({ rule, pieces }) => [rule, pieces]));
}
