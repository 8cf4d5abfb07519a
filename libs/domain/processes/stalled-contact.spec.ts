import { describe, it } from '@jest/globals';
import { factsOf, plusDays } from '../../kernel/index.js';
import { given } from '../../testing/decider.js';
import { givenLog, issued } from '../../testing/process.js';
import { happened } from '../../testing/projection.js';
import { ClearStalledContact, MarkContactStalled } from '../index.js';
import type { OpportunityEvents } from '../opportunity/opportunity.events.js';
import { personEvents, type PersonEvents } from '../person/person.events.js';
import { person } from '../person/person.js';
import type { PolicyEvents } from '../policy/policy.events.js';
import { stalledContact } from './stalled-contact.js';

const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const opportunityId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const amount = { amount: 4_800_000, currency: 'EUR' };

const day = (n: number): string => plusDays('2024-01-01T09:00:00.000Z', n - 1);

const conversion: PersonEvents['LeadConverted']['open'] = { accountId, owner: 'sam', requirement: 'sales-qualified' };

const converted = (at: string, data = conversion, recordedAt = at) =>
  happened<PersonEvents>()(`person-${personId}`, 'LeadConverted', at, data, { recordedAt });

const opened = (at: string, recordedAt = at) =>
  happened<OpportunityEvents>()(
    `opportunity-${opportunityId}`,
    'OpportunityOpened',
    at,
    { title: 'Blades', pipelineId: 'default', stage: 'prospecting', amount, contactIds: [personId] },
    { recordedAt },
  );

const policy = (version: number, weeks: number, at: string) =>
  happened<PolicyEvents>()('policy-stalled-contact.after', 'PolicyChanged', at, {
    policy: 'stalled-contact.after',
    version,
    value: { weeks },
  });

const stalled = (deadline: string, policyVersion = 0) =>
  issued(MarkContactStalled, { personId, deadline, policyVersion }, deadline);

describe('A contact without an opportunity after N weeks', () => {
  it('raises an alarm, after three weeks by default, at the instant of the deadline', () => {
    givenLog(stalledContact, converted(day(1)))
      .at(day(22))
      .then(stalled(day(22)));
    givenLog(stalledContact, converted(day(1)))
      .at('2024-01-22T08:59:59.999Z')
      .thenNothing();
    givenLog(stalledContact, converted(day(1)))
      .at(day(400))
      .then(stalled(day(22)));
  });

  it('raises none when an opportunity was opened before the conversion, by it, or in time after it', () => {
    const opportunity = { opportunityId, pipelineId: 'default', title: 'Blades', amount };
    givenLog(stalledContact, opened(day(1)), converted(day(2)))
      .at(day(400))
      .thenNothing();
    givenLog(stalledContact, converted(day(1), { ...conversion, opportunity }))
      .at(day(400))
      .thenNothing();
    givenLog(stalledContact, converted(day(1)), opened(day(21)))
      .at(day(400))
      .thenNothing();
  });

  it('raises none for a potential supplier, who is not sold to', () => {
    const registered = happened<PersonEvents>()(`person-${personId}`, 'LeadRegistered', day(1), {
      source: 'fair',
      potential: 'supplier',
    });
    givenLog(stalledContact, registered, converted(day(2)))
      .at(day(400))
      .thenNothing();
  });

  it('is cleared by an opportunity that names the contact', () => {
    givenLog(stalledContact, converted(day(1)), opened(day(30)))
      .at(day(400))
      .then(stalled(day(22)), issued(ClearStalledContact, { personId, opportunityId, at: day(30) }, day(30)));
  });

  it('is cleared too when the contact gets a part in the purchase of somebody else', () => {
    const part = happened<OpportunityEvents>()(`opportunity-${opportunityId}`, 'BuyingRoleAssigned', day(30), {
      personId,
      role: 'decision-maker',
    });
    givenLog(stalledContact, converted(day(1)), part)
      .at(day(400))
      .then(stalled(day(22)), issued(ClearStalledContact, { personId, opportunityId, at: day(30) }, day(30)));
  });

  it('was never stalled when the opportunity is only reported late: it is cleared at the deadline itself', () => {
    givenLog(stalledContact, converted(day(1)), opened(day(20), day(30)))
      .at(day(400))
      .then(stalled(day(22)), issued(ClearStalledContact, { personId, opportunityId, at: day(22) }, day(22)));
  });

  it('of a past that is being reported is not raised when what is reported next prevents it', () => {
    const now = '2026-01-01T00:00:00.000Z';
    const soon = '2026-01-01T00:00:40.000Z';
    givenLog(stalledContact, converted(day(1), conversion, now), opened(day(9), soon))
      .at(day(2000))
      .thenNothing();
    givenLog(stalledContact, converted(day(1), conversion, now))
      .at(day(2000))
      .then(stalled(day(22)));
  });

  it('is as if never converted when the conversion is reverted, and waits again when there is another', () => {
    const reverted = (at: string) =>
      happened<PersonEvents>()(`person-${personId}`, 'ConversionReverted', at, {
        reason: 'Wrong person',
        accountId,
        openedAccount: false,
      });
    const opportunity = { opportunityId, pipelineId: 'default', title: 'Blades', amount };
    const first = converted(day(1), { ...conversion, opportunity });
    givenLog(stalledContact, converted(day(1)), reverted(day(9)))
      .at(day(400))
      .thenNothing();
    givenLog(stalledContact, first, opened(day(1)), reverted(day(9)), converted(day(10)))
      .at(day(400))
      .then(stalled(day(31)));
  });

  it('waits by the policy that is in force, and the alarm names its version', () => {
    givenLog(stalledContact, converted(day(1)), policy(1, 5, day(10)))
      .at(day(400))
      .then(stalled(day(36), 1));
    givenLog(stalledContact, policy(1, 5, day(1)), converted(day(2)), policy(2, 1, day(20)))
      .at(day(400))
      .then(stalled(day(20), 2));
  });

  it('keeps the verdict that was made before the policy changed', () => {
    givenLog(stalledContact, converted(day(1)), policy(1, 5, day(23)))
      .at(day(400))
      .then(stalled(day(22), 0));
  });
});

