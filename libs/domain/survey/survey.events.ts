import { declareEvents, type EventShape } from '../../kernel/index.js';

/** Net promoter score, 0 to 10, and customer satisfaction, 1 to 5 (domain.md §8). */
export const surveyKinds = ['nps', 'csat'] as const;
export type SurveyKind = (typeof surveyKinds)[number];

/** A question that is answered in free text, besides the score. */
export interface SurveyQuestion {
  readonly question: string;
  readonly text: string;
}

/** These names and shapes are on disk: compensate, never change. */
export interface SurveyEvents {
  SurveyDefined: EventShape<{
    readonly name: string;
    readonly kind: SurveyKind;
    readonly questions: readonly SurveyQuestion[];
    /** From 1, one more at each definition; a response names the one that it answers. */
    readonly version: number;
  }>;
}

export const surveyEvents = declareEvents<SurveyEvents>('survey', {
  SurveyDefined: { says: 'Customers are asked these questions from here on.' },
});
