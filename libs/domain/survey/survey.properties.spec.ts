import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, holds, of, type Trail } from '../../testing/properties.js';
import { survey, type SurveyState } from './survey.js';

const question = (name: string) => ({ question: name, text: 'Why?' });
const bodies: Bodies = {
  DefineSurvey: fc.record({
    name: of('After service', 'Yearly'),
    kind: of('nps', 'csat'),
    questions: of([], [question('why')], [question('why'), question('else')]),
  }),
};

describe('In whatever order it is asked', () => {
  it('a survey keeps its kind of score, and has one more version at each definition', () => {
    holds(survey, { bodies }, ({ before, after, facts }: Trail<SurveyState>) => {
      expect(after.defined?.version).toBe((before.defined?.version ?? 0) + facts.length);
      if (before.defined) expect(after.defined?.kind).toBe(before.defined.kind);
    });
  });
});
