import { sql } from 'kysely';
import { type Database, type Moment, readSteadily, rows, type Span } from '../../libs/read-model/index.js';
import { acquisitionOf, type AcquisitionRow, everHeld } from './acquisition.js';
import { customers } from './index.js';
import { askedOf } from './queries.js';

/** Customers who came, stayed and went in a period (S2; domain.md §8). */
export interface Acquisition {
  /** `null`: the whole time. */
  readonly period: string | null;
  readonly activeAtStart: number;
  /** Bought for the first time. */
  readonly new: number;
  /** Bought again after they had gone inactive. */
  readonly wonBack: number;
  /** Active again without a purchase: the window was made longer, or a longer one came to hold for them. */
  readonly activeByWindow: number;
  /** Bought nothing for as long as the window. */
  readonly goneInactive: number;
  /** Active all the time, from the beginning of the period to its end or to the moment. */
  readonly retained: number;
  readonly activeAtEnd: number;
  /** Retained ÷ active at the start. */
  readonly retentionRate: string | null;
}

/** A row for each period from the first purchase on. */
export const acquisitionReport = (database: Database, asked: Moment & Span): Promise<readonly Acquisition[]> =>
  readSteadily(database, customers, asked, async (reading) => {
    const all = askedOf(reading, asked);
    const [ever] = await rows(reading, everHeld(all));
    const found = await rows(
      reading,
      sql<AcquisitionRow>`select * from (
        ${acquisitionOf(all, asked, ever)}
      ) a order by period`,
    );
    return found.map((row) => ({
      period: row.period,
      activeAtStart: row.active_at_start,
      new: row.acquired,
      wonBack: row.won_back,
      activeByWindow: row.active_by_window,
      goneInactive: row.gone_inactive,
      retained: row.retained,
      activeAtEnd: row.active_at_end,
      retentionRate: row.retention_rate,
    }));
  });
