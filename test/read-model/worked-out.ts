import { idOf, type RecordedEvent } from '../../libs/kernel/index.js';

/** Answers as lines of text, by name. */
export type Lines = Readonly<Record<string, readonly string[]>>;

/** The same answers, as an analyst gets them. */
export const linesInSql: Readonly<Record<string, string>> = {
  opportunities: `select concat_ws('|', opportunity_id, pipeline, stage, status, amount, currency, owner, expected_close)
    from analytics.opportunities`,
  'open by stage': `select concat_ws('|', pipeline, stage, count, amount) from analytics.pipeline
    where kind = 'open' and count > 0`,
  attempts: `select concat_ws('|', kind, sum(attempts), sum(reached), sum(failed)) from analytics.activity_report
    group by kind having sum(attempts) > 0`,
  cases: `select concat_ws('|', case_id, status, priority, replies) from analytics.cases`,
  'survey responses': `select concat_ws('|', survey_id, count(*), sum(score)) from analytics.survey_responses group by survey_id`,
  targets: `select concat_ws('|', target_id, period, amount, currency) from analytics.targets`,
  policies: `select concat_ws('|', policy, version) from analytics.policies where version > 0`,
  'exchange rates': `select concat_ws('|', from_currency, to_currency, holds_from, trim_scale(rate))
    from analytics.exchange_rates`,
};

function byStream(events: readonly RecordedEvent[]): ReadonlyMap<string, readonly RecordedEvent[]> {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const found = streams.get(event.stream);
    if (found) found.push(event);
    else streams.set(event.stream, [event]);
  }
  return streams;
}

interface Amount {
  readonly amount: number;
  readonly currency: string;
}

/** What the events that are looked at may say. */
type Data = { readonly amount: Amount; readonly version: number } & {
  readonly [
    N in 'pipelineId' | 'stage' | 'from' | 'to' | 'owner' | 'expectedClose' | 'priority' | 'validFrom' | 'rate'
  ]?: string;
};

type Part = string | number | undefined;

const written = (...parts: readonly Part[]): string => parts.filter((part) => part !== undefined).join('|');

interface Deal {
  id: string;
  pipelineId?: string | undefined;
  stage?: string | undefined;
  status?: string;
  amount?: number;
  currency?: string;
  owner?: string | undefined;
  expectedClose?: string | undefined;
}

function opportunitiesIn(streams: ReadonlyMap<string, readonly RecordedEvent[]>): readonly Deal[] {
  return [...streams].flatMap(([stream, events]) => {
    if (!stream.startsWith('opportunity-')) return [];
    let found: Deal = { id: idOf(stream) };
    for (const { type, data } of events) {
      const { pipelineId, stage, to, owner, amount, expectedClose } = data as Data;
      if (type === 'OpportunityOpened')
        found = { ...found, pipelineId, stage, status: 'open', owner, expectedClose, ...amount };
      if (type === 'OpportunityAdvanced' || type === 'OpportunityMovedBack') found = { ...found, stage: to };
      if (type === 'OpportunityMovedToPipeline') found = { ...found, pipelineId, stage: to };
      if (type === 'OpportunityAmountChanged' || type === 'OpportunityLinesChanged') found = { ...found, ...amount };
      if (type === 'OpportunityRescheduled') found = { ...found, expectedClose };
      if (type === 'OpportunityReassigned') found = { ...found, owner: to };
      if (type === 'OpportunityWon') found = { ...found, status: 'won', ...amount };
      if (type === 'OpportunityLost') found = { ...found, status: 'lost' };
      if (type === 'OpportunityWithdrawn') found = { ...found, status: 'withdrawn' };
      if (type === 'OpportunityReopened') found = { ...found, status: 'open', stage: to };
    }
    return [found];
  });
}

