import { declareProcessManager, idOf, type Around, type Instant } from '../../kernel/index.js';
import { accountEvents } from '../account/account.events.js';
import { EndCustomerPhase, RecordCustomerPhase } from '../customer/customer.commands.js';
import { customerEvents, type CustomerKind, type PhaseGround } from '../customer/customer.events.js';
import {
  type Happening,
  inactiveFrom,
  type Judged,
  type PhaseChange,
  phaseChanges,
  relisted,
  type Standing,
  turned,
  versionAt,
  type Windows,
} from '../customer/phases.rules.js';
import { opportunityEvents } from '../opportunity/opportunity.events.js';
import { personEvents } from '../person/person.events.js';
import type { PolicyValue } from '../policy/policies.js';
import { purchaseEvents } from '../purchase/purchase.events.js';
import { purchaseCounts, purchasedAt } from '../purchase/purchase.rules.js';
import { segmentEvents } from '../segment/segment.events.js';
import { belongsTo, said, upFrom, type Part, tidy, unknown, windowsAt, withParts } from './customer-parts.js';
import { policySource } from './policy-source.js';

interface Policies {
  readonly window: PolicyValue<'inactivity.window'>;
}

interface Told {
  readonly stream: string;
  readonly type: string;
  readonly occurredAt: Instant;
}

type Surroundings = Around<Part, Policies>;

const isCustomer = (key: string): boolean => key.startsWith('account-') || key.startsWith('person-');
const kindOf = (key: string): CustomerKind => (key.startsWith('account-') ? 'account' : 'person');

const windowsOf = (part: Part, { window }: Surroundings['policies']): Windows => windowsAt(part, window);

/** What an event makes of the part that it is about, whatever follows from that. */
type Own<E> = (part: Part, event: E) => Part;

/** The phases that a customer comes into, for somebody who belongs to no other one. */
function changesOf(part: Part, key: string, now: Happening, { policies }: Surroundings): readonly PhaseChange[] {
  if (!isCustomer(key)) return [];
  return phaseChanges(part.judged, belongsTo(part) === undefined ? said(part) : {}, now, windowsOf(part, policies));
}

/**
 * An event changes one part, and may change whose the part is. All those that the part belonged to and belongs to now
 * look at it again, each before the one that it belongs to itself.
 */
function heard<E extends Told>(own: Own<E>, boughtAt: (event: E) => Instant | undefined = () => undefined) {
  const itself = (part: Part, event: E, key: string, { keys, stateOf }: Surroundings): Part => {
    if (key === event.stream) return own(part, event);
    return key.startsWith('opportunity-')
      ? namedBy(part, event.stream, stateOf(event.stream).opportunity === key)
      : withParts(part, key, keys, stateOf);
  };
  const changed = (part: Part, event: E, key: string, around: Surroundings) => {
    const next = itself(part, event, key, around);
    const bought = boughtAt(event);
    const now = { at: bought ?? event.occurredAt, purchase: bought !== undefined };
    return { next, changes: changesOf(next, key, now, around) };
  };
  return {
    keys: (event: E, stateOf: (key: string) => Part): readonly string[] => {
      const before = stateOf(event.stream);
      const after = own(before, event);
      // A purchase stands for the opportunity that it names: that one counts or does not.
      const deals = [before.opportunity, after.opportunity].filter((key) => key !== undefined);
      const chains = [
        ...deals.flatMap((deal) => upFrom(belongsTo(stateOf(deal)), stateOf)),
        ...upFrom(belongsTo(before), stateOf),
        ...upFrom(belongsTo(after), stateOf),
      ];
      // Each chain leads to its end, so the last place of each key stands behind all that belong to it.
      const above = chains.filter((key, place) => chains.lastIndexOf(key) === place && key !== event.stream);
      return [event.stream, ...new Set(deals), ...above];
    },
    evolve: (part: Part, event: E, key: string, around: Surroundings): Part => {
      const { next, changes } = changed(part, event, key, around);
      const last = changes.at(-1);
      if (last) return tidy({ ...next, judged: last.judged });
      return tidy(next.judged ? { ...next, judged: refreshed(next) } : next);
    },
    react: (part: Part, event: E, key: string, around: Surroundings): readonly object[] => {
      const { next, changes } = changed(part, event, key, around);
      return changes.map((change) => commandFor(change, next, key, around.policies));
    },
  };
}

/** The same phase, judged by the last purchase that there is now. */
const refreshed = (part: Part): Judged | undefined =>
  part.judged && { ...part.judged, ...(part.judged.bought && { bought: said(part).bought }) };

