import { InPeriod, OneOf, Optional } from '../../../libs/domain/fields.js';
import { type Period, periodKinds, type PeriodKind } from '../../../libs/kernel/index.js';
import type { Span } from '../../../libs/read-model/index.js';
import { AsOfParams } from './asking.js';

const cuts = [...periodKinds, 'all'] as const;

/** What reports over time take. Periods are those of UTC. */
export class ReportParams extends AsOfParams {
  /** Only this month or quarter. */
  @Optional()
  @InPeriod()
  period?: Period;

  /** From this month or quarter on. */
  @Optional()
  @InPeriod()
  from?: Period;

  /** Up to and with this month or quarter. */
  @Optional()
  @InPeriod()
  to?: Period;

  /** A row for each month or quarter, or one for the whole time; months when left out. */
  @Optional()
  @OneOf(cuts)
  per?: PeriodKind | 'all';
}

/** The time asked for, without what is about the answer alone. */
export function spanned<P extends ReportParams>({
  minPosition: _,
  period,
  from = period,
  to = period,
  per = 'month',
  ...rest
}: P): Omit<P, keyof Span | 'minPosition' | 'period'> & Span {
  return { ...rest, from, to, per };
}
