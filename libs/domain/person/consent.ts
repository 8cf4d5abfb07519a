import { factsOf, type Instant } from '../../kernel/index.js';
import type { GiveConsent, WithdrawConsent } from './consent.commands.js';
import { type Channel, personEvents } from './person.events.js';
import type { PersonState } from './person.js';

/** The last word of a person on a channel, and where and when it was said. */
export interface Consent {
  readonly given: boolean;
  readonly source: string;
  readonly since: Instant;
}

export type Consents = Readonly<Partial<Record<Channel, Consent>>>;

const fact = factsOf(personEvents);

/**
 * Whether a campaign may send to the person over the channel: they agreed, the last word counts, and nobody is taken to
 * agree who has not said so. People who are no customers are never in a campaign (S0; domain.md §1).
 */
export const mayBeSent = ({ kind, consents }: PersonState, channel: Channel): boolean =>
  kind !== 'unknown' && kind !== 'other' && consents[channel]?.given === true;

/** Said again from another source, it is recorded again: each source is a proof of its own. */
export const consentGiven = ({ channel, source }: GiveConsent, { consents }: PersonState) =>
  saidSo(consents[channel], true, source) ? [] : [fact('ConsentGiven', { channel, source })];

/** Also by somebody who never agreed: that they do not want it is known from then on. */
export const consentWithdrawn = ({ channel, source }: WithdrawConsent, { consents }: PersonState) =>
  saidSo(consents[channel], false, source) ? [] : [fact('ConsentWithdrawn', { channel, source })];

const saidSo = (last: Consent | undefined, given: boolean, source: string): boolean =>
  last?.given === given && last.source === source;

export const withConsent = (state: PersonState, channel: Channel, consent: Consent): PersonState => ({
  ...state,
  consents: { ...state.consents, [channel]: consent },
});
