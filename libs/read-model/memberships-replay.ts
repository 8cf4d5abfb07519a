import { type Instant, later } from '../kernel/index.js';
import { causeOf, type Input } from './kept-keys.js';
import { type KnownStay, type Piece, restay } from './membership.js';
import { Linked } from './memberships-linked.js';
import type { MembershipsTable } from './memberships.js';
import type { KeptRule } from './memberships-rules.js';
import { inOrder, retold, Story } from './memberships-story.js';

/**
 * Every stay of a key under a rule, as if the rule had been asked at each event since it was known: the same rows,
 * whenever it is done.
 *
 * @param inputs of the key and of those that it rests on, as they came to be known
 */
export function replayed(
  table: MembershipsTable,
  key: string,
  inputs: readonly Input[],
  rule: KeptRule,
  end: Instant,
): readonly KnownStay[] {
  const names = new Set(table.restsOn(rule.definition));
  const known: Input[] = [];
  const linked = new Linked(table, key, rule.wide);
  /** What happens to somebody before it rests on them is looked at when it does. */
  const heard = (): readonly Input[] => known.filter((input) => linked.has(input.key)).sort(inOrder);
  for (const input of inputs) {
    if (input.recorded > rule.knownFrom) break;
    known.push(input);
    linked.hear(input);
  }
  const rest = inputs.slice(known.length);
  const all: KnownStay[] = [];
  let recorded = rule.knownFrom;
  let believed: readonly KnownStay[] = [];
  let current = new Story(table, key);
  let occurred: Instant = '';
  const change = (since: Instant, following: readonly Piece[]): void => {
    const changed = restay(believed, since, following, recorded);
    all.push(...changed.begun);
    ({ believed } = changed);
  };
  const retell = (since: Instant): void => {
    const told = heard();
    current = new Story(table, key);
    for (const one of told) current.tell(one);
    occurred = told.at(-1)?.event.occurredAt ?? '';
    change(since, retold(table, key, told, [[rule, end]], since).get(rule) ?? []);
  };
  retell('');
  for (const input of rest) {
    const { event } = input;
    known.push(input);
    const isNew = linked.hear(input);
    if (!linked.has(input.key)) continue;
    recorded = later(recorded, input.recorded);
    if (isNew || event.occurredAt < occurred) {
      retell(event.occurredAt);
      continue;
    }
    if (current.tell(input).some((name) => names.has(name))) {
      change(event.occurredAt, current.pieces(rule, event.occurredAt, end, causeOf(event)));
    }
    occurred = event.occurredAt;
  }
  return all.filter((stay) => stay.recordedTo > stay.recordedFrom);
}