function commandFor(change: PhaseChange, part: Part, key: string, { window }: Surroundings['policies']): object {
  const { judged, wonBack } = change;
  const at = judged.since;
  const customer = { customerId: idOf(key), customerKind: kindOf(key), at };
  if (judged.is === undefined) return Object.assign(new EndCustomerPhase(), customer, carried(belongsTo(part)));
  const { standing } = said(part);
  const judgedBy = judged.bought
    ? { because: [judged.bought], policyVersion: versionAt(window, at) }
    : { because: standing ? [standing.because] : [] };
  return Object.assign(new RecordCustomerPhase(), customer, {
    to: judged.is,
    ...(wonBack && { wonBack }),
    ...judgedBy,
  });
}

const carried = (by: string | undefined) => (by === undefined ? {} : { carriedBy: by });

const namedBy = (part: Part, purchase: string, named: boolean): Part => {
  const others = (part.namedBy ?? []).filter((one) => one !== purchase);
  return { ...part, namedBy: named ? [...others, purchase] : others };
};

const standing = (phase: Standing['phase'], ground: PhaseGround, stream: string): { readonly standing: Standing } => ({
  standing: { phase, because: { ground, stream } },
});

/** Somebody who is not sold to has no standing; whatever they buy counts all the same. */
const stands =
  (phase: Standing['phase'], ground: PhaseGround): Own<Told> =>
  (part, { stream }) =>
    part.notSoldTo ? part : { ...part, ...standing(phase, ground, stream) };

const roles: Own<Told & { readonly data: { readonly roles: readonly string[] } }> = (part, { stream, data }) =>
  data.roles.includes('customer')
    ? { ...part, notSoldTo: undefined, ...standing('suspect', 'account', stream) }
    : { ...part, notSoldTo: true, standing: undefined };

/** Both stay what they are: what is said of the one is said of the other while it lasts. */
const mergedInto =
  (kind: CustomerKind): Own<Told & { readonly data: { readonly survivorId: string } }> =>
  (part, { data }) => ({ ...part, survivor: `${kind}-${data.survivorId}` });
const separated: Own<Told> = (part) => ({ ...part, survivor: undefined });

/** A list changes the window of its members, and nothing else: what was judged stays. */
function listed(change: (lists: readonly string[], list: string) => readonly string[]) {
  interface Listing extends Told {
    readonly data: { readonly members: readonly string[] };
  }
  return {
    keys: ({ stream, data }: Listing, stateOf: (key: string) => Part): readonly string[] => {
      const { listOf } = stateOf(stream);
      return [stream, ...(listOf === undefined ? [] : data.members.map((id) => `${listOf}-${id}`))];
    },
    evolve: (part: Part, { stream, occurredAt }: Listing, key: string): Part =>
      key === stream ? part : tidy({ ...part, lists: change(part.lists ?? [], idOf(stream)), listedSince: occurredAt }),
  };
}

interface Worded extends Told {
  readonly data: { readonly customerKind: CustomerKind; readonly segmentId: string; readonly at: Instant };
}

/**
 * A word on a segment by rule does the same. It is always recorded behind its instant: whose window has run out
 * meanwhile, and would not have, never became inactive.
 */
function worded(belongs: boolean) {
  const after = (part: Part, { data: { segmentId, at } }: Worded): Part => {
    const said = part.words?.[segmentId] ?? [];
    return { ...part, words: { ...part.words, [segmentId]: [...said, { at, belongs }] } };
  };
  const changed = (part: Part, event: Worded, { window }: Surroundings['policies']) => {
    const next = after(part, event);
    const { judged, listedSince = '' } = next;
    const isAsked = judged !== undefined && event.data.at <= judged.since && listedSince <= judged.since;
    return { next, changes: isAsked ? relisted(judged, windowsAt(next, window, judged.since)) : [] };
  };
  return {
    keys: ({ stream, data }: Worded): readonly string[] => [`${data.customerKind}-${idOf(stream)}`],
    evolve: (part: Part, event: Worded, _: string, { policies }: Surroundings): Part => {
      const { next, changes } = changed(part, event, policies);
      return changes.reduce((state, { judged }) => ({ ...state, judged }), next);
    },
    react: (part: Part, event: Worded, key: string, { policies }: Surroundings): readonly object[] => {
      const { next, changes } = changed(part, event, policies);
      return changes.map((change) => commandFor(change, next, key, policies));
    },
  };
}

const accountOf = (accountId: string | undefined) => (accountId === undefined ? {} : { of: `account-${accountId}` });

/**
 * Exactly one relationship phase per customer at any instant, dated, and explained by what decided it (S3, S4;
 * domain.md §1; docs/decisions/0021).
 */
