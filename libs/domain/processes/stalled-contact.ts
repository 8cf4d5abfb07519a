import {
  type Around,
  declareProcessManager,
  type DeadlineUnder,
  firstUnder,
  idOf,
  type Instant,
  later,
  plusDays,
  type PolicyHistory,
} from '../../kernel/index.js';
import { opportunityEvents } from '../opportunity/opportunity.events.js';
import { personEvents } from '../person/person.events.js';
import { ClearStalledContact, MarkContactStalled } from '../person/stalled.commands.js';
import type { PolicyValue } from '../policy/policies.js';
import { policySource } from './policy-source.js';

interface Contact {
  /** No opportunity is wanted of a supplier. */
  readonly supplier?: true;
  /** An opportunity that names the person: never an alarm again. */
  readonly by?: string;
  /** The opportunity that the conversion opened: it goes with the conversion. */
  readonly openedBy?: string | undefined;
  /** When the lead became a contact. */
  readonly since?: Instant;
  /** No deadline lies before: until then the person was one with another. */
  readonly notBefore?: Instant;
  /** The deadline that was missed. */
  readonly stalled?: Instant;
  /** As whom the person continues: it is that one's clock that holds. */
  readonly survivor?: string | undefined;
  /** Opportunities of those who continue as this one. */
  readonly through?: Readonly<Record<string, string>>;
}

interface Policies {
  readonly after: PolicyValue<'stalled-contact.after'>;
}

interface Told {
  readonly stream: string;
  readonly occurredAt: Instant;
}

const unknown: Contact = {};

const opportunityOf = ({ by, openedBy, through = {} }: Contact): string | undefined =>
  by ?? openedBy ?? Object.values(through)[0];

const isQuiet = (contact: Contact): boolean =>
  contact.supplier ?? (contact.survivor !== undefined || opportunityOf(contact) !== undefined);

const deadlineOf = (contact: Contact, after: PolicyHistory<Policies['after']>): DeadlineUnder | undefined => {
  const { since, stalled, notBefore } = contact;
  if (since === undefined || stalled !== undefined || isQuiet(contact)) return undefined;
  return firstUnder(after, ({ weeks }) => later(plusDays(since, 7 * weeks), notBefore ?? since));
};

/** Those whom the event is about, and all that they continue as: each before the one that it continues as. */
function withSurvivors(ids: readonly string[], stateOf: (key: string) => Contact): readonly string[] {
  const chains = ids.map((id) => {
    const chain: string[] = [];
    for (let key: string | undefined = id; key !== undefined && !chain.includes(key); key = stateOf(key).survivor) {
      chain.push(key);
    }
    return chain;
  });
  const all = chains.flat();
  return all.filter((key, place) => all.lastIndexOf(key) === place);
}

/** What the others of the event are to this one: an opportunity of a duplicate is one of the survivor. */
function gathered(contact: Contact, key: string, { keys, stateOf }: Around<Contact, Policies>): Contact {
  const others = Object.entries(contact.through ?? {}).filter(([other]) => !keys.includes(other));
  const own = keys.flatMap((other) => {
    const { survivor, ...duplicate } = stateOf(other);
    const opportunity = opportunityOf(duplicate);
    return other !== key && survivor === key && opportunity !== undefined ? [[other, opportunity] as const] : [];
  });
  return { ...contact, through: Object.fromEntries([...others, ...own]) };
}

const tidy = (contact: Contact): Contact => {
  const told = Object.entries(contact).filter(
    ([, value]: [string, unknown]) =>
      value !== undefined && (typeof value !== 'object' || value === null || Object.keys(value).length > 0),
  );
  return told.length === 0 ? unknown : Object.fromEntries(told);
};

/** An opportunity from before the deadline, reported behind it, ends the verdict where it begins. */
function behind({ stalled = '' }: Contact, { occurredAt }: Told): Instant {
  return later(occurredAt, stalled);
}

/** An event changes those that it names; whoever they continue as looks at them again. */
function heard<E extends Told>(
  own: (contact: Contact, event: E) => Contact,
  about: (event: E) => readonly string[] = ({ stream }) => [idOf(stream)],
  further: (event: E) => readonly string[] = () => [],
) {
  const after = (contact: Contact, event: E, key: string, around: Around<Contact, Policies>): Contact => {
    const next = gathered(about(event).includes(key) ? own(contact, event) : contact, key, around);
    // Who stands alone again was not alone before.
    return isQuiet(contact) && !isQuiet(next) ? { ...next, notBefore: event.occurredAt } : next;
  };
  return {
    keys: (event: E, stateOf: (key: string) => Contact): readonly string[] => [
      ...new Set([...about(event), ...withSurvivors([...about(event), ...further(event)], stateOf)]),
    ],
    evolve: (contact: Contact, event: E, key: string, around: Around<Contact, Policies>): Contact =>
      tidy(after(contact, event, key, around)),
    react: (contact: Contact, event: E, key: string, around: Around<Contact, Policies>): readonly object[] => {
      const { stalled } = contact;
      const opportunityId = opportunityOf(after(contact, event, key, around));
      if (stalled === undefined || opportunityId === undefined || opportunityOf(contact) !== undefined) return [];
      const at = behind(contact, event);
      return [Object.assign(new ClearStalledContact(), { personId: key, opportunityId, at })];
    },
    reactsAt: behind,
  };
}

/** An opportunity names the contact. */
const named = (contact: Contact, { stream }: Told): Contact =>
  contact.openedBy === idOf(stream) ? contact : { ...contact, by: contact.by ?? idOf(stream) };

/**
 * A contact without an opportunity after N weeks raises an alarm, and an opportunity clears it (S0; domain.md §1). Of
 * people who are one the survivor's clock holds, and an opportunity of any of them is one of the survivor.
 */
export const stalledContact = declareProcessManager<Contact, Policies>()((on) => ({
  name: 'stalled-contact',
  version: 3,
  policies: { after: policySource('stalled-contact.after') },
  initial: unknown,
  hears: [
    on(personEvents, {
      LeadRegistered: heard((contact, { data }) =>
        data.potential === 'supplier' ? { ...contact, supplier: true } : contact,
      ),
      LeadConverted: heard((contact, { data, occurredAt }) => ({
        ...contact,
        since: occurredAt,
        openedBy: data.opportunity?.opportunityId,
      })),
      ConversionReverted: heard(({ since: _, stalled: __, openedBy: ___, ...contact }) => contact),
      PersonMergedInto: heard(
        (contact, { data }) => ({ ...contact, survivor: data.survivorId }),
        undefined,
        ({ data }) => [data.survivorId],
      ),
      PersonSeparated: heard(
        (contact) => ({ ...contact, survivor: undefined }),
        undefined,
        ({ data }) => [data.survivorId],
      ),
    }),
    on(opportunityEvents, {
      OpportunityOpened: heard(
        (contact, event) => named(contact, event),
        ({ data }) => data.contactIds,
      ),
      BuyingRoleAssigned: heard(
        (contact, event) => named(contact, event),
        ({ data }) => [data.personId],
      ),
    }),
  ],
  due: (state, { after }) => deadlineOf(state, after)?.deadline,
  onDue: (state, deadline, personId, { after }) => ({
    state: { ...state, stalled: deadline },
    commands: [
      Object.assign(new MarkContactStalled(), {
        personId,
        deadline,
        policyVersion: deadlineOf(state, after)?.version ?? 0,
      }),
    ],
  }),
}));
