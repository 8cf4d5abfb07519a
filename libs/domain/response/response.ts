import {
  aggregate,
  conflict,
  type DataOf,
  factsOf,
  type FieldError,
  invalid,
  type Lookup,
} from '../../kernel/index.js';
import { itsOwnId, naturalId } from '../natural-id.js';
import { existing, survey, type SurveyState } from '../survey/survey.js';
import type { SurveyKind } from '../survey/survey.events.js';
import { plain, same } from '../values.js';
import { RecordSurveyResponse } from './response.commands.js';
import { type ResponseEvents, responseEvents } from './response.events.js';

export interface ResponseState {
  readonly recorded?: DataOf<ResponseEvents['SurveyResponseRecorded']>;
}

interface Lookups {
  readonly survey: SurveyState;
}

const fact = factsOf(responseEvents);

const asked: Lookup<ResponseState, SurveyState> = {
  from: survey,
  id: (command) => (command instanceof RecordSurveyResponse ? command.surveyId : undefined),
};

const scores: Readonly<Record<SurveyKind, readonly [from: number, to: number]>> = { nps: [0, 10], csat: [1, 5] };

/** Who was asked with something answers it once; who was not may say how satisfied they are whenever they like. */
export function responseIdOf(command: RecordSurveyResponse): string | undefined {
  const { surveyId, personId, accountId, caseId, campaignId, sending } = command;
  if (caseId === undefined && campaignId === undefined && sending === undefined) return undefined;
  // A person who answers for their account answers for themselves.
  const respondent = personId === undefined ? ['account', accountId] : ['person', personId];
  return naturalId('response', surveyId, ...respondent, caseId, campaignId, sending);
}

/** What a customer answered to a survey, a stream each: NPS, CSAT, free text, wanted services (S2; domain.md §8). */
export const response = aggregate<ResponseState, Lookups>()({
  events: responseEvents,
  commands: { RecordSurveyResponse },
  id: 'responseId',
  initial: {},
  lookups: { survey: asked },
  naturalId: (command) => (command instanceof RecordSurveyResponse ? responseIdOf(command) : undefined),
  decide: {
    RecordSurveyResponse: (command, { recorded }, { lookups }) => {
      const { responseId, wantedServices = [], ...details } = command;
      const { surveyId, personId, accountId, score, answers = [] } = details;
      if (personId === undefined && accountId === undefined) {
        throw invalid('SURVEY_RESPONSE_OF_NOBODY', 'A response is of a person or an account.', [
          { path: 'personId', message: 'personId must be given where accountId is not.' },
        ]);
      }
      const natural = responseIdOf(command);
      if (natural !== undefined) itsOwnId('responseId', responseId, natural);
      if (recorded) {
        const { surveyVersion: _v, kind: _k, ...was } = recorded;
        if (same({ ...details, wantedServices }, was)) return [];
        throw conflict('SURVEY_ALREADY_ANSWERED', 'The customer answered otherwise before.');
      }
      const { kind, questions, version } = existing(lookups.survey, surveyId);
      const [from, to] = scores[kind];
      if (score < from || score > to) {
        throw invalid('SURVEY_SCORE_OUT_OF_RANGE', `A score of this survey is from ${from} to ${to}.`, [
          { path: 'score', message: `score must be a whole number from ${from} to ${to}.` },
        ]);
      }
      const unknown = answers.flatMap(({ question }, place): FieldError[] =>
        questions.some((its) => its.question === question)
          ? []
          : [{ path: `answers[${place}].question`, message: 'question must be one of the survey.' }],
      );
      if (unknown.length > 0) {
        throw invalid('SURVEY_QUESTION_UNKNOWN', 'The survey does not ask this.', unknown);
      }
      return [fact('SurveyResponseRecorded', plain({ ...details, wantedServices, kind, surveyVersion: version }))];
    },
  },
  evolve: {
    SurveyResponseRecorded: (_, recorded) => ({ recorded }),
  },
});
