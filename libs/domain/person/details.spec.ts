import { describe, expect, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, fold, given } from '../../testing/decider.js';
import {
  AssignContactAccount,
  ChangePersonDetails,
  RemovePersonAttributes,
  SetPersonAttributes,
  TransferPerson,
} from './details.commands.js';
import { ownerOf } from './details.js';
import { ConvertLead } from './person.commands.js';
import { person } from './person.js';
import { maySeeNames, personEvents } from './person.events.js';

const fact = factsOf(personEvents);
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const employer = 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3';

const ilse = { name: 'Ilse Verbruggen', email: 'ilse@example.com' };
const name = fact('NameRegistered', { ...ilse, source: { kind: 'bought-list', name: 'Wind energy' } });
const press = fact('OtherPersonRegistered', { ...ilse, relation: 'press' });
const lead = fact('LeadRegistered', { source: 'web form', potential: 'customer', owner: 'sam' });
const marketing = fact('LeadQualified', { level: 'marketing-qualified' });
const sales = fact('LeadQualified', { level: 'sales-qualified' });
const contact = fact('LeadConverted', { accountId, owner: 'sam', requirement: 'sales-qualified' });

const changeDetails = (change: object) => command(ChangePersonDetails, { personId, ...change });
const transfer = (owner: string) => command(TransferPerson, { personId, owner, reason: 'another region' });
const assignAccount = (id: string) => command(AssignContactAccount, { personId, accountId: id });
const setAttributes = (change: object) => command(SetPersonAttributes, { personId, ...change });
const removeAttributes = (...names: readonly string[]) => command(RemovePersonAttributes, { personId, names });

describe('A name', () => {
  it('is visible to marketing, not to sales', () => {
    expect(maySeeNames).toContain('marketing');
    for (const role of ['sales', 'sales-manager', 'support'] as const) expect(maySeeNames).not.toContain(role);
  });

  it('belongs to nobody in sales', () => {
    given(person, name).when(transfer('kim')).thenRefused('PERSON_WITHOUT_OWNER');
    given(person, press).when(transfer('kim')).thenRefused('PERSON_WITHOUT_OWNER');
  });
});

describe('How a person is called and reached', () => {
  it('is corrected; what is left out stays', () => {
    given(person, name)
      .when(changeDetails({ name: 'Ilse Maes', phone: '+31 10 555 01 23' }))
      .then(fact('PersonDetailsChanged', { name: 'Ilse Maes', phone: '+31 10 555 01 23', cleared: [] }));
    given(person, name)
      .when(changeDetails({ ...ilse, clear: ['phone'] }))
      .thenNothing();
  });

  it('is forgotten where it does not hold any more', () => {
    const cleared = fact('PersonDetailsChanged', { cleared: ['email'] });
    given(person, name)
      .when(changeDetails({ clear: ['email', 'phone'] }))
      .then(cleared);
    given(person, name, cleared)
      .when(changeDetails({ email: ilse.email }))
      .then(fact('PersonDetailsChanged', { email: ilse.email, cleared: [] }));
  });

  it('is not set and cleared at once, nor of somebody who is not known', () => {
    given(person, name)
      .when(changeDetails({ email: ilse.email, clear: ['email'] }))
      .thenRefused('DETAIL_SET_AND_CLEARED');
    given(person)
      .when(changeDetails({ name: 'Ilse' }))
      .thenRefused('PERSON_NOT_FOUND');
  });
});

