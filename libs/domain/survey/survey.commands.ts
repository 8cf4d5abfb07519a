import { Command } from '../../kernel/index.js';
import { OneOf, PartsOf, Slug, Text } from '../fields.js';
import { type SurveyKind, surveyKinds } from './survey.events.js';

/** A question that is answered in free text, besides the score. */
export class SurveyQuestionField {
  @Slug()
  readonly question!: string;

  @Text(500)
  readonly text!: string;
}

@Command({
  says: 'Defines what customers are asked: a score from 0 to 10 (nps) or from 1 to 5 (csat), and questions in free text.',
  by: ['marketing', 'support'],
  opens: true,
  refuses: { SURVEY_KIND_FIXED: 'The survey asks for another kind of score, which could not be compared.' },
  example: {
    surveyId: 'after-service',
    name: 'After service',
    kind: 'csat',
    questions: [{ question: 'improve', text: 'What should we do better?' }],
  },
})
export class DefineSurvey {
  @Slug()
  readonly surveyId!: string;

  @Text(200)
  readonly name!: string;

  @OneOf(surveyKinds)
  readonly kind!: SurveyKind;

  @PartsOf(SurveyQuestionField, 0, 40, 'question')
  readonly questions!: readonly SurveyQuestionField[];
}