export const customerPhases = declareProcessManager<Part, Policies>()((on) => ({
  name: 'customer-phases',
  version: 3,
  policies: { window: policySource('inactivity.window') },
  initial: unknown,
  hears: [
    on(personEvents, {
      NameRegistered: heard(stands('suspect', 'name')),
      LeadRegistered: heard((part, event) =>
        event.data.potential === 'supplier'
          ? { ...part, notSoldTo: true, standing: undefined }
          : stands('prospect', 'lead')(part, event),
      ),
      LeadQualified: heard((part, event) =>
        event.data.level === 'sales-qualified' ? stands('potential', 'sales-qualified-lead')(part, event) : part,
      ),
      LeadDisqualified: heard(stands('suspect', 'disqualified-lead')),
      LeadRecycled: heard(stands('prospect', 'lead')),
      LeadConverted: heard((part, event) => ({
        ...stands('potential', 'contact')(part, event),
        ...accountOf(event.data.accountId),
      })),
      ContactAccountAssigned: heard((part, { data }) => ({ ...part, ...accountOf(data.accountId) })),
      ConversionReverted: heard((part, event) => ({
        ...stands('potential', 'sales-qualified-lead')(part, event),
        of: undefined,
      })),
      PersonMergedInto: heard(mergedInto('person')),
      PersonSeparated: heard(separated),
    }),
    on(accountEvents, {
      AccountOpened: heard(roles),
      AccountRolesAssigned: heard(roles),
      AccountOpeningReverted: heard((part) => ({ ...part, standing: undefined })),
      AccountMergedInto: heard(mergedInto('account')),
      AccountSeparated: heard(separated),
    }),
    on(opportunityEvents, {
      OpportunityOpened: heard((part, event) => ({
        ...stands('potential', 'opportunity')(part, event),
        ...accountOf(event.data.accountId),
      })),
      OpportunityAccountAssigned: heard((part, { data }) => ({ ...part, ...accountOf(data.accountId) })),
      OpportunityWon: heard(
        (part, { stream, occurredAt }) => ({
          ...part,
          bought: { ground: 'won-opportunity', stream, at: occurredAt },
        }),
        ({ occurredAt }) => occurredAt,
      ),
      OpportunityReopened: heard((part, event) => ({
        ...stands('potential', 'opportunity')(part, event),
        bought: undefined,
      })),
      OpportunityWithdrawn: heard((part) => ({ ...part, standing: undefined })),
    }),
    on(segmentEvents, {
      StaticListCreated: {
        keys: ({ stream }) => [stream],
        evolve: (part, { data }) => ({ ...part, listOf: data.of === 'accounts' ? 'account' : 'person' }),
      },
      StaticListMembersAdded: listed((lists, list) => [...lists.filter((one) => one !== list), list]),
      StaticListMembersRemoved: listed((lists, list) => lists.filter((one) => one !== list)),
    }),
    on(customerEvents, {
      CustomerEnteredSegment: worded(true),
      CustomerLeftSegment: worded(false),
    }),
    on(purchaseEvents, {
      PurchaseRecorded: heard(
        (_, { stream, occurredAt, data }) => {
          const { accountId, personId, opportunityId, kind, orderId, date } = data;
          const at = purchasedAt(date, occurredAt);
          return {
            of: accountId === undefined ? `person-${personId}` : `account-${accountId}`,
            ...(opportunityId !== undefined && { opportunity: `opportunity-${opportunityId}` }),
            ...(purchaseCounts({ kind, orderId, cancelled: false }) && {
              bought: { ground: 'purchase', stream, at },
            }),
          };
        },
        ({ data, occurredAt }) => purchasedAt(data.date, occurredAt),
      ),
      PurchaseCancelled: heard((part) => ({ ...part, bought: undefined })),
      PurchaseOpportunityAssigned: heard((part, { data }) => ({
        ...part,
        opportunity: `opportunity-${data.opportunityId}`,
      })),
    }),
  ],
  due: (part, policies) => inactiveFrom(part.judged, windowsOf(part, policies))?.deadline,
  onDue: (part, deadline, key, policies) => {
    const judged = turned(part.judged, 'inactive', deadline, part.judged?.bought);
    const version = inactiveFrom(part.judged, windowsOf(part, policies))?.version;
    return {
      state: { ...part, judged },
      commands: [
        Object.assign(new RecordCustomerPhase(), {
          customerId: idOf(key),
          customerKind: kindOf(key),
          to: 'inactive',
          at: deadline,
          because: judged.bought ? [judged.bought] : [],
          policyVersion: version ?? 0,
        }),
      ],
    };
  },
}));
