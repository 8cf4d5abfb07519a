import { describe, expect, it } from '@jest/globals';
import { declareEvents, type EventShape, type RecordedEvent } from './events.js';
import { declareProcessManager, defaultPolicies, firstUnder, type PolicyHistory } from './process-manager.js';
import { plusDays } from './time.js';
import { Timeline } from './timeline.js';

interface KettleEvents {
  KettleLit: EventShape;
  KettleOut: EventShape;
  BoilingTimeSet: EventShape<{ readonly version: number; readonly value: number }>;
}

const kettle = declareEvents<KettleEvents>('kettle', {
  KettleLit: { says: 'There is fire under it.' },
  KettleOut: { says: 'The fire is out.' },
  BoilingTimeSet: { says: 'Another boiling time holds.' },
});

class Whistle {
  constructor(readonly kettle: string) {}
}

interface Fire {
  readonly lit?: string;
}

const cold: Fire = {};

const whistling = declareProcessManager<Fire, { days: number }>()((on) => ({
  name: 'whistle',
  version: 1,
  policies: {
    days: {
      stream: 'policy-boiling',
      type: 'BoilingTimeSet',
      initial: 10,
      read: (data) => data as { readonly version: number; readonly value: number },
    },
  },
  initial: cold,
  hears: [
    on(kettle, {
      KettleLit: { keys: ({ stream }) => [stream], evolve: (_, { occurredAt }) => ({ lit: occurredAt }) },
      KettleOut: { keys: ({ stream }) => [stream], evolve: () => cold },
    }),
  ],
  due: ({ lit }, { days }) =>
    lit === undefined ? undefined : firstUnder(days, (value) => plusDays(lit, value))?.deadline,
  onDue: (_, __, key) => ({ state: cold, commands: [new Whistle(key)] }),
}));

const day = (n: number): string => plusDays('2024-01-01T00:00:00.000Z', n - 1);

let position = 0n;
const event = (
  stream: string,
  type: string,
  occurredAt: string,
  recordedAt = occurredAt,
  data = {},
): RecordedEvent => ({
  id: String(position),
  stream,
  type,
  data,
  occurredAt,
  recordedAt,
  revision: 0,
  position: position++,
  actor: { id: 'sam', role: 'sales' },
  correlationId: 'c',
  causationId: 'd',
});

const timeline = (): Timeline => new Timeline(whistling, defaultPolicies(whistling), '0001-01-01T00:00:00.000Z');

const told = (issues: ReturnType<Timeline['fire']>) => issues.map(({ key, at }) => [key, at]);

describe('A deadline', () => {
  it('falls before the first event that is heard after it', () => {
    const line = timeline();
    expect(line.hear(event('k-1', 'KettleLit', day(1)))).toEqual([]);
    expect(line.hear(event('k-2', 'KettleLit', day(10)))).toEqual([]);
    expect(told(line.hear(event('k-1', 'KettleOut', day(11))))).toEqual([['k-1', day(11)]]);
  });

  it('falls with others in the order of the instants, then of the keys', () => {
    const line = timeline();
    for (const [stream, at] of [
      ['k-3', 2],
      ['k-2', 1],
      ['k-1', 1],
    ] as const)
      line.hear(event(stream, 'KettleLit', day(at)));
    expect(told(line.fire(day(30)))).toEqual([
      ['k-1', day(11)],
      ['k-2', day(11)],
      ['k-3', day(12)],
    ]);
  });

  it('does not fall when an event prevented it', () => {
    const line = timeline();
    line.hear(event('k-1', 'KettleLit', day(1)));
    line.hear(event('k-1', 'KettleOut', day(10)));
    expect(line.fire(day(30))).toEqual([]);
  });

  it('that had passed when it was set waits a minute for what is still being reported', () => {
    const line = timeline();
    line.hear(event('k-1', 'KettleLit', day(1), day(100)));
    line.hear(event('k-2', 'KettleLit', day(1), day(100)));
    expect(line.fire(day(100))).toEqual([]);
    line.hear(event('k-1', 'KettleOut', day(5), '2024-04-09T00:00:30.000Z'));
    // A minute after the last event of the past, not of the first one.
    expect(line.fire('2024-04-09T00:01:29.999Z')).toEqual([]);
    expect(told(line.fire('2024-04-09T00:01:30.000Z'))).toEqual([['k-2', day(11)]]);
  });

  it('moves with a change of the policy, and never to before that change', () => {
    const line = timeline();
    const set = (version: number, value: number, at: string) =>
      line.hear(event('policy-boiling', 'BoilingTimeSet', at, at, { version, value }));
    line.hear(event('k-1', 'KettleLit', day(1)));
    set(1, 20, day(5));
    expect(line.at('k-1').deadline).toBe(day(21));
    set(2, 3, day(6));
    expect(line.at('k-1').deadline).toBe(day(6));
    line.hear(event('k-2', 'KettleLit', day(7)));
    expect(line.at('k-2').deadline).toBe(day(10));
  });
});

