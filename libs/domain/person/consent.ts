import { factsOf } from '../../kernel/index.js';
import type { GiveConsent, WithdrawConsent } from './consent.commands.js';
import { type Channel, type ChannelConsent, channels, personEvents, type Word } from './person.events.js';
import type { Consent, Consents, PersonState } from './state.js';

const fact = factsOf(personEvents);

/**
 * Whether a campaign may send to the person over the channel: they agreed, the last word counts, and nobody is taken to
 * agree who has not said so. People who are no customers are never in a campaign (S0; domain.md §1).
 */
export const mayBeSent = (state: PersonState, channel: Channel): boolean =>
  state.kind !== 'unknown' && state.kind !== 'other' && consentsOf(state)[channel]?.word === 'given';

/** What the person said last on each channel, under whichever id: those merged into them are the same person. */
export const consentsOf = ({ consents, consentsOfDuplicates }: PersonState): Consents =>
  Object.values(consentsOfDuplicates).reduce(lastOf, consents);

/** Of words said at the same instant, the one that withdraws counts. */
const lastOf = (some: Consents, others: Consents): Consents =>
  saidBy(others).reduce<Consents>((last, { channel, ...consent }) => {
    const before = last[channel];
    const counts =
      !before || before.since < consent.since || (before.since === consent.since && consent.word === 'withdrawn');
    return counts ? { ...last, [channel]: consent } : last;
  }, some);

/** The consents as a list, as they are recorded. */
export const saidBy = (consents: Consents): readonly ChannelConsent[] =>
  channels.flatMap((channel) => {
    const consent = consents[channel];
    return consent ? [{ channel, ...consent }] : [];
  });

/** The consents of a list. */
export const consentsIn = (said: readonly ChannelConsent[]): Consents =>
  Object.fromEntries(said.map(({ channel, ...consent }) => [channel, consent]));

/** Said again from another source, it is recorded again: each source is a proof of its own. */
export const consentGiven = ({ channel, source }: GiveConsent, state: PersonState) =>
  saidSo(consentsOf(state)[channel], 'given', source) ? [] : [fact('ConsentGiven', { channel, source })];

/** Also by somebody who never agreed: that they do not want it is known from then on. */
export const consentWithdrawn = ({ channel, source }: WithdrawConsent, state: PersonState) =>
  saidSo(consentsOf(state)[channel], 'withdrawn', source) ? [] : [fact('ConsentWithdrawn', { channel, source })];

const saidSo = (last: Consent | undefined, word: Word, source: string): boolean =>
  last?.word === word && last.source === source;

export const withConsent = (state: PersonState, channel: Channel, consent: Consent): PersonState => ({
  ...state,
  consents: { ...state.consents, [channel]: consent },
});
