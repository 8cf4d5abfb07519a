import { declareEvents, type EventShape } from '../../kernel/index.js';

/** These names and shapes are on disk: compensate, never change. */
export interface TeamEvents {
  TeamDefined: EventShape<{
    readonly name: string;
    /** The employee who answers for its forecast. */
    readonly manager: string;
  }>;
  TeamDisbanded: EventShape;
}

export const teamEvents = declareEvents<TeamEvents>('team', {
  TeamDefined: { says: 'There is a team of this name, led by this manager from here on.' },
  TeamDisbanded: { says: 'The team takes no members any more.' },
});
