import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type EventShape, idOf } from '../../libs/kernel/index.js';
import {
  ensureReadModels,
  memberships,
  projection,
  read,
  type RuleVersion,
  waitFor,
} from '../../libs/read-model/index.js';
import { rows } from '../../libs/read-model/reading.js';
import { type GivenEvent, happened, MemoryLog, recorded } from '../../libs/testing/projection.js';
import { sql } from 'kysely';
import { eventually, running, withDatabase } from './ledger.js';

/** Somebody has a colour and pays; who belongs to a group shares its colour. */
interface KeyEvents {
  Painted: EventShape<{ readonly colour: number }>;
  Paid: EventShape<{ readonly amount: number }>;
  Joined: EventShape<{ readonly group: string }>;
}

interface RuleEvents {
  Ruled: EventShape<{ readonly rule: Rule; readonly version: number }>;
}

/** Who has a colour, or paid less than so many seconds ago. */
type Rule = { readonly colour: number } | { readonly within: number };

interface State {
  readonly colour?: number;
  readonly paid?: string;
  readonly group?: string;
}

type Known = Readonly<
  Record<string, readonly { readonly version: number; readonly rule: Rule; readonly from: string }[]>
>;

const second = (seconds: number): string => new Date(Date.UTC(2020, 0, 1) + seconds * 1_000).toISOString();
const secondsOf = (at: string): number => (Date.parse(at) - Date.UTC(2020, 0, 1)) / 1_000;

let verdicts = 0;

function verdict(rule: Rule, own: State, others: (key: string) => State | undefined, at: string) {
  if ('colour' in rule) {
    const group = own.group === undefined ? undefined : others(own.group);
    return { holds: (group?.colour ?? own.colour) === rule.colour };
  }
  if (own.paid === undefined) return { holds: false };
  const end = second(secondsOf(own.paid) + rule.within);
  return at < end ? { holds: true, until: end } : { holds: false };
}

const members = memberships<KeyEvents, RuleEvents>()<State, Rule, Known>({
  keysOf: ({ stream }) => [stream],
  linksOf: (event) => (event.type === 'Joined' ? [event.data.group] : []),
  initial: {},
  evolve: {
    Painted: (state, { data }) => ({ ...state, colour: data.colour }),
    Paid: (state, { occurredAt }) => ({ ...state, paid: occurredAt }),
    Joined: (state, { data }) => ({ ...state, group: data.group }),
  },
  rules: {
    initial: {},
    evolve: {
      Ruled: (known, { stream, data, occurredAt }) => ({
        ...known,
        [idOf(stream)]: [...(known[idOf(stream)] ?? []), { ...data, from: occurredAt }],
      }),
    },
    versions: (known) =>
      Object.entries(known).flatMap(([rule, held]) =>
        held.map(({ version, rule: definition, from }, place): RuleVersion<Rule> => {
          const to = held[place + 1]?.from;
          return { rule, version: String(version), definition, from, to };
        }),
      ),
  },
  touched: (before, after) => [
    ...(before.colour === after.colour && before.group === after.group ? [] : ['colour']),
    ...(before.paid === after.paid ? [] : ['paid']),
  ],
  restsOn: (rule) => ['colour' in rule ? 'colour' : 'paid'],
  concerns: () => true,
  verdict: (rule, own, others, at) => {
    verdicts += 1;
    return verdict(rule, own, others, at);
  },
});

const model = projection({ name: 'members', version: 1, tables: { members }, views: {} });
const tell = happened<KeyEvents>();
const ruled = happened<RuleEvents>();

const keys = ['who-1', 'who-2', 'who-3', 'who-4'];

/** A replay that is cut at the moment and knows nothing of increments. */
function replayed(given: readonly GivenEvent[], rule: string, asOf: string, knownAt: string): readonly string[] {
  const seen = given
    .filter(({ occurredAt, recordedAt = occurredAt }) => occurredAt <= asOf && recordedAt <= knownAt)
    .toSorted((a, b) => (a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : 0));
  const held = seen.findLast(({ stream }) => stream === `rule-${rule}`)?.data as { readonly rule: Rule } | undefined;
  if (!held) return [];
  const states = new Map<string, State>();
  for (const { stream, type, data, occurredAt } of seen) {
    const before = states.get(stream) ?? {};
    if (type === 'Painted') states.set(stream, { ...before, ...(data as { colour: number }) });
    if (type === 'Paid') states.set(stream, { ...before, paid: occurredAt });
    if (type === 'Joined') states.set(stream, { ...before, ...(data as { group: string }) });
  }
  return keys.filter((key) => {
    const own = states.get(key);
    return own && verdict(held.rule, own, (other) => states.get(other), asOf).holds;
  });
}

const rule: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({ colour: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ within: fc.integer({ min: 1, max: 15 }) }),
);

const happening = fc.record({
  what: fc.oneof(
    fc.record({ colour: fc.integer({ min: 1, max: 2 }) }),
    fc.record({ amount: fc.constant(1) }),
    fc.record({ group: fc.constantFrom('who-3', 'who-4') }),
    fc.record({ rule, of: fc.constantFrom('x', 'y') }),
  ),
  who: fc.constantFrom(...keys),
  occurred: fc.integer({ min: 0, max: 40 }),
  ticked: fc.constantFrom(0, 1, 2, 7),
});

