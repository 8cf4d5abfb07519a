import { describe, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { DefineSurvey } from './survey.commands.js';
import { surveyEvents } from './survey.events.js';
import { survey } from './survey.js';

const fact = factsOf(surveyEvents);
const improve = { question: 'improve', text: 'What should we do better?' };
const defined = fact('SurveyDefined', { name: 'After service', kind: 'csat', questions: [improve], version: 1 });

const define = (change: object = {}) =>
  command(DefineSurvey, {
    surveyId: 'after-service',
    name: 'After service',
    kind: 'csat',
    questions: [improve],
    ...change,
  });

describe('A survey', () => {
  it('asks for a score and questions in free text, in versions', () => {
    given(survey).when(define()).then(defined);
    given(survey, defined).when(define()).thenNothing();
    given(survey, defined)
      .when(define({ questions: [] }))
      .then(fact('SurveyDefined', { ...defined.data, questions: [], version: 2 }));
  });

  it('keeps its kind of score, so that its answers can be compared', () => {
    given(survey, defined)
      .when(define({ kind: 'nps' }))
      .thenRefused('SURVEY_KIND_FIXED');
  });
});
