import type { GroupPolicy } from '../../libs/domain/account/relationship.rules.js';
import { policyDefaults, type PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import { dependenciesOf, evaluate, nextChange } from '../../libs/domain/segment/evaluate.rules.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import type { FieldName, Rule, SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import {
  categoryOf,
  earlier,
  idOf,
  type Instant,
  later,
  type RecordedEvent,
  type RecordedOf,
} from '../../libs/kernel/index.js';
import type { RuleVersion, StateOf, StoredCause, Verdict } from '../../libs/read-model/index.js';
import type { Customer } from './customer.js';
import { factsAt, listsOf, partyOf, type Windows } from './facts.js';
import { groupAt, type GroupSettings } from './group.js';

export type RuleEvents = Pick<SegmentEvents, 'SegmentDefined' | 'StaticListCreated' | 'SegmentRetired'> & PolicyEvents;

/** What decides on membership: a rule with the settings that it rests on, or a static list. */
export type Definition = { readonly of: SegmentAudience } & (
  ({ readonly rule: Rule } & RuleSettings) | { readonly list: string }
);

/** What the phase and the group are judged by; the group only where the rule asks for it. */
export interface RuleSettings {
  readonly windows: Windows;
  readonly groups?: GroupSettings | undefined;
}

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

/** The policies that rules rest on. */
export interface Settings {
  /** Of the phase. */
  readonly 'inactivity.window': Windows;
  /** Of the group. */
  readonly 'customer-group': GroupPolicy;
  readonly 'reporting.currency': { readonly currency: string };
}
export type Setting = keyof Settings;

const settingNames: readonly Setting[] = ['inactivity.window', 'customer-group', 'reporting.currency'];

type HeldSettings = { readonly [S in Setting]: readonly Held<Settings[S]>[] };

/** All that was ever said of segments, and of the settings that their rules rest on. */
export interface KnownRules {
  readonly segments: Readonly<Record<string, KnownSegment>>;
  readonly settings: HeldSettings;
}

const beginning = '0001-01-01T00:00:00.000Z';

const byDefault = <S extends Setting>(setting: S): readonly Held<Settings[S]>[] => [
  { version: 0, from: beginning, value: policyDefaults[setting] as unknown as Settings[S] },
];

export const noRules: KnownRules = {
  segments: {},
  settings: {
    'inactivity.window': byDefault('inactivity.window'),
    'customer-group': byDefault('customer-group'),
    'reporting.currency': byDefault('reporting.currency'),
  },
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
    const setting = settingNames.find((name) => name === data.policy);
    if (!setting) return known;
    const held = { version: data.version, from, value: data.value, by: by(event) };
    return { ...known, settings: { ...known.settings, [setting]: [...known.settings[setting], held] } };
  },
};

const withSegment = (known: KnownRules, stream: string, segment: KnownSegment): KnownRules => ({
  ...known,
  segments: { ...known.segments, [idOf(stream)]: segment },
});

/** Segments and lists that a policy gives a window of their own. */
export const segmentsWithWindows = ({ policy, value }: { readonly policy: string; readonly value: object }) =>
  policy === 'inactivity.window' ? (value as Windows).segments.map(({ segmentId }) => segmentId) : [];

/** The same of any version of the policy: whoever tells of their members follows them. */
export const everWithWindow = ({ settings }: KnownRules): readonly string[] => [
  ...new Set(settings['inactivity.window'].flatMap(({ value }) => value.segments.map(({ segmentId }) => segmentId))),
];

/** Whether what a rule says depends on the windows of the policy. */
export const restsOnWindows = (rule: Rule): boolean => dependenciesOf(rule).fields.has('phase');

/** Whether what a rule says depends on what makes a customer a partner, friend, economist or dog. */
export const restsOnGroups = (rule: Rule): boolean => dependenciesOf(rule).fields.has('group');

/** The settings that a rule rests on, in the order in which the names of its versions name theirs. */
const settingsOf = (rule: Rule): readonly Setting[] => [
  ...(restsOnWindows(rule) ? (['inactivity.window'] as const) : []),
  ...(restsOnGroups(rule) ? (['customer-group', 'reporting.currency'] as const) : []),
];

/** Versions of settings that held together, from the latest of them on. */
interface HeldTogether {
  readonly from: Instant;
  readonly to?: Instant | undefined;
  readonly by?: StoredCause | undefined;
  readonly versions: readonly number[];
  readonly values: Partial<Settings>;
}