describe('Memberships', () => {
  it('are at any instant, on both axes, what a replay that is cut there gives, however batches are cut', async () => {
    const instant = fc.integer({ min: -1, max: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 1, maxLength: 30 }),
        fc.array(fc.tuple(instant, instant), { minLength: 15, maxLength: 15 }),
        fc.integer({ min: 1, max: 9 }),
        async (happenings, moments, batch) => {
          let clock = 0;
          const reached = new Map<string, number>();
          const versions = new Map<string, number>();
          const given = happenings.map(({ what, who, occurred, ticked }): GivenEvent => {
            clock += ticked;
            const stream = 'of' in what ? `rule-${what.of}` : who;
            // Within a stream time never runs backwards.
            const at = Math.max(occurred, reached.get(stream) ?? 0);
            reached.set(stream, at);
            const more = { recordedAt: second(clock) };
            if ('colour' in what) return tell(stream, 'Painted', second(at), what, more);
            if ('amount' in what) return tell(stream, 'Paid', second(at), what, more);
            if ('group' in what) return tell(stream, 'Joined', second(at), what, more);
            const version = (versions.get(stream) ?? 0) + 1;
            versions.set(stream, version);
            return ruled(stream, 'Ruled', second(at), { rule: what.rule, version }, more);
          });
          await withDatabase(async (database) => {
            await ensureReadModels(database, [model]);
            const log = new MemoryLog(recorded(given));
            const run = running({ feed: log, database, projections: [model], batch });
            try {
              await waitFor(database, model, log.events.at(-1)?.position ?? 0n, 20_000);
              for (const [t, k] of moments) {
                for (const name of ['x', 'y']) {
                  const held = given.findLast(
                    ({ stream, occurredAt, recordedAt = '' }) =>
                      stream === `rule-${name}` && occurredAt <= second(t) && recordedAt <= second(k),
                  );
                  const version = String((held?.data as { version: number } | undefined)?.version ?? 0);
                  const found = await read(database, model, { asOf: second(t), knownAt: second(k) }, (reading) =>
                    rows(
                      reading,
                      sql<{ key: string }>`select key from ${reading.at('members')} m
                        where rule = ${name} and version = ${version} order by key`,
                    ),
                  );
                  expect(found.map(({ key }) => key)).toEqual(replayed(given, name, second(t), second(k)));
                }
              }
            } finally {
              await run.stop();
            }
          });
        },
      ),
      { numRuns: 25 },
    );
  }, 180_000);

  const painted = (from: number, count: number): readonly GivenEvent[] =>
    Array.from({ length: count }, (_, n) =>
      tell(`many-${String(from + n).padStart(6, '0')}`, 'Painted', second(1), { colour: 1 }),
    );

  it('cost an event one verdict for each rule that rests on what it changed, however many there are', async () => {
    await withDatabase(async (database) => {
      await ensureReadModels(database, [model]);
      const rules = [1, 2, 3].map((colour) =>
        ruled(`rule-c${colour}`, 'Ruled', second(0), { rule: { colour }, version: 1 }),
      );
      const silence = ruled('rule-s', 'Ruled', second(0), { rule: { within: 5 }, version: 1 });
      const log = new MemoryLog(recorded([...rules, silence, ...painted(0, 2_500)]));
      const run = running({ feed: log, database, projections: [model] });
      try {
        await waitFor(database, model, log.events.at(-1)?.position ?? 0n, 30_000);
        verdicts = 0;
        log.record(recorded([tell('many-000007', 'Painted', second(2), { colour: 2 })], log.events));
        await waitFor(database, model, log.events.at(-1)?.position ?? 0n, 10_000);
        expect(verdicts).toBe(3);
      } finally {
        await run.stop();
      }
    });
  }, 60_000);

  it('of a rule that is new are found page by page, also over a restart, while the rule before answers', async () => {
    await withDatabase(async (database) => {
      await ensureReadModels(database, [model]);
      const first = ruled('rule-x', 'Ruled', second(0), { rule: { colour: 1 }, version: 1 });
      const changed = ruled('rule-x', 'Ruled', second(3), { rule: { colour: 2 }, version: 2 });
      const log = new MemoryLog(recorded([first, ...painted(0, 5_500), changed]));
      let run = running({ feed: log, database, projections: [model] });
      await waitFor(database, model, log.events.at(-1)?.position ?? 0n, 30_000);
      await run.stop();
      log.record(recorded([tell('many-005499', 'Painted', second(4), { colour: 2 })], log.events));
      run = running({ feed: log, database, projections: [model] });
      const state = () =>
        read(database, model, {}, (reading) =>
          rows(
            reading,
            sql<{ version: string; evaluated: boolean; members: bigint }>`
              select r.version, r.evaluated, (select count(*) from ${reading.at('members')} m
                where m.rule = r.rule and m.version = r.version) as members
              from ${reading.rules('members')} r order by r.place`,
          ),
        );
      try {
        const found = await eventually(
          state,
          (versions) => versions.every(({ evaluated }) => evaluated) && versions[1]?.members === 1n,
        );
        expect(found.map(({ version, evaluated }) => [version, evaluated])).toEqual([
          ['1', true],
          ['2', true],
        ]);
        expect(found[1]?.members).toBe(1n);
      } finally {
        await run.stop();
      }
    });
  }, 60_000);
});
