import { policyDefaults, type PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import { dependenciesOf, evaluate, nextChange } from '../../libs/domain/segment/evaluate.rules.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import type { FieldName, Rule, SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import { categoryOf, idOf, type Instant, later, type RecordedEvent, type RecordedOf } from '../../libs/kernel/index.js';
import type { RuleVersion, StateOf, StoredCause, Verdict } from '../../libs/read-model/index.js';
import type { Customer } from './customer.js';
import { factsAt, listsOf, partyOf, type Windows } from './facts.js';

export type RuleEvents = Pick<SegmentEvents, 'SegmentDefined' | 'StaticListCreated' | 'SegmentRetired'> & PolicyEvents;

/** What decides on membership: a rule with the settings that it rests on, or a static list. */
export type Definition = { readonly of: SegmentAudience } & (
  { readonly rule: Rule; readonly windows: Windows } | { readonly list: string }
);

interface Held<T> {
  readonly version: number;
  readonly from: Instant;
  readonly value: T;
  /** Left out: the default, since ever. */
  readonly by?: StoredCause;
}

const by = ({ position, type, actor }: RecordedEvent): StoredCause => ({
  position: String(position),
  type,
  actorId: actor.id,
  actorRole: actor.role,
});

interface KnownSegment {
  readonly of: SegmentAudience;
  readonly created: Instant;
  /** None: a static list. */
  readonly rules: readonly Held<Rule>[];
  readonly retired?: Instant;
}

/** All that was ever said of segments, and of the windows that phases rest on. */
export interface KnownRules {
  readonly segments: Readonly<Record<string, KnownSegment>>;
  readonly windows: readonly Held<Windows>[];
}

const beginning = '0001-01-01T00:00:00.000Z';

/** The policy that phases rest on. */
export const windowsPolicy = 'inactivity.window';

export const noRules: KnownRules = {
  segments: {},
  windows: [{ version: 0, from: beginning, value: policyDefaults[windowsPolicy] }],
};

type Evolve = {
  readonly [T in keyof RuleEvents]: (known: KnownRules, event: RecordedOf<RuleEvents, T>) => KnownRules;
};

export const evolveRules: Evolve = {
  SegmentDefined: (known, event) => {
    const { stream, data, occurredAt } = event;
    const before = known.segments[idOf(stream)] ?? { of: data.of, created: occurredAt, rules: [] };
    if (before.rules.at(-1)?.version === data.version) return known;
    const rules = [...before.rules, { version: data.version, from: occurredAt, value: data.rule, by: by(event) }];
    return withSegment(known, stream, { ...before, rules });
  },
  StaticListCreated: (known, { stream, data, occurredAt }) =>
    withSegment(known, stream, { of: data.of, created: occurredAt, rules: [] }),
  SegmentRetired: (known, { stream, occurredAt }) => {
    const before = known.segments[idOf(stream)];
    return before ? withSegment(known, stream, { ...before, retired: occurredAt }) : known;
  },
  PolicyChanged: (known, event) => {
    const { data, occurredAt: from } = event;
    if (data.policy !== windowsPolicy) return known;
    const held = { version: data.version, from, value: data.value as Windows, by: by(event) };
    return { ...known, windows: [...known.windows, held] };
  },
};

const withSegment = (known: KnownRules, stream: string, segment: KnownSegment): KnownRules => ({
  ...known,
  segments: { ...known.segments, [idOf(stream)]: segment },
});

/** Whether what a rule says depends on the windows of the policy. */
export const restsOnWindows = (rule: Rule): boolean => dependenciesOf(rule).fields.has('phase');

/** How the version of a rule is called that holds under a version of the windows. */
export const versionName = (version: number, windows: number, phased: boolean): string =>
  phased ? `${version}.${windows}` : String(version);

/** Every rule under every setting that it held with. */
export const versionsOf = ({ segments, windows }: KnownRules): readonly RuleVersion<Definition>[] =>
  Object.entries(segments).flatMap(([id, segment]) => {
    const { of, created, rules, retired } = segment;
    if (rules.length === 0) {
      return [
        { rule: id, version: 'list', definition: { of, list: id }, from: created, to: retired, startsEmpty: true },
      ];
    }
    return rules.flatMap((rule, place) => {
      const phased = restsOnWindows(rule.value);
      const end = rules[place + 1]?.from ?? retired;
      return (phased ? windows : windows.slice(0, 1)).flatMap((held, turn): readonly RuleVersion<Definition>[] => {
        const from = phased ? later(rule.from, held.from) : rule.from;
        const to = earlier(end, phased ? windows[turn + 1]?.from : undefined);
        if (to !== undefined && to < from) return [];
        const definition = { of, rule: rule.value, windows: held.value };
        const because = from === rule.from ? rule.by : held.by;
        return [{ rule: id, version: versionName(rule.version, held.version, phased), definition, from, to, because }];
      });
    });
  });

const earlier = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;

/** Categories of the streams of whom a segment is made. */
export const categories: Readonly<Record<SegmentAudience, string>> = { accounts: 'account', people: 'person' };

export const concerns = ({ of }: Definition, key: string): boolean => categoryOf(key) === categories[of];

/** Names of what a definition rests on: fields, and custom attributes by their names. */
export function restsOn(definition: Definition): readonly string[] {
  if ('list' in definition) return ['merged', `list:${definition.list}`];
  const { fields, attributes } = dependenciesOf(definition.rule);
  const named = [...attributes].map((name) => `attribute:${name}`);
  const listed = fields.has('phase') ? definition.windows.segments.map(({ segmentId }) => `list:${segmentId}`) : [];
  return ['known', 'merged', ...fields, ...named, ...listed];
}

/** What a contact has of its account. */
const ofTheAccount: readonly FieldName[] = [
  ...(['industry', 'country', 'region', 'city', 'product', 'area', 'customer-role', 'owner', 'rating'] as const),
  ...(['purchases', 'lifetime-value', 'last-purchase', 'phase'] as const),
];

const bought: readonly FieldName[] = ['purchases', 'lifetime-value', 'last-purchase', 'phase'];

const fieldsBehind: { readonly [K in keyof Required<Customer>]?: readonly (FieldName | 'known' | 'merged')[] } = {
  known: ['known'],
  kind: ['kind', 'lead-level', 'phase'],
  level: ['lead-level', 'phase'],
  supplier: ['phase'],
  sources: ['source'],
  owner: ['owner'],
  disqualified: ['phase'],
  accountId: [...ofTheAccount, 'last-interaction'],
  contacts: [...bought, 'last-interaction'],
  opportunities: ['phase'],
  survivor: ['merged'],
  duplicates: ['merged'],
  consent: ['consent'],
  industry: ['industry'],
  location: ['country', 'region', 'city'],
  roles: ['customer-role', 'phase'],
  products: ['product'],
  rating: ['rating'],
  purchases: bought,
  won: bought,
  lastInteraction: ['last-interaction'],
};

/** Names of what differs. */
export function touched(before: Customer, after: Customer): readonly string[] {
  const fields = (Object.keys(fieldsBehind) as (keyof typeof fieldsBehind)[]).flatMap((name) =>
    JSON.stringify(before[name]) === JSON.stringify(after[name]) ? [] : (fieldsBehind[name] ?? []),
  );
  const attributes = differing(Object.entries(before.attributes ?? {}), Object.entries(after.attributes ?? {}));
  const lists = differing(
    (before.lists ?? []).map((list) => [list, true] as const),
    (after.lists ?? []).map((list) => [list, true] as const),
  );
  return [
    ...fields,
    ...attributes.flatMap((name) => [`attribute:${name}`, ...(name === 'area' ? ['area'] : [])]),
    ...lists.map((list) => `list:${list}`),
  ];
}

function differing(
  before: readonly (readonly [string, unknown])[],
  after: readonly (readonly [string, unknown])[],
): readonly string[] {
  const [left, right] = [new Map(before), new Map(after)];
  return [...new Set([...left.keys(), ...right.keys()])].filter((name) => left.get(name) !== right.get(name));
}

/** Whether somebody belongs to a segment at an instant, and until when if nothing happens. */
export function verdict(
  definition: Definition,
  own: Customer,
  others: StateOf<Customer>,
  at: Instant,
  key: string,
): Verdict {
  const party = partyOf(key, own, others);
  if (own.survivor !== undefined) return { holds: false };
  if ('list' in definition) return { holds: listsOf(party).includes(definition.list) };
  if (!own.known) return { holds: false };
  const { facts, until } = factsAt(party, definition.windows, at);
  const turn = nextChange(definition.rule, facts, at);
  return {
    holds: evaluate(definition.rule, facts, at),
    until: turn === undefined || (until !== undefined && until < turn) ? until : turn,
  };
}
