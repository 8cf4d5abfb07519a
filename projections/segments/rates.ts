import type { ExchangeRate, LocalDate } from '../../libs/kernel/index.js';
import type { RateRow } from '../policies/tables.js';

interface DatedRate extends ExchangeRate {
  readonly day: LocalDate;
}

/** All exchange rates as they came to be known: what a purchase is worth in other currencies when it is recorded. */
export class RateBook {
  /** By both currencies; by day, and of a day the one that was set last behind the others. */
  private readonly pairs = new Map<string, DatedRate[]>();
  private readonly partners = new Map<string, Set<string>>();

  add({ from_currency: from, to_currency: to, rate, holds_from: day }: RateRow): void {
    const pair = pairOf(from, to);
    const known = this.pairs.get(pair) ?? [];
    this.pairs.set(pair, known);
    const place = known.findLastIndex((other) => other.day <= day) + 1;
    known.splice(place, 0, { from, to, rate, day });
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.partners.set(one, (this.partners.get(one) ?? new Set()).add(other));
    }
  }

  /** The rates that hold on a day between a currency and all others. */
  on(day: LocalDate, currency: string): readonly ExchangeRate[] {
    return [...(this.partners.get(currency) ?? [])].sort().flatMap((other) => {
      const found = this.pairs.get(pairOf(currency, other))?.findLast((rate) => rate.day <= day);
      return found ? [{ from: found.from, to: found.to, rate: found.rate }] : [];
    });
  }
}

const pairOf = (one: string, other: string): string => [one, other].sort().join('/');
