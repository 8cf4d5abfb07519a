import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { type EventShape, type Instant, plusDays } from '../../libs/kernel/index.js';
import {
  bool,
  type Database,
  ensureReadModels,
  gathered,
  instant,
  integer,
  type Moment,
  optional,
  projection,
  read,
  rows,
  text,
  totals,
  versions,
  waitFor,
} from '../../libs/read-model/index.js';
import { allRows, type GivenEvent, givenEvents, happened, MemoryLog, recorded } from '../../libs/testing/projection.js';
import { running, withDatabase } from './ledger.js';

interface DealEvents {
  Opened: EventShape<{ readonly owner?: string }>;
  Given: EventShape<{ readonly owner?: string }>;
  Closed: EventShape;
  Reopened: EventShape;
}

interface NoteEvents {
  Noted: EventShape<{ readonly deal: string }>;
  Moved: EventShape<{ readonly deal: string }>;
}

const deals = versions<DealEvents>()({
  key: 'id',
  columns: {
    id: text('Id.'),
    owner: optional(text('Whose it is.')),
    closed_at: optional(instant('When it was closed.')),
  },
  opens: { Opened: ({ data }) => data },
  changes: {
    Given: ({ data }) => ({ owner: data.owner }),
    Closed: ({ occurredAt }) => ({ closed_at: occurredAt }),
    Reopened: () => ({ closed_at: null }),
  },
});

const notes = versions<NoteEvents>()({
  key: 'id',
  columns: { id: text('Id.'), deal: text('What it is about.') },
  opens: { Noted: ({ data }) => data },
  changes: { Moved: ({ data }) => data },
});

/** Deals that are closed and that no note is about. */
const plain = gathered<{ readonly owner: string; readonly at: Instant } | 'noted'>()({
  key: 'id',
  columns: { id: text('Id.'), owner: text('Whose it is.'), closed_at: instant('When it was closed.') },
  of: (from) => [
    from(deals, 'id', ['owner', 'closed_at'], ({ owner, closed_at: at }) =>
      owner === null || at === null ? null : { owner, at },
    ),
    from(notes, 'deal', [], () => 'noted'),
  ],
  rowAt: (told) => {
    const deal = told.find((one) => one !== 'noted');
    return { row: deal && !told.includes('noted') ? { owner: deal.owner, closed_at: deal.at } : null };
  },
});

const long = 20;

/** What the deals of an owner say of them at an instant, and until when it is so by itself. */
function ofOwner(closed: readonly Instant[], open: number, at: Instant) {
  const last = closed.reduce((a, b) => (a < b ? b : a), '');
  const quiet = last !== '' && plusDays(last, long) <= at;
  return {
    row: { open, closed: closed.length, quiet },
    until: last === '' || quiet ? undefined : plusDays(last, long),
  };
}

/** A deal: when it was closed; null: it is open. */
type ToldOfOwner = { readonly closed: Instant | null };

const owners = gathered<ToldOfOwner>()({
  key: 'owner',
  columns: {
    owner: text('Who.'),
    open: integer('Number of deals that are open.'),
    closed: integer('Number of plain ones.'),
    quiet: bool('Whether the last of these was closed long ago.'),
  },
  of: (from) => [
    from(deals, 'owner', ['closed_at'], ({ closed_at: closed }) => (closed === null ? { closed } : null)),
    from(plain, 'owner', ['closed_at'], ({ closed_at: closed }) => ({ closed })),
  ],
  rowAt: (told, at) => {
    if (told.length === 0) return { row: null };
    const closed = told.flatMap((one) => one.closed ?? []);
    return ofOwner(closed, told.length - closed.length, at);
  },
});

const quietness = totals({
  by: { quiet: bool('Whether the last was closed long ago.') },
  sums: { owners: 'Number of owners.', closed: 'Number of deals.' },
  of: (summed) => [summed(owners, ({ quiet, closed }) => [{ quiet, owners: 1, closed }])],
});

const tables = { deals, notes, plain, owners, quietness };
const model = projection({ name: 'gathering', version: 1, tables, views: {} });

const fact = happened<DealEvents & NoteEvents>();
const day = (days: number): string => new Date(Date.UTC(2020, 0, 1) + days * 86_400_000).toISOString();
const at = (asOf: number, knownAt?: number): Moment & { readonly asOf: Instant } => ({
  asOf: day(asOf),
  knownAt: knownAt === undefined ? undefined : day(knownAt),
});

