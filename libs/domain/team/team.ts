import { aggregate, type DataOf, factsOf, notFound, ofSalespeople, refused } from '../../kernel/index.js';
import { plain, same } from '../values.js';
import { DefineTeam, DisbandTeam } from './team.commands.js';
import { type TeamEvents, teamEvents } from './team.events.js';

export interface TeamState {
  readonly defined?: DataOf<TeamEvents['TeamDefined']>;
  readonly disbanded?: true;
}

const fact = factsOf(teamEvents);

/** A team of salespeople with its manager (domain.md §4). Who is in it when, each salesperson's membership tells. */
export const team = aggregate<TeamState>()({
  events: teamEvents,
  commands: { DefineTeam, DisbandTeam },
  id: 'teamId',
  initial: {},
  whose: (command, { defined }) => {
    const { teamId, manager } = command as DefineTeam;
    return defined ? [{ teamId }] : ofSalespeople(manager);
  },
  lookups: {},
  decide: {
    DefineTeam: ({ name, manager }, state) => {
      const asked = plain({ name, manager });
      if (state.disbanded) throw disbanded();
      return same(asked, state.defined) ? [] : [fact('TeamDefined', asked)];
    },

    DisbandTeam: (_, state) => {
      if (!state.defined) throw notFound('TEAM_NOT_FOUND', 'There is no such team.');
      return state.disbanded ? [] : [fact('TeamDisbanded', {})];
    },
  },
  evolve: {
    TeamDefined: (state, defined) => ({ ...state, defined }),
    TeamDisbanded: (state) => ({ ...state, disbanded: true }),
  },
});

export const disbanded = () => refused('TEAM_DISBANDED', 'The team was disbanded.');
