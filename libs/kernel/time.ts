import { invalid } from './refusal.js';

/** An instant, always as RFC 3339 in UTC with milliseconds: `2017-06-30T21:59:59.999Z`. Compares as text. */
export type Instant = string;

/** A day without a time: `2017-06-30`. Compares as text. */
export type LocalDate = string;

/** The one source of "now". Nothing else in the product looks at the wall clock to decide anything. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => new Date().toISOString() };

/** A clock that tests set. */
export class TestClock implements Clock {
  constructor(private instant: Instant) {}

  now(): Instant {
    return this.instant;
  }

  set(instant: Instant): void {
    this.instant = toInstant(instant);
  }
}

const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Whether the text is an RFC 3339 instant with an offset, on a day that exists. */
export function isInstant(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  const match = rfc3339.exec(text);
  return match !== null && isLocalDate(match[1]) && !Number.isNaN(Date.parse(text));
}

/** The same instant in the form that everything here compares and stores. */
export function toInstant(text: string): Instant {
  if (!isInstant(text)) {
    throw invalid('INVALID_INSTANT', 'Expected an RFC 3339 instant, for instance 2017-06-30T23:59:59Z.');
  }
  return new Date(text).toISOString();
}

/** Whether the text is a day of the calendar, `YYYY-MM-DD`. */
export function isLocalDate(text: unknown): text is LocalDate {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

/** The later of two instants. */
export const later = (a: Instant, b: Instant): Instant => (a < b ? b : a);
