import { Command } from '../../kernel/index.js';
import { Optional, OptionalId, PartsOf, Prose, Slug, Texts, Whole } from '../fields.js';
import { refusesOtherId } from '../natural-id.js';

/** An answer in free text to a question of the survey. */
export class SurveyAnswerField {
  @Slug()
  readonly question!: string;

  @Prose(4_000)
  readonly answer!: string;
}

@Command({
  says: 'Records what a customer answered to a survey; in each sending, or about each case, they answer once.',
  by: ['marketing', 'support'],
  opens: true,
  refuses: {
    ...refusesOtherId,
    SURVEY_RESPONSE_OF_NOBODY: 'Neither a person nor an account is named.',
    SURVEY_SCORE_OUT_OF_RANGE: 'The score is not from 0 to 10 (nps) or from 1 to 5 (csat).',
    SURVEY_QUESTION_UNKNOWN: 'The survey does not ask the question that is answered.',
    SURVEY_ALREADY_ANSWERED: 'The customer answered otherwise before, in the same sending or about the same case.',
  },
  example: {
    surveyId: 'after-service',
    personId: '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11',
    accountId: '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10',
    sending: '2026-spring',
    score: 4,
    comment: 'Quick, but the second visit could have been spared.',
    wantedServices: ['Remote monitoring'],
  },
})
export class RecordSurveyResponse {
  /** Follows from the survey, the customer and what they were asked with; from the command where they were not. */
  @OptionalId()
  readonly responseId?: string;

  @Slug('survey')
  readonly surveyId!: string;

  @OptionalId('person')
  readonly personId?: string;

  @OptionalId('account')
  readonly accountId?: string;

  /** 0 to 10 for nps, 1 to 5 for csat. */
  @Whole(0, 10)
  readonly score!: number;

  @Optional()
  @Prose(4_000)
  readonly comment?: string;

  @Optional()
  @PartsOf(SurveyAnswerField, 0, 40, 'question')
  readonly answers?: readonly SurveyAnswerField[];

  /** Extra services that they would like to have. */
  @Optional()
  @Texts(200, 50)
  readonly wantedServices?: readonly string[];

  /** The case that they were asked about. */
  @OptionalId('case')
  readonly caseId?: string;

  /** The campaign that they were asked in. */
  @OptionalId('campaign')
  readonly campaignId?: string;

  /** Names the occasion on which many were asked: `2026-spring`. */
  @Optional()
  @Slug()
  readonly sending?: string;
}
