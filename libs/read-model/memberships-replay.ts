import { type Instant, later, type RecordedEvent } from '../kernel/index.js';
import { causeOf, type Input } from './kept-keys.js';
import { type KnownStay, restay } from './membership.js';
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
  const before: Input[] = [];
  let recorded = rule.knownFrom;
  while (before.length < inputs.length) {
    const next = inputs[before.length];
    if (!next || next.recorded > rule.knownFrom) break;
    before.push(next);
  }
  const story = new Story(table, key);
  const known = before.toSorted(inOrder);
  for (const input of known) story.tell(input);
  let occurred = known.at(-1)?.event.occurredAt ?? '';
  const all: KnownStay[] = [];
  let believed: readonly KnownStay[] = [];
  const change = (since: Instant, following: Parameters<typeof restay>[2]): void => {
    const changed = restay(believed, since, following, recorded);
    all.push(...changed.begun);
    ({ believed } = changed);
  };
  change('', retold(table, key, known, [[rule, end]], '').get(rule) ?? []);
  let current = story;
  const linked = new Set([key]);
  const link = (input: Input): boolean => {
    const found = input.key === key ? table.linksOf(input.event as RecordedEvent, key) : [];
    const isNew = found.some((source) => !linked.has(source));
    for (const source of found) linked.add(source);
    return isNew;
  };
  for (const input of before) link(input);
  for (const input of inputs.slice(before.length)) {
    const { event } = input;
    known.push(input);
    // What happens to somebody before it rests on them is looked at when it does.
    if (!linked.has(input.key)) continue;
    recorded = later(recorded, input.recorded);
    const isLate = link(input) || event.occurredAt < occurred;
    if (isLate) {
      known.sort(inOrder);
      current = new Story(table, key);
      for (const one of known) current.tell(one);
      change(event.occurredAt, retold(table, key, known, [[rule, end]], event.occurredAt).get(rule) ?? []);
    } else if (current.tell(input).some((name) => names.has(name))) {
      change(event.occurredAt, current.pieces(rule, event.occurredAt, end, causeOf(event)));
    }
    occurred = later(occurred, event.occurredAt);
  }
  return all.filter((stay) => stay.recordedTo > stay.recordedFrom);
}
