import { aggregate, type DataOf, factsOf, notFound, refused } from '../../kernel/index.js';
import { plain, same } from '../values.js';
import { DefineSurvey } from './survey.commands.js';
import { type SurveyEvents, surveyEvents } from './survey.events.js';

export interface SurveyState {
  readonly defined?: DataOf<SurveyEvents['SurveyDefined']>;
}

const fact = factsOf(surveyEvents);

/** What customers are asked, in versions (S2; domain.md §8). */
export const survey = aggregate<SurveyState>()({
  events: surveyEvents,
  commands: { DefineSurvey },
  id: 'surveyId',
  initial: {},
  lookups: {},
  decide: {
    DefineSurvey: ({ name, kind, questions }, { defined }) => {
      if (defined && defined.kind !== kind) {
        throw refused('SURVEY_KIND_FIXED', `The survey is ${defined.kind}; define another one.`);
      }
      const version = defined?.version ?? 0;
      if (same({ name, kind, questions, version }, defined)) return [];
      return [fact('SurveyDefined', plain({ name, kind, questions, version: version + 1 }))];
    },
  },
  evolve: {
    SurveyDefined: (_, defined) => ({ defined }),
  },
});

/** The survey that a decision rests on. */
export function existing({ defined }: SurveyState, surveyId: string): DataOf<SurveyEvents['SurveyDefined']> {
  if (!defined) throw notFound('SURVEY_NOT_FOUND', `There is no survey "${surveyId}".`);
  return defined;
}
