import fc from 'fast-check';
import { forecastModel } from '../../projections/forecast/index.js';
import type { ForecastFilters } from '../../projections/forecast/frame.js';
import { type Database, ensureReadModels, openDatabase, runProjections, waitFor } from '../read-model/index.js';
import { throwAwayDatabase } from './database.js';
import { type GivenEvent, MemoryLog, recorded } from './projection.js';

/*
 * Histories of opportunities with what a forecast rests on besides, drawn at random: pipelines, teams, exchange rates.
 */

export const stages = ['early', 'middle', 'late'] as const;
export const pipelines = ['a', 'b'] as const;
export const owners = ['ann', 'bob', 'cid'] as const;
export const teams = ['north', 'south'] as const;
export const foreign = ['USD', 'JPY'] as const;
const days = Array.from({ length: 120 }, (_, day) => new Date(Date.UTC(2017, 5, 1 + day)).toISOString().slice(0, 10));
/** So many hours after the beginning. */
export const hour = (hours: number): string => new Date(Date.UTC(2017, 5, 1) + hours * 3_600_000).toISOString();
export const lastHour = 110 * 24;

/** One thing that happens; the numbers are taken as the kind needs them. */
export interface Step {
  readonly kind: number;
  readonly which: number;
  readonly what: number;
  readonly day: number;
  readonly amount: number;
  /** Hours since the step before was recorded. */
  readonly passed: number;
  /** Hours between its happening and its recording. */
  readonly late: number;
}

export const steps = fc.array(
  fc.record<Step>({
    kind: fc.nat(99),
    which: fc.nat(5),
    what: fc.nat(11),
    day: fc.nat(119),
    amount: fc.integer({ min: 0, max: 99_999 }),
    passed: fc.integer({ min: 0, max: 60 }),
    late: fc.constantFrom(0, 0, 0, 5, 200, 700),
  }),
  { minLength: 40, maxLength: 110 },
);

const pick = <T>(of: readonly [T, ...T[]], index: number): T => of[index % of.length] ?? of[0];
const dayAt = (index: number): string => days[Math.min(index, days.length - 1)] ?? '2017-06-01';

/** A history in the order of the log; in each stream time does not run backwards, across streams it does. */
export function historyOf(given: readonly Step[]): GivenEvent[] {
  const happened = new Map<string, number>();
  const status = new Map<string, string>();
  const members = new Map<string, { teamId: string; from: string; until?: string }>();
  let clock = 0;
  return given.flatMap((step): GivenEvent[] => {
    clock += step.passed;
    const event = (stream: string, type: string, data: object): GivenEvent => {
      const at = Math.max(happened.get(stream) ?? 0, clock - step.late, 0);
      happened.set(stream, Math.min(at, clock));
      return { stream, type, data, occurredAt: hour(Math.min(at, clock)), recordedAt: hour(clock) };
    };
    if (step.kind < 8) return [defined(step, event)];
    if (step.kind < 20) return [rated(step, event)];
    if (step.kind < 30) return memberOf(step, event, members);
    const stream = `opportunity-${step.which}`;
    const known = status.get(stream);
    const { type, data } = dealt(step, known);
    status.set(stream, type === 'OpportunityReassigned' ? (known ?? 'open') : (outcomes[type] ?? 'open'));
    return [event(stream, type, data)];
  });
}

type Make = (stream: string, type: string, data: object) => GivenEvent;

const defined = ({ what, amount }: Step, event: Make): GivenEvent =>
  event(`pipeline-${pick(pipelines, what)}`, 'PipelineDefined', {
    name: 'Some',
    currency: 'EUR',
    stages: stages.slice(what % 2).map((stage, place) => ({ stage, probability: (amount + 37 * place) % 101 })),
    retired: [],
  });

const rated = ({ what, day, amount }: Step, event: Make): GivenEvent => {
  const [from, to] = what % 3 === 0 ? ['EUR', pick(foreign, what)] : [pick(foreign, what), 'EUR'];
  return event(`rate-${from}`, 'ExchangeRateSet', {
    from,
    to,
    rate: `${amount % 3}.0${1 + amount}`,
    validFrom: dayAt(day),
  });
};