describe('A policy', () => {
  const history: PolicyHistory<number> = [
    { version: 0, value: 10, since: '0001-01-01T00:00:00.000Z' },
    { version: 1, value: 20, since: day(5) },
    { version: 2, value: 3, since: day(40) },
  ];

  it('judges by what was in force at the deadline, also what is reported late', () => {
    const after = (from: string) => firstUnder(history, (value) => plusDays(from, value));
    expect(after('2023-12-01T00:00:00.000Z')).toEqual({ deadline: '2023-12-11T00:00:00.000Z', version: 0 });
    expect(after(day(1))).toEqual({ deadline: day(21), version: 1 });
    expect(after(day(30))).toEqual({ deadline: day(40), version: 2 });
    expect(after(day(50))).toEqual({ deadline: day(53), version: 2 });
  });
});

describe('An event', () => {
  interface Room {
    readonly kettle?: string;
    readonly lit?: number;
  }
  const dark: Room = {};
  const rooms = declareProcessManager<Room>()((on) => ({
    name: 'rooms',
    version: 1,
    policies: {},
    initial: dark,
    hears: [
      on(kettle, {
        KettleLit: {
          // A kettle knows its room; the room counts its kettles that are lit.
          keys: ({ stream }, stateOf) => [stream, ...[stateOf(stream).kettle ?? 'kitchen']],
          evolve: (state, { stream }, key, { keys, stateOf }) =>
            key === stream ? { lit: keys.length } : { lit: (state.lit ?? 0) + (stateOf(stream).lit ?? 0) },
          react: (state, _, key, { stateOf }) => [new Whistle(`${key} ${state.lit} ${stateOf('attic').lit}`)],
        },
      }),
    ],
    due: () => undefined,
    onDue: (state) => ({ state, commands: [] }),
  }));

  it('can be about keys that the state of another one names, and sees what became of those before', () => {
    const known = [{ key: 'kettle-1', state: { kettle: 'attic' }, late: false }];
    const [at, seen] = [day(1), day(1)];
    const here = new Timeline(rooms, defaultPolicies(rooms), '0001-01-01T00:00:00.000Z', known);
    const issues = here.hear(event('kettle-1', 'KettleLit', at, seen));
    expect(issues.map(({ command }) => command)).toEqual([
      new Whistle('kettle-1 undefined undefined'),
      new Whistle('attic undefined undefined'),
    ]);
    expect(here.at('attic').state).toEqual({ lit: 2 });
    expect(here.unknown).toEqual(['attic']);
    here.hear(event('kettle-2', 'KettleLit', at, seen));
    expect(here.at('kitchen').state).toEqual({ lit: 2 });
    expect(here.unknown).toEqual(['attic', 'kettle-2', 'kitchen']);
  });
});
