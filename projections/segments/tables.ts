import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import type { PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import { purchasedAt } from '../../libs/domain/purchase/purchase.rules.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import type { Rule, SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import type { RecordedOf } from '../../libs/kernel/index.js';
import {
  bool,
  integer,
  json,
  memberships,
  optional,
  type StoredRow,
  text,
  texts,
  versions,
} from '../../libs/read-model/index.js';
import { type RateRow, rates } from '../policies/tables.js';
import { type Customer, type CustomerEvents, evolve } from './customer.js';
import type { accounts, people, sales } from './in-columns.js';
import { customerOf, keysOf } from './keys.js';
import { RateBook } from './rates.js';
import {
  concerns,
  type Definition,
  everWithWindow,
  evolveRules,
  isPart,
  isWide,
  type KnownRules,
  noRules,
  restsOn,
  restsOnGroups,
  restsOnWindows,
  segmentsWithWindows,
  type RuleEvents,
  touched,
  verdict,
  versionsOf,
} from './rules.js';

export type SegmentKind = 'dynamic' | 'list';

/** Every version of every segment and list. */
export const segments = versions<SegmentEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the segment or list.'),
    name: text('What it is called.'),
    kind: text<SegmentKind>('dynamic: by a rule; list: members are named one by one.'),
    audience: text<SegmentAudience>('accounts or people.'),
    rule: optional(json<Rule>('The rule, in the language of segments.')),
    version: optional(integer('Version of the rule.')),
    phased: bool('Whether the rule asks for the phase, and so rests on the policy inactivity.window.'),
    grouped: bool(
      'Whether the rule asks for the group, and so rests on the policies customer-group and reporting.currency.',
    ),
    retired: bool('Whether it is used for nothing new.'),
  },
  opens: {
    SegmentDefined: ({ data }) => ({
      name: data.name,
      kind: 'dynamic' as const,
      audience: data.of,
      rule: data.rule,
      version: data.version,
      phased: restsOnWindows(data.rule),
      grouped: restsOnGroups(data.rule),
      retired: false,
    }),
    StaticListCreated: ({ data }) => ({
      name: data.name,
      kind: 'list' as const,
      audience: data.of,
      phased: false,
      grouped: false,
      retired: false,
    }),
  },
  changes: { SegmentRetired: () => ({ retired: true }) },
});

/** Which version of each policy holds. */
export const settings = versions<PolicyEvents>()({
  key: 'policy',
  columns: {
    policy: text('Name of the policy.'),
    version: integer('Its version.'),
    windows: texts('Of inactivity.window: segments and lists that have a window of their own.'),
  },
  opens: { PolicyChanged: ({ data }) => ({ version: data.version, windows: segmentsWithWindows(data) }) },
});

/** People who are or were no more than names, whom not everybody may see (S0). */
export const names = versions<PersonEvents>()({
  key: 'key',
  keyOf: ({ stream }) => stream,
  columns: { key: text('Stream of the person.'), name: bool('Whether the person is no more than a name.') },
  opens: { NameRegistered: () => ({ name: true }), LeadRegistered: () => ({ name: false }) },
});

/** Whose each purchase is. */
export const purchases = versions<PurchaseEvents>()({
  key: 'id',
  columns: { id: text('Id of the purchase.'), customer: text('Stream of the account or person.') },
  opens: { PurchaseRecorded: ({ data }) => ({ customer: customerOf(data.accountId, data.personId) }) },
});

/** Whose each opportunity is. */
export const opportunities = versions<OpportunityEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the opportunity.'),
    customer: optional(text('Stream of the account.')),
    before: optional(text('Stream of the account that it belonged to before.')),
  },
  opens: {
    OpportunityOpened: ({ data }) => ({ customer: data.accountId === undefined ? null : `account-${data.accountId}` }),
  },
  changes: {
    OpportunityAccountAssigned: ({ data }, { customer }) => ({
      customer: `account-${data.accountId}`,
      before: customer,
    }),
  },
});

/**
 * Of a list only that somebody is on it is kept for each of its members, not all the others; of an answer to a survey
 * how satisfied it is; and an amount is kept with the exchange rates of its day, as they are known when it is recorded.
 */
function keptOf(event: RecordedOf<CustomerEvents>, _key: string, book: RateBook): object {
  const { data } = event;
  switch (event.type) {
    case 'StaticListMembersAdded':
    case 'StaticListMembersRemoved':
      return {};
    case 'SurveyResponseRecorded':
      return { kind: event.data.kind, score: event.data.score };
    case 'PurchaseRecorded': {
      const { date, amount } = event.data;
      return { ...data, lines: [], rates: book.on(purchasedAt(date, event.occurredAt).slice(0, 10), amount.currency) };
    }
    case 'PurchaseCorrected':
      return { ...data, lines: [] };
    case 'OpportunityWon':
      return { ...data, rates: book.on(event.occurredAt.slice(0, 10), event.data.amount.currency) };
    default:
      return data;
  }
}

/** A contact and its account rest on each other, a survivor on its duplicates. */
function linksOf(event: RecordedOf<CustomerEvents>, key: string): readonly string[] {
  switch (event.type) {
    case 'LeadConverted':
    case 'ContactAccountAssigned':
      return [key === event.stream ? `account-${event.data.accountId}` : event.stream];
    case 'PersonMergedInto':
    case 'AccountMergedInto':
      return key === event.stream ? [] : [event.stream];
    default:
      return [];
  }
}

/** Who belongs to which segment or list. */
export const members = memberships<CustomerEvents, RuleEvents>()<Customer, Definition, KnownRules, RateBook>({
  via: ['segments', 'purchases', 'opportunities'],
  keysOf,
  keptOf,
  noted: {
    from: 'rates',
    on: 'ExchangeRateSet',
    none: () => new RateBook(),
    add: (book, row) => {
      book.add(row as unknown as RateRow);
    },
  },
  linksOf,
  isPart,
  isWide,
  initial: {},
  evolve,
  rules: { initial: noRules, evolve: evolveRules, versions: versionsOf, followed: everWithWindow },
  touched,
  restsOn,
  concerns,
  verdict,
});

export { rates };

export type SegmentRow = StoredRow<typeof segments>;

export type SegmentTables = {
  readonly segments: typeof segments;
  readonly settings: typeof settings;
  readonly names: typeof names;
  readonly purchases: typeof purchases;
  readonly opportunities: typeof opportunities;
  readonly rates: typeof rates;
  readonly members: typeof members;
  readonly accounts: typeof accounts;
  readonly people: typeof people;
  readonly sales: typeof sales;
};
