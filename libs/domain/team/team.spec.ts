import { describe, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { DefineTeam, DisbandTeam } from './team.commands.js';
import { teamEvents } from './team.events.js';
import { team } from './team.js';

const fact = factsOf(teamEvents);
const defined = fact('TeamDefined', { name: 'North Sea', manager: 'kim' });
const disbanded = fact('TeamDisbanded', {});

const define = (change: object = {}) => command(DefineTeam, { teamId: 'north-sea', ...defined.data, ...change });
const disband = command(DisbandTeam, { teamId: 'north-sea' });

describe('A team', () => {
  it('has a name and a manager, and may get others', () => {
    given(team).when(define()).then(defined);
    given(team, defined)
      .when(define({ manager: 'ann' }))
      .then(fact('TeamDefined', { name: 'North Sea', manager: 'ann' }));
    given(team, defined).when(define()).thenNothing();
  });

  it('is disbanded for good', () => {
    given(team, defined).when(disband).then(disbanded);
    given(team, defined, disbanded).when(disband).thenNothing();
    given(team, defined, disbanded).when(define()).thenRefused('TEAM_DISBANDED');
    given(team).when(disband).thenRefused('TEAM_NOT_FOUND');
  });
});
