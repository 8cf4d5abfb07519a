import { defaultPipeline } from '../../../libs/domain/pipeline/pipeline.js';
import type { Stage } from '../../../libs/domain/pipeline/pipeline.events.js';
import { dayMs, dayOf, type Story, toInstant } from './story.js';

export interface SamplePipeline extends Readonly<Record<string, unknown>> {
  readonly pipelineId: string;
  readonly name: string;
  readonly currency: string;
  readonly stages: readonly Stage[];
}

/** Care for what was delivered: fewer stages than a first sale. */
export const carePipeline: SamplePipeline = {
  pipelineId: 'service-contracts',
  name: 'Service contracts',
  currency: 'EUR',
  stages: [
    { stage: 'inventory', probability: 20 },
    { stage: 'site-visit', probability: 40 },
    { stage: 'offer', probability: 60 },
    { stage: 'agreed', probability: 90 },
  ],
};

/** Sold overseas, in dollars. */
export const exportPipeline: SamplePipeline = {
  pipelineId: 'export',
  name: 'Export overseas',
  currency: 'USD',
  stages: [
    { stage: 'enquiry', probability: 10 },
    { stage: 'sample-sent', probability: 30 },
    { stage: 'quotation', probability: 60 },
    { stage: 'letter-of-credit', probability: 90 },
  ],
};

/** How opportunities run, and by which rules verdicts are made. */
export function settings(story: Story): void {
  story.tell('DefinePipeline', defaultPipeline);
  story.tell('DefinePipeline', carePipeline);
  story.tell('DefinePipeline', exportPipeline);
  const change = (policyName: string, value: object) => story.tell('ChangePolicy', { policyName, value });
  change('reporting.currency', { currency: 'EUR' });
  change('stalled-contact.after', { weeks: 4 });
  change('case.targets', {
    low: { responseMinutes: 2_880, resolutionMinutes: 20_160 },
    normal: { responseMinutes: 600, resolutionMinutes: 7_200 },
    high: { responseMinutes: 180, resolutionMinutes: 2_880 },
    urgent: { responseMinutes: 60, resolutionMinutes: 480 },
  });
  story.pass(300, 310);
  change('stale-opportunity', { days: 60 });
  change('rating.cut-off', { perCent: 50, schemes: [{ schemeId: 'customer-value', minimum: 25 }] });
  story.pass(200, 210);
  // Four weeks let contacts grow cold; two months let opportunities.
  change('stalled-contact.after', { weeks: 3 });
  story.tell('ResetPolicy', { policyName: 'stale-opportunity' });
  story.pass(150, 160);
  // Who buys once a season, named one by one, and who buys much, by a rule, may be longer in coming back.
  change('inactivity.window', {
    days: 180,
    segments: [
      { segmentId: 'seasonal', days: 365 },
      { segmentId: 'large-buyers', days: 270 },
    ],
  });
  // Who buys much is called every three weeks, and who reads what we write seldom: by rules, and by name.
  change('attention.cadence', {
    rules: [
      { group: 'dog' },
      { segmentId: 'large-buyers', days: 21 },
      { segmentId: 'newsletter-readers', phase: 'prospect', days: 45 },
      { segmentId: 'seasonal', days: 120 },
      { group: 'partner', days: 30 },
      { phase: 'potential', days: 14 },
      { phase: 'prospect', days: 30 },
      { phase: 'active', days: 90 },
      { phase: 'inactive', days: 180 },
    ],
  });
}

/** Euros that a unit costs, at the beginning. */
const currencies = { USD: 0.92, GBP: 1.15, SEK: 0.088 } as const;

/** The rates of each month, as the bookkeepers set them on its first day. */
export function exchangeRates(story: Story, begin: number): void {
  const { random } = story;
  for (const [from, first] of Object.entries(currencies)) {
    let rate: number = first;
    for (let day = firstOfMonth(begin, 0), months = 0; day <= story.end; day = firstOfMonth(begin, ++months)) {
      const at = Math.max(day, begin) + 8 * 3_600_000;
      if (at > story.end) break;
      story.tellAt(at, 'SetExchangeRate', { from, to: 'EUR', rate: rate.toFixed(4), validFrom: dayOf(day) });
      rate *= 0.985 + random.next() * 0.03;
    }
  }
}

const firstOfMonth = (begin: number, months: number): number => {
  const date = new Date(begin);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
};

/** What was learnt on the way: a stage that nobody needs is retired shortly before the end. */
export function laterSettings(story: Story): void {
  const stages = carePipeline.stages.filter(({ stage }) => stage !== 'site-visit');
  story.tell('DefinePipeline', { ...carePipeline, stages });
}

/** The quarters from one instant to another, with the instants that they begin and end at. */
export function quartersBetween(begin: number, end: number) {
  const quarters: { readonly period: string; readonly from: number; readonly to: number }[] = [];
  const year = new Date(begin).getUTCFullYear();
  const first = Math.floor(new Date(begin).getUTCMonth() / 3);
  for (let quarter = first; Date.UTC(year, quarter * 3, 1) < end; quarter++) {
    const from = Date.UTC(year, quarter * 3, 1);
    const period = `${toInstant(from).slice(0, 4)}-Q${String((quarter % 4) + 1)}`;
    quarters.push({ period, from, to: Date.UTC(year, quarter * 3 + 3, 1) - dayMs / 2 });
  }
  return quarters;
}