/** Every combination of versions of some settings that held at a time. */
const heldTogether = (settings: HeldSettings, names: readonly Setting[]): readonly HeldTogether[] =>
  names.reduce<readonly HeldTogether[]>(
    (all, name) =>
      all.flatMap((before) =>
        settings[name].flatMap(({ version, from, value, by: cause }, turn): readonly HeldTogether[] => {
          const begins = later(before.from, from);
          const to = earlier(before.to, settings[name][turn + 1]?.from);
          if (to !== undefined && to < begins) return [];
          const versions = [...before.versions, version];
          const values = { ...before.values, [name]: value };
          return [{ from: begins, to, by: begins === before.from ? before.by : cause, versions, values }];
        }),
      ),
    [{ from: beginning, versions: [], values: {} }],
  );

/** Every rule under every setting that it held with. */
export const versionsOf = ({ segments, settings }: KnownRules): readonly RuleVersion<Definition>[] =>
  Object.entries(segments).flatMap(([id, segment]) => {
    const { of, created, rules, retired } = segment;
    if (rules.length === 0) {
      return [
        { rule: id, version: 'list', definition: { of, list: id }, from: created, to: retired, startsEmpty: true },
      ];
    }
    return rules.flatMap((rule, place) => {
      const end = rules[place + 1]?.from ?? retired;
      return heldTogether(settings, settingsOf(rule.value)).flatMap((held): readonly RuleVersion<Definition>[] => {
        const from = later(rule.from, held.from);
        const to = earlier(end, held.to);
        if (to !== undefined && to < from) return [];
        const definition = { of, rule: rule.value, ...settingsIn(held.values) };
        const because = from === rule.from ? rule.by : held.by;
        const version = [rule.version, ...held.versions].join('.');
        return [{ rule: id, version, definition, from, to, because }];
      });
    });
  });

function settingsIn(values: Partial<Settings>): RuleSettings {
  const policy = values['customer-group'];
  return {
    windows: values['inactivity.window'] ?? policyDefaults['inactivity.window'],
    ...(policy && { groups: { policy, currency: values['reporting.currency']?.currency ?? '' } }),
  };
}

/** Categories of the streams of whom a segment is made. */
export const categories: Readonly<Record<SegmentAudience, string>> = { accounts: 'account', people: 'person' };

export const concerns = ({ of }: Definition, key: string): boolean => categoryOf(key) === categories[of];

/** Contacts are of their account, merged ones of whom they continue as. */
export const isPart = (key: string, source: string): boolean =>
  categoryOf(source) === 'person' || categoryOf(key) === categoryOf(source);

/** The group is that of the customer whom somebody counts for, with all who do. */
export const isWide = (definition: Definition): boolean => 'rule' in definition && definition.groups !== undefined;

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
  ...(['purchases', 'lifetime-value', 'last-purchase', 'phase', 'group'] as const),
];

const bought: readonly FieldName[] = ['purchases', 'lifetime-value', 'last-purchase', 'phase', 'group'];

export const fieldsBehind: { readonly [K in keyof Required<Customer>]?: readonly (FieldName | 'known' | 'merged')[] } =
  {
    known: ['known'],
    kind: ['kind', 'lead-level', 'phase', 'group'],
    level: ['lead-level', 'phase'],
    supplier: ['phase', 'group'],
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
    roles: ['customer-role', 'phase', 'group'],
    products: ['product'],
    rating: ['rating'],
    purchases: bought,
    won: bought,
    lastInteraction: ['last-interaction'],
    signals: ['group'],
    share: ['group'],
  };

/** Names of what differs. */
export function touched(before: Customer, after: Customer): readonly string[] {
  const fields = (Object.keys(fieldsBehind) as (keyof typeof fieldsBehind)[]).flatMap((name) =>
    same(before[name], after[name]) ? [] : (fieldsBehind[name] ?? []),
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

/** Lists grow long: what has more in it than before is not gone through. */
const same = (a: unknown, b: unknown): boolean =>
  a === b ||
  (!(Array.isArray(a) && Array.isArray(b) && a.length !== b.length) && JSON.stringify(a) === JSON.stringify(b));

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
  const { groups } = definition;
  const { facts, until } = factsAt(party, definition.windows, at, groups && groupAt(key, others, groups, at));
  return {
    holds: evaluate(definition.rule, facts, at),
    until: earlier(nextChange(definition.rule, facts, at), until),
  };
}
