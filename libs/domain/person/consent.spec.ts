import { describe, expect, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, fold, given, type StatedFact } from '../../testing/decider.js';
import { GiveConsent, WithdrawConsent } from './consent.commands.js';
import { mayBeSent } from './consent.js';
import { person } from './person.js';
import { personEvents } from './person.events.js';

const fact = factsOf(personEvents);
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const ilse = { name: 'Ilse Verbruggen', email: 'ilse@example.com' };

const name = fact('NameRegistered', { ...ilse, source: { kind: 'bought-list', name: 'Wind energy' } });
const press = fact('OtherPersonRegistered', { ...ilse, relation: 'press' });
const mail = { channel: 'e-mail', source: 'newsletter form' } as const;
const optedIn = fact('ConsentGiven', mail);
const optedOut = fact('ConsentWithdrawn', { ...mail, source: 'link in a mail' });

const give = (change: object = {}) => command(GiveConsent, { personId, ...mail, ...change });
const withdraw = (change: object = {}) => command(WithdrawConsent, { personId, ...mail, ...change });
const sendable = (...facts: readonly StatedFact[]) => mayBeSent(fold(person, facts), 'e-mail');

describe('Consent', () => {
  it('is given per channel, with its source', () => {
    given(person, name).when(give()).then(optedIn);
    given(person, name, optedIn)
      .when(give({ channel: 'post' }))
      .then(fact('ConsentGiven', { ...mail, channel: 'post' }));
  });

  it('is a history: each source is a proof of its own, the same again is none', () => {
    given(person, name, optedIn).when(give()).thenNothing();
    given(person, name, optedIn)
      .when(give({ source: 'trade fair' }))
      .then(fact('ConsentGiven', { ...mail, source: 'trade fair' }));
  });

  it('is withdrawn, also by somebody who never gave it', () => {
    given(person, name, optedIn)
      .when(withdraw({ source: 'link in a mail' }))
      .then(optedOut);
    given(person, name).when(withdraw()).then(fact('ConsentWithdrawn', mail));
    given(person, name, optedOut)
      .when(withdraw({ source: 'link in a mail' }))
      .thenNothing();
    given(person, name, optedIn, optedOut).when(give()).then(optedIn);
  });

  it('is of somebody who is known', () => {
    given(person).when(give()).thenRefused('PERSON_NOT_FOUND');
    given(person).when(withdraw()).thenRefused('PERSON_NOT_FOUND');
  });

  it('is needed before a campaign sends: the last word counts, silence is a no', () => {
    expect(sendable()).toBe(false);
    expect(sendable(name)).toBe(false);
    expect(sendable(name, optedIn)).toBe(true);
    expect(mayBeSent(fold(person, [name, optedIn]), 'phone')).toBe(false);
    expect(sendable(name, optedIn, optedOut)).toBe(false);
    expect(sendable(name, optedIn, optedOut, optedIn)).toBe(true);
  });

  it('brings nobody into a campaign who is no customer', () => {
    expect(sendable(press, optedIn)).toBe(false);
  });
});
