import { idOf, type Instant, type Period, plusDays } from '../../libs/kernel/index.js';
import type { Database, Moment } from '../../libs/read-model/index.js';
import { activitiesReport } from '../../projections/activity/queries.js';
import { agendaList } from '../../projections/agenda/queries.js';
import { alarmsList } from '../../projections/alarms/queries.js';
import { campaignsReport } from '../../projections/campaigns/queries.js';
import { historyOfCustomer } from '../../projections/customer-history/queries.js';
import { accountDetail, accountsList } from '../../projections/customers/accounts.js';
import { acquisitionReport } from '../../projections/customers/acquisition-report.js';
import { attentionDue } from '../../projections/customers/attention-due.js';
import { customerDetail } from '../../projections/customers/detail.js';
import { lifetimeValues } from '../../projections/customers/lifetime-value-report.js';
import { customersList } from '../../projections/customers/queries.js';
import { calibration } from '../../projections/forecast/calibration.js';
import { forecastChanges } from '../../projections/forecast/changes.js';
import { forecast } from '../../projections/forecast/forecast.js';
import { conversionReport, funnelReport, winRateReport } from '../../projections/funnel/queries.js';
import { peopleList, personDetail } from '../../projections/people/queries.js';
import { opportunityDetail } from '../../projections/pipeline/opportunity-detail.js';
import { opportunitiesList } from '../../projections/pipeline/opportunities.js';
import { pipelinesList, pipelineSummary } from '../../projections/pipeline/queries.js';
import { ageingReport, velocityReport } from '../../projections/pipeline/reports.js';
import { exchangeRatesList, policiesList, policyDetail } from '../../projections/policies/queries.js';
import { everyMember, membersOfSegment, segmentDetail, segmentsList } from '../../projections/segments/queries.js';
import { caseDetail, casesList, satisfactionTrend, wantedServices } from '../../projections/service/queries.js';

/** What a question is about besides the moment: some of each kind, the same for both who are asked. */
export interface About {
  readonly asOf: Instant;
  readonly period: Period;
  /** The id of a stream of the category. */
  readonly id: (category: string) => string;
}

type Ask = (database: Database, moment: Moment, about: About) => Promise<unknown>;

const perMonth = { per: 'month' } as const;
const perQuarter = { per: 'quarter' } as const;