function memberOf(
  { which, what, day }: Step,
  event: Make,
  members: Map<string, { teamId: string; from: string; until?: string }>,
): GivenEvent[] {
  const salesperson = pick(owners, which);
  const stream = `membership-${salesperson}`;
  const last = members.get(salesperson);
  if (last && last.until === undefined) {
    const until = dayAt(days.indexOf(last.from) + (what % 9));
    members.set(salesperson, { ...last, until });
    return [event(stream, 'TeamMemberRemoved', { salesperson, ...last, until })];
  }
  const from = dayAt(Math.max(day % 40, last?.until === undefined ? 0 : days.indexOf(last.until) + 1));
  if (last?.until !== undefined && from <= last.until) return [];
  const membership = { teamId: pick(teams, what), from };
  members.set(salesperson, membership);
  return [event(stream, 'TeamMemberAdded', { salesperson, ...membership })];
}

const outcomes: Readonly<Record<string, string>> = {
  OpportunityWon: 'closed',
  OpportunityLost: 'closed',
  OpportunityWithdrawn: 'closed',
};

function dealt({ kind, which, what, day, amount }: Step, known: string | undefined): { type: string; data: object } {
  const money = { amount, currency: pick(['EUR', ...foreign], which) };
  const stage = pick(stages, what);
  const owner = pick(owners, what);
  if (known === undefined) {
    const data = { title: `Deal ${which}`, pipelineId: pick(pipelines, what), stage, amount: money, contactIds: [] };
    return { type: 'OpportunityOpened', data: { ...data, owner, ...(what < 9 ? { expectedClose: dayAt(day) } : {}) } };
  }
  if (known === 'closed') {
    return what < 8
      ? { type: 'OpportunityReopened', data: { to: stage, reason: 'again' } }
      : { type: 'OpportunityReassigned', data: { to: owner } };
  }
  if (kind < 45) return { type: 'OpportunityRescheduled', data: { expectedClose: dayAt(day) } };
  if (kind < 55) return { type: 'OpportunityAmountChanged', data: { amount: money } };
  if (kind < 58) return { type: 'OpportunityLinesChanged', data: { lines: [], amount: money } };
  if (kind < 66) return { type: 'OpportunityAdvanced', data: { from: 'early', to: stage, skipped: [] } };
  if (kind < 70) return { type: 'OpportunityMovedBack', data: { from: 'late', to: stage, reason: 'no' } };
  if (kind < 75) {
    const to = { pipelineId: pick(pipelines, what), to: stage, reason: 'fits' };
    return { type: 'OpportunityMovedToPipeline', data: { fromPipelineId: 'a', from: 'early', ...to } };
  }
  if (kind < 80) return { type: 'OpportunityReassigned', data: { to: owner } };
  if (kind < 87) {
    const category = pick([undefined, 'commit', 'best-case', 'omitted'], what);
    return { type: 'ForecastCategorySet', data: category === undefined ? {} : { category } };
  }
  if (kind < 94) return { type: 'OpportunityWon', data: { from: stage, amount: money } };
  if (kind < 97) return { type: 'OpportunityLost', data: { from: stage, reason: 'price' } };
  return { type: 'OpportunityWithdrawn', data: { from: stage, because: 'conversion-reverted' } };
}

/** Checks a forecast that has taken in a history. */
export async function withHistory(
  events: readonly GivenEvent[],
  check: (database: Database) => Promise<void>,
): Promise<void> {
  const server = await throwAwayDatabase();
  const database = openDatabase(server.url);
  const stop = new AbortController();
  const log = new MemoryLog(recorded(events));
  await ensureReadModels(database, [forecastModel]);
  const running = runProjections({ feed: log, database, projections: [forecastModel], signal: stop.signal, batch: 50 });
  try {
    await waitFor(database, forecastModel, log.events.at(-1)?.position ?? 0n, 30_000);
    await check(database);
  } finally {
    stop.abort();
    await running;
    await database.close();
    await server.drop();
  }
}

export const filters = fc.record<ForecastFilters>(
  {
    owner: fc.constantFrom(...owners),
    team: fc.constantFrom(...teams),
    pipelineId: fc.constantFrom(...pipelines),
    category: fc.constantFrom('pipeline', 'best-case', 'commit', 'omitted', 'closed'),
  },
  { requiredKeys: [] },
);
