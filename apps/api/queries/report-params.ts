import { ValidateBy } from 'class-validator';
import { InPeriod, OneOf, Optional } from '../../../libs/domain/fields.js';
import {
  firstDayOf,
  isPeriod,
  lastDayOf,
  type Period,
  periodKinds,
  type PeriodKind,
} from '../../../libs/kernel/index.js';
import type { Span } from '../../../libs/read-model/index.js';
import { AsOfParams, EndOf } from './asking.js';
import { Says } from '../http/params.js';

const cuts = [...periodKinds, 'all'] as const;

/** A quarter may end in a month and begin with one. */
const inOrder = (begin: unknown, end: unknown): boolean =>
  !isPeriod(begin) || !isPeriod(end) || firstDayOf(begin) <= lastDayOf(end);

/** Stands for `from` and `to` both. */
const Alone = (): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isAlone',
      validator: {
        validate: (_, given) => {
          const { from, to } = (given?.object ?? {}) as ReportParams;
          return from === undefined && to === undefined;
        },
      },
    },
    { message: '$property stands for from and to: give it, or these.' },
  );

/** What reports over time take. Periods are those of UTC. */
export class ReportParams extends AsOfParams {
  @Says('Only this month or quarter.')
  @Optional()
  @InPeriod()
  @Alone()
  period?: Period;

  @Says('From this month or quarter on.')
  @Optional()
  @InPeriod()
  from?: Period;

  @Says('Up to and with this month or quarter.')
  @Optional()
  @InPeriod()
  @EndOf('from', inOrder)
  to?: Period;

  @Says('A row for each month or quarter, or one for the whole time; months when left out.')
  @Optional()
  @OneOf(cuts)
  per?: PeriodKind | 'all';
}

/** The time asked for as a span. */
export function spanned<P extends ReportParams>({
  period,
  from = period,
  to = period,
  per = 'month',
  ...rest
}: P): Omit<P, keyof Span | 'period'> & Span {
  return { ...rest, from, to, per };
}
