import type { Outcome } from '../domain/activity/activity.events.js';
import type { PersonEvents } from '../domain/person/person.events.js';
import type { Instant, LocalDate } from '../kernel/index.js';
import { accountOpened, called, eur, policyChanged, purchaseRecorded } from './facts.js';
import { type GivenEvent, happened } from './projection.js';

// Customers over some years, told in days from the beginning of 2024.

const person = happened<PersonEvents>();

export const day = (number: number): Instant => new Date(Date.UTC(2024, 0, 1) + number * 86_400_000).toISOString();
export const dateOf = (number: number): LocalDate => day(number).slice(0, 10);

export const open = (id: string, at: number, more: object = {}): GivenEvent => accountOpened(id, day(at), more);

/** An order of account `a`. */
export const bought = (id: string, at: number, amount: number, more: object = {}, recorded = at): GivenEvent =>
  purchaseRecorded(id, day(at), { accountId: 'a', amount: eur(amount), ...more }, { recordedAt: day(recorded) });

export const call = (id: string, at: number, outcome: Outcome, about: object, recorded = at): GivenEvent =>
  called(id, day(at), outcome, about, { recordedAt: day(recorded) });

export const lead = (id: string, at: number): GivenEvent =>
  person(`person-${id}`, 'LeadRegistered', day(at), { source: 'fair', potential: 'customer', owner: 'ann' });

export const qualified = (id: string, at: number, level: PersonEvents['LeadQualified']['open']['level']): GivenEvent =>
  person(`person-${id}`, 'LeadQualified', day(at), { level });

export const converted = (id: string, at: number, accountId: string): GivenEvent =>
  person(`person-${id}`, 'LeadConverted', day(at), { accountId, owner: 'sam', requirement: 'sales-qualified' });

/** The window of inactivity, of everybody and of segments. */
export const window = (version: number, days: number, segments: readonly object[], at: number): GivenEvent =>
  policyChanged('inactivity.window', version, day(at), { days, segments });