function openByStage(opportunities: readonly Deal[]): readonly string[] {
  const sums = new Map<string, { count: number; amount: number }>();
  for (const { pipelineId, stage, status, amount } of opportunities) {
    if (status !== 'open') continue;
    const key = written(pipelineId, stage);
    const { count, amount: sum } = sums.get(key) ?? { count: 0, amount: 0 };
    sums.set(key, { count: count + 1, amount: sum + (amount ?? 0) });
  }
  return [...sums].map(([key, { count, amount }]) => written(key, count, amount));
}

function attempts(events: readonly RecordedEvent[]): readonly string[] {
  const kinds = new Map<string, string>();
  const sums = new Map<string, [number, number, number]>();
  for (const { type, stream, data } of events) {
    const { kind = kinds.get(stream), outcome } = data as { kind?: string; outcome?: string };
    if (kind !== undefined && stream.startsWith('activity-')) kinds.set(stream, kind);
    if ((type !== 'ActivityLogged' && type !== 'ActivityCompleted') || kind === undefined) continue;
    const [all, reached, failed] = sums.get(kind) ?? [0, 0, 0];
    sums.set(kind, outcome === 'reached' ? [all + 1, reached + 1, failed] : [all + 1, reached, failed + 1]);
  }
  return [...sums].map(([kind, counts]) => written(kind, ...counts));
}

function cases(streams: ReadonlyMap<string, readonly RecordedEvent[]>): readonly string[] {
  return [...streams].flatMap(([stream, events]) => {
    if (!stream.startsWith('case-')) return [];
    let [status, priority, replies] = ['open', '', 0];
    for (const { type, data } of events) {
      if (type === 'CaseOpened') priority = (data as Data).priority ?? '';
      if (type === 'CasePriorityChanged') priority = (data as Data).to ?? '';
      if (type === 'CaseResolved') status = 'resolved';
      if (type === 'CaseReopened') status = 'open';
      if (type === 'CaseReplied') replies += 1;
    }
    return [written(idOf(stream), status, priority, replies)];
  });
}

function responses(events: readonly RecordedEvent[]): readonly string[] {
  const sums = new Map<string, [number, number]>();
  for (const { type, data } of events) {
    if (type !== 'SurveyResponseRecorded') continue;
    const { surveyId, score } = data as { surveyId: string; score: number };
    const [count, sum] = sums.get(surveyId) ?? [0, 0];
    sums.set(surveyId, [count + 1, sum + score]);
  }
  return [...sums].map(([survey, counts]) => written(survey, ...counts));
}

/**
 * What some of the views have to say, worked out by plain loops over what had happened and was known: they share nothing
 * with the read models, which a replay does.
 *
 * @param events those, in the order of the log
 */
export function workedOut(events: readonly RecordedEvent[]): Lines {
  const streams = byStream(events);
  const opportunities = opportunitiesIn(streams);
  const last = new Map<string, string>();
  for (const { type, data } of events) {
    const { from, to, validFrom, rate } = data as Data;
    if (type === 'ExchangeRateSet') last.set(written(from, to, validFrom), rate ?? '');
  }
  const targets = [...streams].flatMap(([stream, own]) => {
    const end = own.at(-1);
    if (end?.type !== 'TargetAgreed') return [];
    const { period, amount } = end.data as { period: string; amount: Amount };
    return [written(idOf(stream), period, amount.amount, amount.currency)];
  });
  const policies = [...streams].flatMap(([stream, own]) =>
    stream.startsWith('policy-') ? [written(idOf(stream), (own.at(-1)?.data as Data | undefined)?.version)] : [],
  );
  return {
    opportunities: opportunities.map(({ id, pipelineId, stage, status, amount, currency, owner, expectedClose }) =>
      written(id, pipelineId, stage, status, amount, currency, owner, expectedClose),
    ),
    'open by stage': openByStage(opportunities),
    attempts: attempts(events),
    cases: cases(streams),
    'survey responses': responses(events),
    targets,
    policies,
    'exchange rates': [...last].map(([key, rate]) => written(key, rate)),
  };
}
