import {
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
  /** There is an opportunity that names the person, or none is wanted of a supplier: never an alarm again. */
  readonly settled?: true;
  /** The opportunity that the conversion opened, while there is no other: it goes with the conversion. */
  readonly openedBy?: string;
  /** When the lead became a contact. */
  readonly since?: Instant;
  /** The deadline that was missed. */
  readonly stalled?: Instant;
}

interface Policies {
  readonly after: PolicyValue<'stalled-contact.after'>;
}

interface Naming {
  readonly stream: string;
  readonly occurredAt: Instant;
}

const deadlineOf = (
  { since, settled, stalled }: Contact,
  after: PolicyHistory<Policies['after']>,
): DeadlineUnder | undefined =>
  since === undefined || settled || stalled ? undefined : firstUnder(after, ({ weeks }) => plusDays(since, 7 * weeks));

const unknown: Contact = {};
const settled: Contact = { settled: true };

/** An opportunity names the contact. */
const named = {
  evolve: (state: Contact, { stream }: Naming): Contact => (state.openedBy === idOf(stream) ? state : settled),
  react: ({ stalled }: Contact, { stream, occurredAt }: Naming, personId: string): readonly object[] =>
    stalled === undefined
      ? []
      : [
          Object.assign(new ClearStalledContact(), {
            personId,
            opportunityId: idOf(stream),
            at: later(occurredAt, stalled),
          }),
        ],
};

/** A contact without an opportunity after N weeks raises an alarm, and an opportunity clears it (S0; domain.md §1). */
export const stalledContact = declareProcessManager<Contact, Policies>()((on) => ({
  name: 'stalled-contact',
  version: 1,
  policies: { after: policySource('stalled-contact.after') },
  initial: unknown,
  hears: [
    on(personEvents, {
      LeadRegistered: {
        keys: ({ stream, data }) => (data.potential === 'supplier' ? [idOf(stream)] : []),
        evolve: () => settled,
      },
      LeadConverted: {
        keys: ({ stream }) => [idOf(stream)],
        evolve: (state, { data, occurredAt }) =>
          state.settled
            ? state
            : data.opportunity
              ? { settled: true, openedBy: data.opportunity.opportunityId }
              : { ...state, since: occurredAt },
      },
      ConversionReverted: {
        keys: ({ stream }) => [idOf(stream)],
        evolve: (state) => (state.settled && state.openedBy === undefined ? state : unknown),
      },
    }),
    on(opportunityEvents, {
      OpportunityOpened: { keys: ({ data }) => data.contactIds, ...named },
      BuyingRoleAssigned: { keys: ({ data }) => [data.personId], ...named },
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
