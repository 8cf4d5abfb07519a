import { declareEvents, type EventShape } from '../../kernel/index.js';
import type { SurveyKind } from '../survey/survey.events.js';

/** An answer in free text to a question of the survey. */
export interface SurveyAnswer {
  readonly question: string;
  readonly answer: string;
}

/** These names and shapes are on disk: compensate, never change. */
export interface ResponseEvents {
  SurveyResponseRecorded: EventShape<
    {
      readonly surveyId: string;
      readonly surveyVersion: number;
      readonly kind: SurveyKind;
      /** 0 to 10 for nps, 1 to 5 for csat. */
      readonly score: number;
      readonly personId?: string;
      readonly accountId?: string;
      /** What they were asked about, or with which sending they were asked. */
      readonly caseId?: string;
      readonly campaignId?: string;
      readonly sending?: string;
      /** Extra services that they would like to have (S2). */
      readonly wantedServices: readonly string[];
    },
    { readonly comment?: string; readonly answers?: readonly SurveyAnswer[] }
  >;
}

export const responseEvents = declareEvents<ResponseEvents>('response', {
  SurveyResponseRecorded: {
    says: 'A customer told how satisfied they are, and which services they would like to have.',
    subject: 'personId',
    personal: { comment: true, answers: true },
  },
});