/** Every question that the API asks of the read models, by the function that answers it, in one or more ways. */
export const questions: Readonly<Record<string, readonly Ask[]>> = {
  accountDetail: [(db, at, { id }) => accountDetail(db, { ...at, id: id('account') })],
  accountsList: [(db, at) => accountsList(db, { ...at, limit: 1_000 })],
  acquisitionReport: [(db, at) => acquisitionReport(db, { ...at, ...perQuarter })],
  activitiesReport: [
    (db, at) => activitiesReport(db, { ...at, ...perMonth, by: 'person' }),
    (db, at) => activitiesReport(db, { ...at, ...perQuarter, by: 'team' }),
  ],
  ageingReport: [(db, at) => ageingReport(db, at)],
  agendaList: [(db, at) => agendaList(db, { ...at, limit: 1_000 })],
  alarmsList: [(db, at) => alarmsList(db, { ...at, limit: 1_000 })],
  attentionDue: [
    (db, at) => attentionDue(db, { ...at, names: true, limit: 200 }),
    // Those of them whom the sample's policy wants to be reached as members of a segment by rule.
    async (db, at) =>
      (await attentionDue(db, { ...at, limit: 1_000 })).items.filter(({ everyDays }) => [21, 45].includes(everyDays)),
  ],
  calibration: [(db, at) => calibration(db, at)],
  campaignsReport: [(db, at) => campaignsReport(db, at)],
  caseDetail: [(db, at, { id }) => caseDetail(db, { ...at, id: id('case') })],
  casesList: [(db, at) => casesList(db, { ...at, limit: 1_000 })],
  conversionReport: [(db, at) => conversionReport(db, { ...at, ...perQuarter, by: 'source' })],
  customerDetail: [
    (db, at, { id }) => customerDetail(db, { ...at, id: id('account'), names: true }),
    (db, at, { id }) => customerDetail(db, { ...at, id: id('person'), names: true }),
  ],
  customersList: [(db, at) => customersList(db, { ...at, sort: 'value-at-risk', names: true, limit: 200 })],
  everyMember: [
    async (db, at, { id }) => {
      const pages = await everyMember(db, { ...at, id: id('segment'), seesNames: true });
      const found: unknown[] = [];
      if (pages) for await (const page of pages) found.push(...page);
      return found;
    },
  ],
  exchangeRatesList: [(db, at) => exchangeRatesList(db, { ...at, limit: 1_000 })],
  forecast: [
    (db, at, { period }) => forecast(db, { ...at, period, by: 'owner' }),
    (db, at, { period }) => forecast(db, { ...at, period, by: 'team' }),
  ],
  forecastChanges: [
    (db, { knownAt }, { asOf, period }) =>
      forecastChanges(db, {
        from: plusDays(asOf, -60),
        to: asOf,
        ...(knownAt === undefined ? {} : { knownAt }),
        period,
      }),
  ],
  funnelReport: [
    (db, at) => funnelReport(db, { ...at, ...perQuarter, touch: 'first' }),
    (db, at) => funnelReport(db, { ...at, ...perQuarter, touch: 'any' }),
  ],
  historyOfCustomer: [
    (db, at, { id }) => historyOfCustomer(db, { ...at, id: id('account'), seesNames: true, limit: 1_000 }),
    (db, at, { id }) => historyOfCustomer(db, { ...at, id: id('person'), seesNames: true, limit: 1_000 }),
  ],
  lifetimeValues: [(db, at) => lifetimeValues(db, { ...at, sort: 'projected', names: true, limit: 200 })],
  membersOfSegment: [
    (db, at, { id }) => membersOfSegment(db, { ...at, id: id('segment'), seesNames: true, limit: 50 }),
  ],
  opportunitiesList: [(db, at) => opportunitiesList(db, { ...at, sort: 'amount', order: 'desc', limit: 200 })],
  opportunityDetail: [(db, at, { id }) => opportunityDetail(db, { ...at, id: id('opportunity') })],
  peopleList: [(db, at) => peopleList(db, { ...at, seesNames: true, limit: 200 })],
  personDetail: [(db, at, { id }) => personDetail(db, { ...at, id: id('person'), seesNames: true })],
  pipelineSummary: [(db, at, { id }) => pipelineSummary(db, { ...at, id: id('pipeline') })],
  pipelinesList: [(db, at) => pipelinesList(db, at)],
  policiesList: [(db, at) => policiesList(db, at)],
  policyDetail: [(db, at, { id }) => policyDetail(db, { ...at, name: id('policy') })],
  satisfactionTrend: [(db, at) => satisfactionTrend(db, { ...at, ...perQuarter, by: 'account' })],
  segmentDetail: [(db, at, { id }) => segmentDetail(db, { ...at, id: id('segment'), seesNames: true })],
  segmentsList: [(db, at) => segmentsList(db, { ...at, limit: 1_000 })],
  velocityReport: [(db, at) => velocityReport(db, { ...at, ...perMonth })],
  wantedServices: [(db, at) => wantedServices(db, { ...at, ...perQuarter, by: 'all' })],
  winRateReport: [
    (db, at) => winRateReport(db, { ...at, ...perQuarter, by: 'owner' }),
    (db, at) => winRateReport(db, { ...at, ...perQuarter, by: 'source' }),
  ],
};

/** One question, in one way. */
export interface Question {
  readonly name: string;
  readonly ask: Ask;
}

export const everyQuestion: readonly Question[] = Object.entries(questions).flatMap(([name, ways]) =>
  ways.map((ask, place) => ({ name: `${name} ${String(place + 1)}`, ask })),
);

/** Streams by category, of which a question draws one. */
export function subjectsOf(streams: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const stream of streams) {
    const category = stream.slice(0, stream.indexOf('-'));
    const ids = found.get(category);
    if (ids) ids.push(idOf(stream));
    else found.set(category, [idOf(stream)]);
  }
  return found;
}

/** A cursor tells the moment, and what a segment's membership ends with lies ahead of it: neither is what was true. */
const notCompared = new Set(['next', 'leavesAt']);

/** An answer as it is compared. */
export const written = (answer: unknown): string =>
  JSON.stringify(
    answer,
    (key, value: unknown) => (notCompared.has(key) ? undefined : typeof value === 'bigint' ? String(value) : value),
    1,
  );
