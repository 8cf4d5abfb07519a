import { Random } from '../../apps/kroniek/sample/random.js';
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
import { inGroup } from '../../projections/customers/in-group.js';
import { lifetimeValues } from '../../projections/customers/lifetime-value-report.js';
import { customersList } from '../../projections/customers/queries.js';
import { accountsRatedWhatIf, ratingsWhatIf } from '../../projections/customers/ratings-what-if.js';
import { customersWhatIf, phasesWhatIf } from '../../projections/customers/what-if.js';
import { calibration } from '../../projections/forecast/calibration.js';
import { forecastChanges } from '../../projections/forecast/changes.js';
import { forecast } from '../../projections/forecast/forecast.js';
import { forecastWhatIf, opportunitiesWhatIf } from '../../projections/forecast/what-if.js';
import { conversionReport, funnelReport, winRateReport } from '../../projections/funnel/queries.js';
import { peopleList, personDetail } from '../../projections/people/queries.js';
import { opportunitiesList } from '../../projections/pipeline/opportunities.js';
import { opportunityDetail } from '../../projections/pipeline/opportunity-detail.js';
import { pipelinesList, pipelineSummary } from '../../projections/pipeline/queries.js';
import { ageingReport, velocityReport } from '../../projections/pipeline/reports.js';
import { exchangeRatesList, policiesList, policyDetail } from '../../projections/policies/queries.js';
import { membersOfSegment, segmentDetail, segmentsList } from '../../projections/segments/queries.js';
import { membersWhatIf, segmentWhatIf } from '../../projections/segments/what-if.js';
import { caseDetail, casesList, satisfactionTrend, wantedServices } from '../../projections/service/queries.js';

/** Things to ask for, at random. */
export interface Known {
  readonly accounts: readonly string[];
  readonly people: readonly string[];
  readonly opportunities: readonly string[];
  readonly cases: readonly string[];
  readonly segments: readonly string[];
  readonly owners: readonly string[];
}

const drawn = (): Random => new Random('what is asked');
let random = drawn();

/** From now on the same things are drawn as after the last time that this was said. */
export function drawAgain(): void {
  random = drawn();
}

const any = (ids: readonly string[]): string => (ids.length === 0 ? '' : random.pick(ids));
const some = (ids: readonly string[], count: number): readonly string[] =>
  Array.from({ length: Math.min(count, ids.length) }, () => any(ids));

export type Query = (database: Database, moment: Moment, known: Known) => Promise<unknown>;

const instantOf = ({ asOf }: Moment): string => asOf ?? new Date().toISOString();
const monthOf = (at: Moment): string => instantOf(at).slice(0, 7);
const quarterOf = (at: Moment): string =>
  `${instantOf(at).slice(0, 4)}-Q${String(Math.ceil(Number(instantOf(at).slice(5, 7)) / 3))}`;
const weekBefore = (at: Moment): string => new Date(Date.parse(instantOf(at)) - 7 * 86_400_000).toISOString();

/** The report of a quarter, month by month. */
const quarter = (at: Moment) => ({ ...at, from: quarterOf(at), to: quarterOf(at), per: 'month' as const });
/** The report of all time, month by month. */
const ever = (at: Moment) => ({ ...at, per: 'month' as const });

/** What the what-ifs assume. */
const probabilities = {
  pipelines: [{ pipelineId: 'default', stages: [{ stage: 'proposal', probability: 45 }] }],
  rates: [{ from: 'USD', to: 'EUR', rate: '0.85' }],
};
const rule = { rule: { all: [{ field: 'phase', operator: 'one-of', value: ['active'] }] } };
const window = { inactivityWindow: { days: 270, segments: [] } };
const cutOff = { cutOff: { perCent: 60, schemes: [] } };

