import { sql } from 'kysely';
import { firstDayOf, lastDayOf, monthsOf, type Period } from '../../libs/kernel/index.js';
import { rows } from '../../libs/read-model/index.js';
import type { Asked, ForecastFilters, ForecastReading } from './frame.js';
import { convertedTo, ratesOn, teamOn } from './valued.js';

interface AgreedTarget {
  readonly id: string;
  readonly owner: string | null;
  readonly team_id: string | null;
  /** Team of the salesperson whose target it is. */
  readonly member_of: string | null;
  readonly period: Period;
  readonly pipeline_id: string | null;
  /** In the reporting currency; null: no rate. */
  readonly converted: number | null;
  readonly amount: number;
  readonly currency: string;
}

export type TargetScope = Omit<ForecastFilters, 'category'>;

/** A sum of those that there are; `undefined`: there is none. */
const total = (amounts: readonly (number | undefined)[]): number | undefined =>
  amounts.reduce((sum, amount) => (amount === undefined ? sum : (sum ?? 0) + amount), undefined);

const different = (values: readonly (string | null)[]): readonly string[] =>
  [...new Set(values)].filter((value) => value !== null);

/**
 * The targets of a period. What was agreed for the very thing that is asked for holds; else the sum of what was agreed
 * for its parts: the months of a quarter, the pipelines, the members of a team, the teams and those without a team.
 */
export class Targets {
  constructor(
    private readonly period: Period,
    readonly agreed: readonly AgreedTarget[],
  ) {}

  /** In minor units of the reporting currency; `null`: none was agreed. */
  of(scope: TargetScope): number | null {
    return this.within(scope) ?? null;
  }

  /** Whoever or whatever has a target of their own in a scope. */
  groups(by: 'owner' | 'team' | 'pipeline', { owner, team, pipelineId }: TargetScope): readonly string[] {
    const fitting = this.agreed.filter(
      (target) =>
        (owner === undefined || target.owner === owner) &&
        (team === undefined || target.team_id === team || target.member_of === team) &&
        (pipelineId === undefined || target.pipeline_id === pipelineId),
    );
    if (by === 'owner') return different(fitting.map((target) => target.owner));
    if (by === 'team') return different(fitting.map((target) => target.team_id ?? target.member_of));
    return different(fitting.map((target) => target.pipeline_id));
  }

  private within({ owner, team, pipelineId }: TargetScope): number | undefined {
    if (owner !== undefined) {
      const own = this.agreed.filter(
        (target) => target.owner === owner && (team === undefined || target.member_of === team),
      );
      return this.agreedFor(own, pipelineId);
    }
    if (team !== undefined) return this.ofTeam(team, pipelineId);
    const teams = different(this.agreed.map((target) => target.team_id ?? target.member_of));
    const loners = this.agreed.filter((target) => target.owner !== null && target.member_of === null);
    return total([...teams.map((id) => this.ofTeam(id, pipelineId)), this.ofEach(loners, pipelineId)]);
  }

  private ofTeam(team: string, pipelineId: string | undefined): number | undefined {
    const own = this.agreedFor(
      this.agreed.filter((target) => target.team_id === team),
      pipelineId,
    );
    if (own !== undefined) return own;
    return this.ofEach(
      this.agreed.filter((target) => target.member_of === team),
      pipelineId,
    );
  }

  private ofEach(targets: readonly AgreedTarget[], pipelineId: string | undefined): number | undefined {
    return total(
      different(targets.map(({ owner }) => owner)).map((owner) =>
        this.agreedFor(
          targets.filter((target) => target.owner === owner),
          pipelineId,
        ),
      ),
    );
  }

  /** Out of the targets of one salesperson or one team. */
  private agreedFor(own: readonly AgreedTarget[], pipelineId: string | undefined): number | undefined {
    const inPeriod = (period: Period): number | undefined => {
      const there = own.filter((target) => target.period === period);
      const amounts = (of: readonly AgreedTarget[]) => total(of.map(({ converted }) => converted ?? undefined));
      if (pipelineId !== undefined) return amounts(there.filter((target) => target.pipeline_id === pipelineId));
      const whole = there.filter((target) => target.pipeline_id === null);
      return amounts(whole.length > 0 ? whole : there);
    };
    return inPeriod(this.period) ?? total(monthsOf(this.period).map((month) => inPeriod(month)));
  }
}

/**
 * The targets of a period at the moment, in the reporting currency at the rate of the day asked for, and with the teams of
 * that day; once the period is over, of its last day, and before it, teams of its first.
 */
export async function targetsOf(reading: ForecastReading, period: Period, frame: Asked): Promise<Targets> {
  const last = sql`least(${frame.day}, ${lastDayOf(period)}::date)`;
  const day = sql`greatest(${last}, ${firstDayOf(period)}::date)`;
  // What is supposed of the rates is so from the day asked for on.
  const supposed = frame.today <= lastDayOf(period) ? frame.supposed : undefined;
  const found = await rows(
    reading,
    sql<AgreedTarget>`select g.id, g.owner, g.team_id, t.team_id as member_of, g.period, g.pipeline_id, g.amount, g.currency,
      ${convertedTo(frame.currency, { amount: sql`g.amount`, from: sql`g.currency`, rate: sql`r.rate`, direct: sql`r.direct` })} as converted
    from ${reading.at('targets')} g
      left join ${ratesOn(reading, { currency: frame.currency, day: last, supposed })} r on r.currency = g.currency
      left join lateral ${teamOn(reading, sql`g.owner`, day)} t on true
    where not g.withdrawn and g.period = any(${[period, ...monthsOf(period)]}::text[]) order by g.id`,
  );
  return new Targets(period, found);
}