describe('A contact who is one with another', () => {
  const survivorId = 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3';
  const of = happened<PersonEvents>();
  const survivor = (n: number) => of(`person-${survivorId}`, 'LeadConverted', day(n), conversion);
  const merged = (n: number) => of(`person-${personId}`, 'PersonMergedInto', day(n), { survivorId, consents: [] });
  const separated = (n: number) => of(`person-${personId}`, 'PersonSeparated', day(n), { survivorId });
  const alarmOf = (n: number) =>
    issued(MarkContactStalled, { personId: survivorId, deadline: day(n), policyVersion: 0 }, day(n));
  const clearedFor = (id: string, n: number) =>
    issued(ClearStalledContact, { personId: id, opportunityId, at: day(n) }, day(n));

  it('raises one alarm, by the clock of the survivor', () => {
    givenLog(stalledContact, converted(day(1)), survivor(5), merged(10))
      .at(day(400))
      .then(alarmOf(26));
  });

  it('raises none while there is an opportunity of either of them', () => {
    givenLog(stalledContact, converted(day(1)), survivor(5), opened(day(8)), merged(10))
      .at(day(400))
      .thenNothing();
    givenLog(stalledContact, converted(day(1)), survivor(5), merged(10), opened(day(12)))
      .at(day(400))
      .thenNothing();
  });

  it('is cleared by an opportunity of the other, before they were merged or after it', () => {
    givenLog(stalledContact, survivor(1), converted(day(5)), opened(day(8)), merged(30))
      .at(day(400))
      .then(alarmOf(22), clearedFor(survivorId, 30));
    givenLog(stalledContact, survivor(1), converted(day(5)), merged(10), opened(day(30)))
      .at(day(400))
      .then(alarmOf(22), clearedFor(survivorId, 30));
  });

  it('waits again by a clock of its own when the two are separated, not for the time in which they were one', () => {
    givenLog(stalledContact, survivor(1), converted(day(5)), opened(day(8)), merged(10), separated(15))
      .at(day(400))
      .then(alarmOf(22));
    givenLog(stalledContact, survivor(1), converted(day(5)), opened(day(8)), merged(10), separated(40))
      .at(day(400))
      .then(alarmOf(40));
    givenLog(stalledContact, converted(day(1)), survivor(5), merged(10), separated(40))
      .at(day(400))
      .then(alarmOf(26), stalled(day(40)));
  });

  it('is told through merges of merged ones', () => {
    const thirdId = '3d9e4f10-6b2a-4c58-8e7d-91a0b2c3d4e5';
    const onward = of(`person-${survivorId}`, 'PersonMergedInto', day(12), { survivorId: thirdId, consents: [] });
    const third = of(`person-${thirdId}`, 'LeadConverted', day(1), conversion);
    givenLog(stalledContact, third, survivor(2), converted(day(3)), merged(10), onward, opened(day(15)))
      .at(day(400))
      .thenNothing();
  });
});

describe('A person', () => {
  const fact = factsOf(personEvents);
  const lead = fact('LeadRegistered', { name: 'Ilse', source: 'fair', potential: 'customer' });
  const contact = [lead, fact('LeadConverted', conversion)];
  const { command: mark } = stalled(day(22));
  const alarm = fact('ContactStalled', { deadline: day(22), policy: { name: 'stalled-contact.after', version: 0 } });
  const clear = issued(ClearStalledContact, { personId, opportunityId, at: day(30) }, day(30)).command;
  const cleared = fact('StalledContactCleared', { opportunityId, at: day(30) });

  it('who is a contact stalls once, and is cleared once', () => {
    given(person, ...contact)
      .when(mark)
      .then(alarm);
    given(person, ...contact, alarm)
      .when(clear)
      .then(cleared);
    given(person, ...contact, alarm, cleared)
      .when(clear)
      .thenNothing();
  });

  it('who is no contact never stalls', () => {
    given(person, lead).when(mark).thenNothing();
    given(person, ...contact)
      .when(clear)
      .thenNothing();
  });
});
