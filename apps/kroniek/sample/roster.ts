import type { Company } from './people.js';

/** A contact of an account. */
export interface KnownContact {
  readonly personId: string;
  readonly accountId: string;
  readonly company: Company;
  /** In milliseconds. */
  readonly since: number;
  /** Nothing happened after it. */
  readonly lastHeardBy: number;
}

export interface Win {
  readonly owner: string;
  readonly at: number;
  /** In whole euros. */
  readonly worth: number;
}

/** Who and what is known after all stories of customers: what marketing, forecasts and surveys are about. */
export class Roster {
  readonly contacts: KnownContact[] = [];
  readonly leads: { readonly personId: string; readonly since: number }[] = [];
  readonly names: { readonly personId: string; readonly since: number }[] = [];
  readonly wins: Win[] = [];
  /** Who agreed to get e-mail, and since when; who took it back is not among them. */
  readonly mayBeMailed = new Map<string, number>();

  /** Accounts of which nothing was heard since an instant, and whose history is complete therefore. */
  silentSince(instant: number): readonly string[] {
    const silent = this.contacts.filter(({ lastHeardBy }) => lastHeardBy < instant);
    return [...new Set(silent.map(({ accountId }) => accountId))];
  }
}
