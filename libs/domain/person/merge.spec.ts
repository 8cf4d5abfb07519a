import { describe, expect, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, fold, given, type StatedFact } from '../../testing/decider.js';
import { GiveConsent, WithdrawConsent } from './consent.commands.js';
import { consentsOf, mayBeSent } from './consent.js';
import {
  AcceptPersonMerge,
  ConfirmPersonMerge,
  DropPersonMerge,
  MergePersons,
  SeparatePerson,
  UnmergePersons,
} from './merge.commands.js';
import { person } from './person.js';
import { personEvents } from './person.events.js';

const fact = factsOf(personEvents);
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const duplicateId = '8a4e2f10-6c3b-4d97-b1a5-2e7f9c0d4b63';
const third = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';

const ilse = { name: 'Ilse Verbruggen', email: 'ilse@example.com' };
const name = fact('NameRegistered', { ...ilse, source: { kind: 'bought-list', name: 'Wind energy' } });
const press = fact('OtherPersonRegistered', { ...ilse, relation: 'press' });
const lead = fact('LeadRegistered', { source: 'web form', potential: 'customer' });
const marketing = fact('LeadQualified', { level: 'marketing-qualified' });
const contact = fact('LeadConverted', { accountId, owner: 'sam', requirement: 'sales-qualified' });

const merged = fact('PersonsMerged', { duplicateId });
const confirmed = fact('PersonMergeConfirmed', { duplicateId, consents: [] });
const dropped = fact('PersonMergeDropped', { duplicateId });
const unmerged = fact('PersonsUnmerged', { duplicateId });
const mergedInto = fact('PersonMergedInto', { survivorId: personId, consents: [] });
const declined = fact('PersonMergeDeclined', { survivorId: personId });
const separated = fact('PersonSeparated', { survivorId: personId });

const merge = (change: object = {}) => command(MergePersons, { personId, duplicateId, ...change });
const unmerge = command(UnmergePersons, { personId, duplicateId });
const accept = (change: object = {}) =>
  command(AcceptPersonMerge, { personId: duplicateId, survivorId: personId, ...change });
const confirm = command(ConfirmPersonMerge, { personId, duplicateId, consents: [] });
const drop = command(DropPersonMerge, { personId, duplicateId });
const separate = command(SeparatePerson, { personId: duplicateId, survivorId: personId });
const duplicate = (...facts: readonly StatedFact[]) => ({ lookups: { [`person-${duplicateId}`]: facts } });

describe('Two who are the same person', () => {
  it('are merged: the survivor’s stream says who continues as them', () => {
    given(person, lead).when(merge(), duplicate(name)).then(merged);
    given(person, lead, merged).when(merge(), duplicate(name)).thenNothing();
    given(person, lead, merged, confirmed).when(merge(), duplicate(name, mergedInto)).thenNothing();
  });

  it('are two: nobody is merged with themselves, or with somebody who is not known', () => {
    given(person, lead)
      .when(merge({ duplicateId: personId }))
      .thenRefused('MERGED_WITH_ITSELF');
    given(person).when(merge(), duplicate(name)).thenRefused('PERSON_NOT_FOUND');
  });

  it('are the one who came further, so that nothing that was reached is taken back', () => {
    given(person, name).when(merge(), duplicate(lead)).thenRefused('SURVIVOR_LESS_KNOWN');
    given(person, lead).when(merge(), duplicate(lead, marketing)).thenRefused('SURVIVOR_LESS_KNOWN');
    given(person, lead, marketing).when(merge(), duplicate(lead, contact)).thenRefused('SURVIVOR_LESS_KNOWN');
    given(person, lead, contact).when(merge(), duplicate(lead, marketing)).then(merged);
  });

  it('are both customers or both others: others are never in a pipeline', () => {
    given(person, lead).when(merge(), duplicate(press)).thenRefused('OTHER_NEVER_LEAD');
    given(person, press).when(merge(), duplicate(name)).thenRefused('OTHER_NEVER_LEAD');
    given(person, press).when(merge(), duplicate(press)).then(merged);
  });

  it('are not merged with one who continues as somebody else, or is waiting to be one with another', () => {
    given(person, lead).when(merge(), duplicate(name, mergedInto)).thenRefused('MERGED_ALREADY');
    given(person, lead)
      .when(merge(), duplicate(name, fact('PersonsMerged', { duplicateId: third })))
      .thenRefused('MERGE_UNDER_WAY');
  });
});

