import { invalid } from './refusal.js';

/** An instant, always as RFC 3339 in UTC with milliseconds: `2017-06-30T21:59:59.999Z`. Compares as text. */
export type Instant = string;

/** A day without a time: `2017-06-30`. Compares as text. */
export type LocalDate = string;

/** The one source of "now". Nothing else in the product looks at the wall clock to decide anything. */
export interface Clock {
  now(): Instant;
  /** Calls back whenever the clock is set by hand, until the returned function is called. A real clock never is. */
  whenSet?(heard: () => void): () => void;
}

export const systemClock: Clock = { now: () => new Date().toISOString() };

/** A clock that tests set. */
export class TestClock implements Clock {
  private readonly heard = new Set<() => void>();

  constructor(private instant: Instant) {}

  now(): Instant {
    return this.instant;
  }

  set(instant: Instant): void {
    this.instant = toInstant(instant);
    for (const hear of this.heard) hear();
  }

  whenSet(heard: () => void): () => void {
    this.heard.add(heard);
    return () => this.heard.delete(heard);
  }
}

const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Years that compare as text and that a database's calendar knows: there is no year 0. */
const first = Date.parse('0001-01-01T00:00:00.000Z');
const last = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether the text is an RFC 3339 instant with an offset, on a day that exists, in the years 1 to 9999. */
export function isInstant(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  const match = rfc3339.exec(text);
  if (match === null || !isLocalDate(match[1])) return false;
  // The offset may lead out of the years that the day is in.
  const millis = Date.parse(text);
  return millis >= first && millis <= last;
}

/** The same instant in the form that everything here compares and stores. */
export function toInstant(text: string): Instant {
  if (!isInstant(text)) {
    throw invalid('INVALID_INSTANT', 'Expected an RFC 3339 instant, for instance 2017-06-30T23:59:59Z.');
  }
  return new Date(text).toISOString();
}

/** Whether the text is a day of the calendar, `YYYY-MM-DD`, in the years 1 to 9999. */
export function isLocalDate(text: unknown): text is LocalDate {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

/** The later of two instants. */
export const later = (a: Instant, b: Instant): Instant => (a < b ? b : a);

/** The earlier of two instants; `undefined` is never. */
export const earlier = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;

/** So many minutes after an instant. Whatever is added has to stay in the years 1 to 9999. */
export const minutesAfter = (instant: Instant, minutes: number): Instant =>
  new Date(Date.parse(instant) + minutes * 60_000).toISOString();

/** So many days after a day, before it where negative. Whatever is added has to stay in the years 1 to 9999. */
export const daysAfter = (day: LocalDate, days: number): LocalDate =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);

export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;

/** The instant so many milliseconds later; the end of the calendar, where it would lie behind it. */
export const plusMs = (instant: Instant, milliseconds: number): Instant =>
  new Date(Math.min(Date.parse(instant) + milliseconds, last)).toISOString();

/** The instant so many times 24 hours later. */
export const plusDays = (instant: Instant, days: number): Instant => plusMs(instant, days * dayMs);
