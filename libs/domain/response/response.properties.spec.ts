import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import { type Bodies, holds, of, perhaps, type Trail } from '../../testing/properties.js';
import { surveyEvents } from '../survey/survey.events.js';
import { response, type ResponseState } from './response.js';

const survey = (kind: 'nps' | 'csat', version: number) =>
  factsOf(surveyEvents)('SurveyDefined', {
    name: 'Yearly',
    kind,
    questions: [{ question: 'why', text: 'Why?' }],
    version,
  });
const circumstances = of([survey('nps', 1)], [survey('nps', 1), survey('nps', 2)], [survey('csat', 1)], []).map(
  (facts) => ({ lookups: { 'survey-yearly': facts } }),
);
const bodies: Bodies = {
  RecordSurveyResponse: fc.record({
    surveyId: of('yearly'),
    personId: perhaps('5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11'),
    accountId: perhaps('0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10'),
    score: fc.integer({ min: 0, max: 10 }),
    comment: perhaps('Quick'),
    answers: perhaps([{ question: 'why', answer: 'Because' }], [{ question: 'else', answer: 'Nothing' }]),
    wantedServices: perhaps(['Rental']),
  }),
};

describe('In whatever order it is asked', () => {
  it('a response is of somebody, within the scores of its survey, and stays what was answered first', () => {
    holds(response, { bodies, circumstances }, ({ before, after: { recorded } }: Trail<ResponseState>) => {
      if (before.recorded) expect(recorded).toEqual(before.recorded);
      expect(recorded?.personId ?? recorded?.accountId).toBeDefined();
      const [from, to] = recorded?.kind === 'nps' ? [0, 10] : [1, 5];
      expect(recorded?.score).toBeGreaterThanOrEqual(from);
      expect(recorded?.score).toBeLessThanOrEqual(to);
    });
  });
});