describe('A duplicate', () => {
  it('continues as the survivor, and lets the survivor know its consents', () => {
    given(person, name).when(accept()).then(mergedInto);
    given(person, name, mergedInto).when(accept()).thenNothing();
    const optedOut = fact('ConsentWithdrawn', { channel: 'e-mail', source: 'link in a mail' });
    const consents = [
      { channel: 'e-mail', word: 'withdrawn', source: 'link in a mail', since: '2024-01-15T09:00:00.000Z' },
    ] as const;
    given(person, name, optedOut)
      .when(accept())
      .then(fact('PersonMergedInto', { survivorId: personId, consents }));
    given(person, lead, merged)
      .when(command(ConfirmPersonMerge, { personId, duplicateId, consents }))
      .then(fact('PersonMergeConfirmed', { duplicateId, consents }));
  });

  it('declines when it continues as somebody else already, or waits for a duplicate of its own', () => {
    given(person, name, mergedInto)
      .when(accept({ survivorId: third }))
      .then(fact('PersonMergeDeclined', { survivorId: third }));
    given(person, name, fact('PersonsMerged', { duplicateId: third }))
      .when(accept())
      .then(declined);
    given(person).when(accept()).thenRefused('PERSON_NOT_FOUND');
  });

  it('accepts once that wait is over', () => {
    for (const over of [fact('PersonMergeConfirmed', { duplicateId: third, consents: [] })]) {
      given(person, name, fact('PersonsMerged', { duplicateId: third }), over)
        .when(accept())
        .then(mergedInto);
    }
  });

  it('is the one with the larger id when two are merged in both directions at once', () => {
    const claimsSurvivor = fact('PersonsMerged', { duplicateId: personId });
    given(person, name, claimsSurvivor).when(accept()).then(mergedInto);
    given(person, name, merged)
      .when(command(AcceptPersonMerge, { personId, survivorId: duplicateId }))
      .then(fact('PersonMergeDeclined', { survivorId: duplicateId }));
    given(person, name, merged, confirmed)
      .when(command(AcceptPersonMerge, { personId, survivorId: duplicateId }))
      .then(fact('PersonMergeDeclined', { survivorId: duplicateId }));
  });
});

describe('The survivor', () => {
  it('is told the answer', () => {
    given(person, lead, merged).when(confirm).then(confirmed);
    given(person, lead, merged).when(drop).then(dropped);
    given(person, lead, merged, dropped).when(confirm).thenNothing();
    given(person, lead, merged, confirmed).when(drop).thenNothing();
    given(person, lead, merged, dropped).when(merge(), duplicate(name, declined)).then(merged);
  });

  it('agrees to what either of them agreed to last', () => {
    const source = 'web form';
    const said = (word: 'given' | 'withdrawn', since: string) =>
      fact('PersonMergeConfirmed', { duplicateId, consents: [{ channel: 'e-mail', word, source, since }] });
    const [before, after] = ['2024-01-14T09:00:00.000Z', '2024-01-16T09:00:00.000Z'];
    const gave = fact('ConsentGiven', { channel: 'e-mail', source });
    const sendable = (...facts: readonly StatedFact[]) => mayBeSent(fold(person, [lead, ...facts]), 'e-mail');
    expect(sendable(merged, said('given', before))).toBe(true);
    expect(sendable(gave, merged, said('withdrawn', after))).toBe(false);
    expect(sendable(gave, merged, said('withdrawn', before))).toBe(true);
    expect(sendable(gave, merged, said('withdrawn', '2024-01-15T09:00:00.000Z'))).toBe(false);
    expect(sendable(gave, merged, said('withdrawn', after), unmerged)).toBe(true);
    given(person, lead, gave, merged, said('withdrawn', after))
      .when(command(WithdrawConsent, { personId, channel: 'e-mail', source }))
      .thenNothing();
    given(person, lead, merged, said('given', after))
      .when(command(GiveConsent, { personId, channel: 'e-mail', source }))
      .thenNothing();
  });
});

describe('Two who turn out to be two', () => {
  it('are unmerged, and stand as they stood', () => {
    given(person, lead, merged, confirmed).when(unmerge).then(unmerged);
    given(person, lead, merged, confirmed, unmerged).when(unmerge).thenNothing();
    given(person, name, mergedInto).when(separate).then(separated);
    given(person, name, mergedInto, separated).when(separate).thenNothing();
    for (const after of [
      fold(person, [lead, merged, confirmed, unmerged]),
      fold(person, [lead, mergedInto, separated]),
    ]) {
      const before = fold(person, [lead]);
      expect({ ...after, merging: before.merging }).toEqual(before);
      expect(after.merging).toMatchObject({ duplicates: [] });
      expect(person.continuesAs?.(after)).toBeUndefined();
      expect(consentsOf(after)).toEqual({});
    }
  });

  it('were merged, and both have taken note of it', () => {
    given(person, lead).when(unmerge).thenRefused('NOT_MERGED');
    given(person, lead, merged, dropped).when(unmerge).thenRefused('NOT_MERGED');
    given(person, lead, merged).when(unmerge).thenRefused('MERGE_UNDER_WAY');
    given(person).when(unmerge).thenRefused('PERSON_NOT_FOUND');
  });

  it('may be merged again', () => {
    given(person, lead, merged, confirmed, unmerged)
      .when(merge(), duplicate(name, mergedInto, separated))
      .then(merged);
  });
});
