import { describe, expect, it } from '@jest/globals';
import { factsOf, referencesOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { surveyEvents, type SurveyKind } from '../survey/survey.events.js';
import { RecordSurveyResponse } from './response.commands.js';
import { responseEvents } from './response.events.js';
import { response, responseIdOf } from './response.js';

const fact = factsOf(responseEvents);
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const caseId = 'e4b1c7d2-90af-4c3e-8b57-6d2f1a9c0e48';
const campaignId = '7a1f0c3e-5b8d-4e29-9c64-2d0b1a7f8e35';

const asking = (kind: SurveyKind) => ({
  lookups: {
    'survey-care': [
      factsOf(surveyEvents)('SurveyDefined', {
        name: 'Care',
        kind,
        questions: [{ question: 'improve', text: 'What should we do better?' }],
        version: 3,
      }),
    ],
  },
});

const answered = { surveyId: 'care', surveyVersion: 3, kind: 'nps', score: 9, personId, wantedServices: [] } as const;
const { personId: _, ...byNobody } = answered;
const recorded = fact('SurveyResponseRecorded', answered);
const record = (change: object = {}) =>
  command(RecordSurveyResponse, { surveyId: 'care', score: 9, personId, ...change });

describe('A survey response', () => {
  it('is a score from 0 to 10 (NPS) or from 1 to 5 (CSAT)', () => {
    for (const score of [0, 10]) {
      given(response)
        .when(record({ score }), asking('nps'))
        .then(fact('SurveyResponseRecorded', { ...answered, score }));
    }
    for (const score of [1, 5]) {
      given(response)
        .when(record({ score }), asking('csat'))
        .then(fact('SurveyResponseRecorded', { ...answered, kind: 'csat', score }));
    }
    for (const score of [0, 6]) {
      given(response).when(record({ score }), asking('csat')).thenRefused('SURVEY_SCORE_OUT_OF_RANGE');
    }
  });

  it('has free text, answers to the questions of the survey, and the extra services that are wanted', () => {
    const told = {
      comment: 'Quick.',
      answers: [{ question: 'improve', answer: 'One visit, not two.' }],
      wantedServices: ['Remote monitoring'],
    };
    given(response)
      .when(record(told), asking('nps'))
      .then(fact('SurveyResponseRecorded', { ...answered, ...told }));
    given(response)
      .when(record({ answers: [{ question: 'price', answer: 'Fine.' }] }), asking('nps'))
      .thenRefused('SURVEY_QUESTION_UNKNOWN');
  });

  it('is of a person, or of an account', () => {
    given(response)
      .when(record({ personId: undefined, accountId }), asking('nps'))
      .then(fact('SurveyResponseRecorded', { ...byNobody, accountId }));
    given(response)
      .when(record({ personId: undefined }), asking('nps'))
      .thenRefused('SURVEY_RESPONSE_OF_NOBODY');
  });

  it('answers a survey that there is', () => {
    given(response).when(record()).thenRefused('SURVEY_NOT_FOUND');
  });

  it('is given once: the same again changes nothing, another one is refused', () => {
    given(response, recorded).when(record(), asking('nps')).thenNothing();
    given(response, recorded)
      .when(record({ score: 3 }), asking('nps'))
      .thenRefused('SURVEY_ALREADY_ANSWERED');
  });

  it('is one in each sending, campaign and case; unasked, a customer answers as often as they like', () => {
    const occasions = [{ sending: '2026-spring' }, { sending: '2026-autumn' }, { caseId }, { campaignId }];
    const others = [{ surveyId: 'other' }, { personId: campaignId }, { personId: undefined, accountId }];
    const ids = [
      ...occasions.map((occasion) => responseIdOf(record(occasion))),
      ...others.map((other) => responseIdOf(record({ ...other, sending: '2026-spring' }))),
    ];
    expect(new Set(ids).size).toBe(occasions.length + others.length);
    for (const id of ids) expect(id).toBeDefined();
    // What they answer, and for whom, makes no difference.
    expect(response.naturalId?.(record({ score: 1, accountId, caseId }))).toBe(responseIdOf(record({ caseId })));
    expect(response.naturalId?.(record())).toBeUndefined();
    for (const [field, category] of [
      ['caseId', 'case'],
      ['campaignId', 'campaign'],
    ] as const) {
      expect(referencesOf(record()).get(field)).toBe(category);
    }
    given(response)
      .when(record({ caseId, responseId: campaignId }), asking('nps'))
      .thenRefused('ID_NOT_ITS_OWN');
    given(response)
      .when(record({ responseId: campaignId }), asking('nps'))
      .then(recorded);
  });
});
