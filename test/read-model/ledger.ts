import { sql } from 'kysely';
import type { EventShape, RecordedEvent } from '../../libs/kernel/index.js';
import {
  appends,
  integer,
  money,
  openDatabase,
  projection,
  runProjections,
  text,
  versions,
  type Database,
  type Projection,
  type RunOptions,
} from '../../libs/read-model/index.js';
import { throwAwayDatabase } from '../../libs/testing/database.js';
import { recorded } from '../../libs/testing/projection.js';

export interface LedgerEvents {
  Opened: EventShape<{ readonly owner: string }>;
  Booked: EventShape<{ readonly amount: number }>;
}

/** What makes this handler fail. */
export const poison = 13_13;

interface LedgerOptions {
  readonly name?: string;
  readonly version?: number;
  /** Which amounts its handlers take; in version 2 the sum is doubled. */
  readonly fails?: (amount: number) => boolean;
}

/** The smallest read model that has everything: a row that is folded, rows that are appended, and a view. */
export function ledger({ name = 'ledger', version = 1, fails = () => false }: LedgerOptions = {}) {
  const accounts = versions<LedgerEvents>()({
    key: 'id',
    columns: {
      id: text('Id.'),
      owner: text('Owner.'),
      total: money('Sum of what was booked.'),
      times: integer('Number of bookings.'),
    },
    opens: { Opened: ({ data }) => ({ owner: data.owner, total: 0, times: 0 }) },
    changes: {
      Booked: ({ data }, { total, times }) => {
        if (fails(data.amount)) throw new Error('This amount cannot be booked.');
        return { total: total + data.amount * version, times: times + 1 };
      },
    },
  });
  const bookings = appends<LedgerEvents>()({
    columns: { account: text('Account.'), amount: money('Amount.') },
    on: { Booked: ({ stream, data }) => ({ account: stream, amount: data.amount }) },
    indexes: [{ on: ['account', 'position'], unique: true }],
  });
  return projection({
    name,
    version,
    tables: { accounts, bookings },
    views: {
      [name]: {
        says: 'Accounts.',
        columns: { id: 'Id.', total: 'Sum.' },
        as: ({ at }) => sql`select id, total from ${at('accounts')} a`,
      },
    },
  });
}

/** Some accounts, each opened and then booked on, interleaved. */
export function bookings(accounts: number, times: number, start = 1): RecordedEvent[] {
  const ids = Array.from({ length: accounts }, (_, index) => `account-${start + index}`);
  const at = (turn: number): string => new Date(Date.UTC(2020, 0, 1 + turn)).toISOString();
  return recorded([
    ...ids.map((stream) => ({ stream, type: 'Opened', data: { owner: 'ann' }, occurredAt: at(0) })),
    ...Array.from({ length: times }, (_, turn) =>
      ids.map((stream) => ({ stream, type: 'Booked', data: { amount: turn + 1 }, occurredAt: at(turn + 1) })),
    ).flat(),
  ]);
}

/** More of the same, recorded behind what is there. */
export const more = (log: readonly RecordedEvent[], stream: string, ...amounts: readonly number[]): RecordedEvent[] =>
  recorded(
    amounts.map((amount) => ({ stream, type: 'Booked', data: { amount }, occurredAt: '2021-01-01T00:00:00.000Z' })),
    [...log],
  );

export interface Running {
  stop(): Promise<void>;
}

/** Runs projections until told to stop. */
export function running(options: Omit<RunOptions, 'signal'>): Running {
  const stop = new AbortController();
  const ended = runProjections({ standby: 50, ...options, signal: stop.signal });
  return {
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

/** A fresh database, which is gone when `use` has ended. */
export async function withDatabase(use: (database: Database) => Promise<void>): Promise<void> {
  const server = await throwAwayDatabase();
  const database = openDatabase(server.url);
  try {
    await use(database);
  } finally {
    await database.close();
    await server.drop();
  }
}

/** Asks again and again until the answer is the one expected, or for ten seconds. */
export async function eventually<T>(ask: () => Promise<T>, expected: (answer: T) => boolean): Promise<T> {
  const until = performance.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (expected(answer) || performance.now() > until) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const sumOf = async (database: Database, view = 'ledger'): Promise<number> => {
  const { rows } = await database.pool.query<{ sum: number | null }>(`select sum(total) from analytics."${view}"`);
  return rows[0]?.sum ?? 0;
};

export type { Projection };
