import type { Instant, LocalDate } from '../../../libs/kernel/index.js';

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Whether the name is an IANA time zone that this machine knows. */
export function isZone(zone: string): boolean {
  try {
    clockOf(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * The instant at which clocks in `zone` show `time` on `day`. Where clocks go back the first of the two is taken, where
 * they go forward the time is read with the offset before the change.
 *
 * @param time `HH:MM` or `HH:MM:SS`
 */
export function instantOf(day: LocalDate, time: string, zone: string): Instant {
  const shown = Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}Z`);
  if (zone === 'UTC') return new Date(shown).toISOString();
  // An hour before and an hour after any change the offset is the one that holds on that side of it.
  const before = shown - offset(shown - 86_400_000, zone);
  const after = shown - offset(shown + 86_400_000, zone);
  const fits = [before, after].find((instant) => instant + offset(instant, zone) === shown);
  return new Date(fits ?? before).toISOString();
}

/** How far clocks in the zone are ahead of UTC at that instant, in milliseconds. */
function offset(instant: number, zone: string): number {
  const parts = Object.fromEntries(
    clockOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    const numeric = 'numeric';
    clock = new Intl.DateTimeFormat('en-u-ca-iso8601', {
      timeZone: zone,
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
    clocks.set(zone, clock);
  }
  return clock;
}
