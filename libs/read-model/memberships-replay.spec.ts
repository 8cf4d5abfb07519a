import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EventShape, RecordedEvent } from '../kernel/index.js';
import type { Input } from './kept-keys.js';
import { memberships, type MembershipsTable, type RuleVersion } from './memberships.js';
import { replayed } from './memberships-replay.js';
import type { KeptRule } from './memberships-rules.js';
import { forever } from './timeline.js';

/** Whoever joined a group has its colour, else their own. */
interface KeyEvents {
  Painted: EventShape<{ readonly colour: number }>;
  Joined: EventShape<{ readonly group: string }>;
}

interface State {
  readonly colour?: number;
  readonly group?: string;
}

const colourOf = (own: State, others: (key: string) => State | undefined): number | undefined =>
  own.group === undefined ? own.colour : (others(own.group)?.colour ?? own.colour);

const table = memberships<KeyEvents, object>()<State, number, null>({
  keysOf: ({ stream }) => [stream],
  linksOf: (event) => (event.type === 'Joined' ? [event.data.group] : []),
  initial: {},
  evolve: {
    Painted: (state, { data }) => ({ ...state, colour: data.colour }),
    Joined: (state, { data }) => ({ ...state, group: data.group }),
  },
  rules: { initial: null, evolve: {}, versions: (): readonly RuleVersion<number>[] => [] },
  touched: (before, after) => (before.colour === after.colour && before.group === after.group ? [] : ['colour']),
  restsOn: () => ['colour'],
  concerns: () => true,
  verdict: (colour, own, others) => ({ holds: colourOf(own, others) === colour }),
});

const second = (seconds: number): string => new Date(Date.UTC(2020, 0, 1) + seconds * 1_000).toISOString();

const rule = (knownFrom: number): KeptRule => ({
  ...{ place: 0, rule: 'r', version: '1', definition: 1, from: second(0), to: forever, knownFrom: second(knownFrom) },
  cause: { position: -1n, type: 'Ruled', actorId: 'a', actorRole: 'admin' },
  ...{ wide: false, cursor: '', evaluated: false },
});

interface Told {
  readonly key: string;
  readonly what: { readonly colour: number } | { readonly group: string };
  readonly at: number;
  readonly known: number;
}

const inputOf = ({ key, what, at, known }: Told, place: number): Input => ({
  key,
  event: {
    position: BigInt(place),
    id: String(place),
    stream: key,
    revision: 0,
    type: 'colour' in what ? 'Painted' : 'Joined',
    data: what,
    occurredAt: second(at),
    actor: { id: 'a', role: 'admin' },
  } satisfies Partial<RecordedEvent>,
  recorded: second(known),
});

/** Whether the rule holds of `who` at an instant, by a replay of what was known at another. */
function holds(told: readonly Told[], t: number, k: number): boolean {
  const states = new Map<string, State>();
  const seen = told.filter(({ at, known }) => at <= t && known <= k).toSorted((a, b) => a.at - b.at);
  for (const { key, what } of seen) states.set(key, { ...states.get(key), ...what });
  const own = states.get('who');
  return own !== undefined && colourOf(own, (key) => states.get(key)) === 1;
}

describe('the replay of a key under a rule that is new', () => {
  it('holds at any instant, on both axes, where a replay that is cut there holds', () => {
    const happening = fc.record({
      what: fc.oneof(fc.record({ colour: fc.constantFrom(1, 2) }), fc.record({ group: fc.constantFrom('one', 'two') })),
      key: fc.constantFrom('who', 'one', 'two'),
      at: fc.integer({ min: 0, max: 9 }),
      ticked: fc.constantFrom(0, 1, 2),
    });
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 8 }), fc.integer({ min: 0, max: 4 }), (happenings, knownFrom) => {
        let known = 0;
        const told = happenings.map(({ what, key, at, ticked }): Told => {
          known += ticked;
          return { key, what: key === 'who' || 'colour' in what ? what : { colour: 2 }, at, known };
        });
        const stays = replayed(table, 'who', told.map(inputOf), rule(knownFrom), forever);
        const instants = Array.from({ length: 11 }, (_, t) => t);
        const moments = told.flatMap(({ known: k }) => (k < knownFrom ? [] : instants.map((t) => ({ t, k }))));
        const found = moments.filter(({ t, k }) =>
          stays.some(
            ({ from, to, recordedFrom, recordedTo }) =>
              from <= second(t) && to > second(t) && recordedFrom <= second(k) && recordedTo > second(k),
          ),
        );
        expect(found).toEqual(moments.filter(({ t, k }) => holds(told, t, k)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not behind an entry by what happened to somebody before the key rested on them', () => {
    const fromThree: MembershipsTable = {
      ...table,
      verdict: (_, __, ___, at) => (at < second(3) ? { holds: false, until: second(3) } : { holds: true }),
    };
    const told: readonly Told[] = [
      { key: 'who', what: { colour: 2 }, at: 0, known: 0 },
      { key: 'one', what: { colour: 1 }, at: 2, known: 2 },
      { key: 'who', what: { group: 'one' }, at: 4, known: 4 },
      { key: 'who', what: { colour: 1 }, at: 1, known: 5 },
    ];
    const stays = replayed(fromThree, 'who', told.map(inputOf), rule(0), forever);
    expect(stays.map(({ from, recordedFrom, cause }) => [from, recordedFrom, cause.position])).toEqual([
      [second(3), second(0), 0n],
      [second(3), second(5), 3n],
    ]);
  });
});