describe('The owner of a lead or contact', () => {
  const handed = fact('PersonTransferred', { from: 'sam', to: 'kim', reason: 'another region' });

  it('hands them to somebody else, with the reason', () => {
    given(person, lead).when(transfer('kim')).then(handed);
    given(person, lead, marketing, sales, contact).when(transfer('kim')).then(handed);
    given(person, lead).when(transfer('sam')).thenNothing();
    given(person).when(transfer('sam')).thenRefused('PERSON_NOT_FOUND');
  });

  it('owns the contact that the lead becomes', () => {
    given(person, lead, marketing, sales, handed)
      .when(command(ConvertLead, { personId, account: { accountId } }))
      .then(
        fact('LeadConverted', {
          accountId,
          owner: 'kim',
          requirement: 'sales-qualified',
          policy: { name: 'conversion.requires', version: 0 },
        }),
      );
    expect(ownerOf(fold(person, [lead, marketing, sales, contact, handed]))).toBe('kim');
  });
});

describe('The account of a contact', () => {
  it('is another one when the contact changes employers', () => {
    given(person, lead, marketing, sales, contact)
      .when(assignAccount(employer))
      .then(fact('ContactAccountAssigned', { accountId: employer, before: accountId }));
    given(person, lead, marketing, sales, contact).when(assignAccount(accountId)).thenNothing();
  });

  it('is not of a lead: a lead is converted first', () => {
    given(person, lead).when(assignAccount(accountId)).thenRefused('PERSON_NOT_A_CONTACT');
    given(person).when(assignAccount(accountId)).thenRefused('PERSON_NOT_FOUND');
  });
});

describe('Custom attributes of a person', () => {
  const seats = { name: 'seats', type: 'whole-number', value: 2 } as const;
  const hobby = { name: 'hobby', type: 'text', value: 'sailing' } as const;
  const known = fact('PersonAttributesSet', { attributes: [seats], personalAttributes: [hobby] });

  it('are personal only where they are said to be', () => {
    given(person, name)
      .when(setAttributes({ attributes: [seats], personalAttributes: [hobby] }))
      .then(known);
    given(person, name)
      .when(setAttributes({ attributes: [seats] }))
      .then(fact('PersonAttributesSet', { attributes: [seats] }));
  });

  it('change only where something new is said', () => {
    given(person, name, known)
      .when(setAttributes({ attributes: [seats] }))
      .thenNothing();
    given(person, name, known)
      .when(setAttributes({ attributes: [{ ...seats, value: 3 }], personalAttributes: [hobby] }))
      .then(fact('PersonAttributesSet', { attributes: [{ ...seats, value: 3 }] }));
  });

  it('stay personal or not, of their type, and few, until they are removed', () => {
    const refusals: readonly [object, string][] = [
      [{ personalAttributes: [seats] }, 'ATTRIBUTE_PERSONAL_OR_NOT'],
      [{ attributes: [hobby] }, 'ATTRIBUTE_PERSONAL_OR_NOT'],
      [
        { attributes: [{ ...seats, name: 'new' }], personalAttributes: [{ ...hobby, name: 'new' }] },
        'ATTRIBUTE_PERSONAL_OR_NOT',
      ],
      [{ attributes: [{ ...hobby, name: 'seats' }] }, 'ATTRIBUTE_OF_OTHER_TYPE'],
      [
        { attributes: Array.from({ length: 100 }, (_, place) => ({ ...seats, name: `a${place}` })) },
        'TOO_MANY_ATTRIBUTES',
      ],
    ];
    for (const [asked, code] of refusals) given(person, name, known).when(setAttributes(asked)).thenRefused(code);
    given(person, name, known, fact('PersonAttributesRemoved', { names: ['hobby'] }))
      .when(setAttributes({ attributes: [hobby] }))
      .then(fact('PersonAttributesSet', { attributes: [hobby] }));
  });

  it('are removed by their name', () => {
    given(person, name, known)
      .when(removeAttributes('hobby', 'shoe-size'))
      .then(fact('PersonAttributesRemoved', { names: ['hobby'] }));
    given(person, name).when(removeAttributes('hobby')).thenNothing();
    given(person).when(removeAttributes('hobby')).thenRefused('PERSON_NOT_FOUND');
    given(person)
      .when(setAttributes({ attributes: [seats] }))
      .thenRefused('PERSON_NOT_FOUND');
  });
});