/** The queries of docs/api.md and docs/reports.md, each on an id or with the filters that it is mostly asked with. */
export const queries: Readonly<Record<string, Query>> = {
  pipelines: (db, at) => pipelinesList(db, at),
  'pipelines/{id}': (db, at) => pipelineSummary(db, { ...at, id: 'default' }),
  opportunities: (db, at) => opportunitiesList(db, { ...at }),
  'opportunities?status=open': (db, at) => opportunitiesList(db, { ...at, status: 'open' }),
  'opportunities?owner&status=open': (db, at, { owners }) =>
    opportunitiesList(db, { ...at, owner: any(owners), status: 'open' }),
  'opportunities?sort=amount': (db, at) =>
    opportunitiesList(db, { ...at, status: 'open', sort: 'amount', order: 'desc' }),
  'opportunities?accountId': (db, at, { accounts }) => opportunitiesList(db, { ...at, accountId: any(accounts) }),
  'opportunities?stage': (db, at) => opportunitiesList(db, { ...at, stage: 'proposal' }),
  'opportunities/{id}': (db, at, { opportunities }) => opportunityDetail(db, { ...at, id: any(opportunities) }),
  'forecast?period=month': (db, at) => forecast(db, { ...at, period: monthOf(at), by: 'owner' }),
  'forecast?by=owner': (db, at) => forecast(db, { ...at, period: quarterOf(at), by: 'owner' }),
  'forecast?by=team': (db, at) => forecast(db, { ...at, period: quarterOf(at), by: 'team' }),
  'forecast/changes of a week': (db, at) =>
    forecastChanges(db, { ...at, period: quarterOf(at), from: weekBefore(at), to: instantOf(at) }),
  'forecast/calibration': (db, at) => calibration(db, { ...at }),
  'people?kind=lead': (db, at) => peopleList(db, { ...at, kind: 'lead', seesNames: true }),
  'people?kind=lead&owner': (db, at, { owners }) =>
    peopleList(db, { ...at, kind: 'lead', owner: any(owners), seesNames: true }),
  'people?accountId': (db, at, { accounts }) => peopleList(db, { ...at, accountId: any(accounts), seesNames: true }),
  'people/{id}': (db, at, { people }) => personDetail(db, { ...at, id: any(people), seesNames: true }),
  customers: (db, at) => customersList(db, { ...at }),
  'customers?phase=active': (db, at) => customersList(db, { ...at, phase: 'active' }),
  'customers?phase=inactive': (db, at) => customersList(db, { ...at, phase: 'inactive' }),
  'customers?phase=inactive&owner': (db, at, { owners }) =>
    customersList(db, { ...at, phase: 'inactive', owner: any(owners) }),
  'customers?…&sort=value-at-risk': (db, at) => customersList(db, { ...at, phase: 'inactive', sort: 'value-at-risk' }),
  'customers?…&sort=days-silent': (db, at) => customersList(db, { ...at, phase: 'inactive', sort: 'days-silent' }),
  'customers?…&sort=last-purchase': (db, at) => customersList(db, { ...at, phase: 'active', sort: 'last-purchase' }),
  'customers?sort=days-silent': (db, at) => customersList(db, { ...at, sort: 'days-silent' }),
  'customers?group=partner': (db, at) => customersList(db, { ...at, group: 'partner' }),
  'customers/{id}': (db, at, { accounts }) => customerDetail(db, { ...at, id: any(accounts) }),
  'customers/{id}/history': (db, at, { accounts }) => historyOfCustomer(db, { ...at, id: any(accounts) }),
  accounts: (db, at) => accountsList(db, { ...at }),
  'accounts?owner': (db, at, { owners }) => accountsList(db, { ...at, owner: any(owners) }),
  'accounts/{id}': (db, at, { accounts }) => accountDetail(db, { ...at, id: any(accounts) }),
  'cases?status=open': (db, at) => casesList(db, { ...at, status: 'open' }),
  'cases/{id}': (db, at, { cases }) => caseDetail(db, { ...at, id: any(cases) }),
  alarms: (db, at) => alarmsList(db, { ...at }),
  'alarms?owner': (db, at, { owners }) => alarmsList(db, { ...at, owner: any(owners) }),
  agenda: (db, at) => agendaList(db, { ...at }),
  'agenda?assignee': (db, at, { owners }) => agendaList(db, { ...at, assignee: any(owners) }),
  'agenda/attention': (db, at) => attentionDue(db, { ...at }),
  'agenda/attention?owner': (db, at, { owners }) => attentionDue(db, { ...at, owner: any(owners) }),
  'reports/velocity?period': (db, at) => velocityReport(db, quarter(at)),
  'reports/velocity': (db, at) => velocityReport(db, ever(at)),
  'reports/velocity?per=quarter': (db, at) => velocityReport(db, { ...at, per: 'quarter' }),
  'reports/velocity?per=all': (db, at) => velocityReport(db, { ...at, per: 'all' }),
  'reports/ageing': (db, at) => ageingReport(db, { ...at }),
  'reports/conversion?period': (db, at) => conversionReport(db, { ...quarter(at), by: 'source' }),
  'reports/conversion': (db, at) => conversionReport(db, { ...ever(at), by: 'source' }),
  'reports/inbound?period': (db, at) => funnelReport(db, { ...quarter(at), touch: 'first' }),
  'reports/inbound': (db, at) => funnelReport(db, { ...ever(at), touch: 'first' }),
  'reports/inbound?touch=any': (db, at) => funnelReport(db, { ...ever(at), touch: 'any' }),
  'reports/win-rate?by=source': (db, at) => winRateReport(db, { ...ever(at), by: 'source' }),
  'reports/win-rate?period': (db, at) => winRateReport(db, { ...quarter(at), by: 'owner' }),
  'reports/win-rate': (db, at) => winRateReport(db, { ...ever(at), by: 'owner' }),
  'reports/activities?period': (db, at) => activitiesReport(db, { ...quarter(at), by: 'person' }),
  'reports/activities': (db, at) => activitiesReport(db, { ...ever(at), by: 'person' }),
  'reports/campaigns': (db, at) => campaignsReport(db, { ...at }),
  'reports/satisfaction?period': (db, at) => satisfactionTrend(db, { ...quarter(at), by: 'all' }),
  'reports/satisfaction': (db, at) => satisfactionTrend(db, { ...ever(at), by: 'all' }),
  'reports/satisfaction?accountId': (db, at, { accounts }) =>
    satisfactionTrend(db, { ...ever(at), by: 'all', accountId: any(accounts) }),
  'reports/wanted-services': (db, at) => wantedServices(db, { ...ever(at), by: 'all' }),
  'reports/retention?period': (db, at) => acquisitionReport(db, quarter(at)),
  'reports/retention': (db, at) => acquisitionReport(db, ever(at)),
  'reports/lifetime-value': (db, at) => lifetimeValues(db, { ...at }),
  'reports/lifetime-value?projected': (db, at) => lifetimeValues(db, { ...at, sort: 'projected' }),
  segments: (db, at) => segmentsList(db, { ...at }),
  'segments/{id}': (db, at, { segments }) => segmentDetail(db, { ...at, id: any(segments), seesNames: true }),
  'segments/{id}/members': (db, at, { segments }) =>
    membersOfSegment(db, { ...at, id: any(segments), seesNames: true }),
  policies: (db, at) => policiesList(db, at),
  'policies/{name}': (db, at) => policyDetail(db, { ...at, name: 'inactivity.window' }),
  'what-if/forecast': (db, at) => forecastWhatIf(db, { ...at, period: quarterOf(at), by: 'owner' }, probabilities),
  'what-if/forecast/opportunities': (db, at) =>
    opportunitiesWhatIf(db, { ...at, period: quarterOf(at) }, probabilities),
  'what-if/segments': (db, at) => segmentWhatIf(db, { ...at, of: 'accounts', seesNames: true }, rule),
  'what-if/segments/members': (db, at) => membersWhatIf(db, { ...at, of: 'accounts', seesNames: true }, rule),
  'what-if/phases': (db, at) => phasesWhatIf(db, { ...at }, window),
  'what-if/phases/customers': (db, at) => customersWhatIf(db, { ...at }, window),
  'what-if/ratings': (db, at) => ratingsWhatIf(db, { ...at }, cutOff),
  'what-if/ratings/accounts': (db, at) => accountsRatedWhatIf(db, { ...at }, cutOff),
  // Asked when a mailing is sent, not over HTTP.
  'dogs among 100 members': (db, at, { people }) => inGroup(db, 'dog', some(people, 100), at),
  'exchange-rates': (db, at) => exchangeRatesList(db, { ...at }),
};