/** What is gathered at a moment, and the same from the rows that hold then. */
const both = (database: Database, moment: Moment & { readonly asOf: Instant }) =>
  read(database, model, moment, async (reading) => {
    const kept = await rows(
      reading,
      sql<object>`select owner, open, closed, quiet from ${reading.at('owners')} o order by owner`,
    );
    const sums = await rows(
      reading,
      sql<object>`select quiet, sum(owners)::integer as owners, sum(closed)::integer as closed
        from ${reading.at('quietness')} q group by 1 having sum(owners) <> 0 order by 1`,
    );
    const held = await rows(
      reading,
      sql<{ owner: string; closed_at: Instant | null; noted: boolean }>`select owner, closed_at,
        exists (select from ${reading.at('notes')} n where n.deal = d.id) as noted
        from ${reading.at('deals')} d where owner is not null`,
    );
    const told = [...new Set(held.map(({ owner }) => owner))].sort().flatMap((owner) => {
      const own = held.filter((deal) => deal.owner === owner);
      const open = own.filter(({ closed_at: closed }) => closed === null).length;
      const closed = own.flatMap((deal) => (deal.closed_at === null || deal.noted ? [] : [deal.closed_at]));
      return open + closed.length === 0 ? [] : [{ owner, ...ofOwner(closed, open, moment.asOf).row }];
    });
    const summed = [false, true].flatMap((quiet) => {
      const those = told.filter((row) => row.quiet === quiet);
      const closed = those.reduce((sum, row) => sum + row.closed, 0);
      return those.length === 0 ? [] : [{ quiet, owners: those.length, closed }];
    });
    return { found: { kept, sums }, expected: { kept: told, sums: summed } };
  });

describe('What is gathered', () => {
  it('follows from rows of other streams, early or late, and changes by itself', async () => {
    const story = [
      fact('deal-1', 'Opened', day(0), { owner: 'ann' }),
      fact('deal-1', 'Closed', day(2), {}),
      fact('note-1', 'Noted', day(5), { deal: '1' }, { recordedAt: day(50) }),
      fact('note-1', 'Moved', day(60), { deal: '2' }),
    ];
    await givenEvents(...story).projectedBy(model, async ({ database }) => {
      const told = async (...when: Parameters<typeof at>): Promise<readonly object[]> => {
        const { found, expected } = await both(database, at(...when));
        expect(found).toEqual(expected);
        return found.kept;
      };
      const ann = { owner: 'ann', open: 0, closed: 1 };
      expect(await told(1)).toEqual([{ owner: 'ann', open: 1, closed: 0, quiet: false }]);
      expect(await told(6, 49)).toEqual([{ ...ann, quiet: false }]);
      expect(await told(22, 49)).toEqual([{ ...ann, quiet: true }]);
      expect(await told(6)).toEqual([]);
      expect(await told(4)).toEqual([{ ...ann, quiet: false }]);
      expect(await told(60)).toEqual([{ ...ann, quiet: true }]);
    });
  });

  it('is at any instant, on both axes, what the rows say that hold then, however batches are cut', async () => {
    const step = fc.record({
      id: fc.integer({ min: 1, max: 4 }),
      what: fc.constantFrom<keyof DealEvents | keyof NoteEvents>('Given', 'Closed', 'Closed', 'Reopened', 'Noted'),
      owner: fc.constantFrom('ann', 'ben', undefined),
      about: fc.integer({ min: 1, max: 4 }),
      late: fc.constantFrom(0, 0, 3, 25, 70),
      ticked: fc.constantFrom(0, 1, 9, 31),
    });
    const moment = fc.tuple(
      fc.integer({ min: -1, max: 300 }),
      fc.option(fc.integer({ min: -1, max: 300 }), { nil: undefined }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 30 }),
        fc.array(moment, { minLength: 15, maxLength: 15 }),
        fc.integer({ min: 1, max: 9 }),
        async (steps, moments, batch) => {
          let clock = 0;
          const reached = new Map<string, number>();
          const given = steps.map(({ id, what, owner, about, late, ticked }): GivenEvent => {
            clock += ticked;
            const stream = what === 'Noted' ? `note-${id}` : `deal-${id}`;
            // Within a stream time never runs backwards.
            const before = reached.get(stream);
            const occurred = Math.max(clock - late, before ?? -1_000);
            reached.set(stream, occurred);
            const told = { stream, occurredAt: day(occurred), recordedAt: day(clock) };
            if (what === 'Noted') {
              return { ...told, type: before === undefined ? 'Noted' : 'Moved', data: { deal: String(about) } };
            }
            return { ...told, type: before === undefined ? 'Opened' : what, data: owner ? { owner } : {} };
          });
          const written = async (size: number, look: (database: Database) => Promise<void>): Promise<object> => {
            let found = {};
            await withDatabase(async (database) => {
              await ensureReadModels(database, [model]);
              const log = new MemoryLog(recorded(given));
              const run = running({ feed: log, database, projections: [model], batch: size });
              try {
                await waitFor(database, model, log.events.at(-1)?.position ?? 0n, 20_000);
                await look(database);
                found = await allRows(database, model);
              } finally {
                await run.stop();
              }
            });
            return found;
          };
          const cut = await written(batch, async (database) => {
            const known = given.map(({ occurredAt, recordedAt }) => ({ asOf: occurredAt, knownAt: recordedAt }));
            for (const asked of [...moments.map(([t, k]) => at(t, k)), ...known]) {
              const { found, expected } = await both(database, asked);
              expect({ ...asked, ...found }).toEqual({ ...asked, ...expected });
            }
          });
          expect(await written(1_000, () => Promise.resolve())).toEqual(cut);
        },
      ),
      { numRuns: 15 },
    );
  }, 180_000);
});
