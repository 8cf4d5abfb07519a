import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import { type Bodies, holds, of, perhaps, type Trail } from '../../testing/properties.js';
import { teamEvents } from '../team/team.events.js';
import { membership, type MembershipState } from './membership.js';

const team = factsOf(teamEvents)('TeamDefined', { name: 'North Sea', manager: 'kim' });
const circumstances = of({ lookups: { 'team-north-sea': [team], 'team-baltic': [team] } });
const days = ['2024-01-01', '2024-02-01', '2024-03-01', '2024-04-01', '2024-05-01'] as const;

const bodies: Bodies = {
  AddTeamMember: fc.record({
    salesperson: of('sam'),
    teamId: of('north-sea', 'baltic'),
    from: of(...days),
    until: perhaps(...days),
  }),
  RemoveTeamMember: fc.record({ salesperson: of('sam'), teamId: of('north-sea', 'baltic'), until: of(...days) }),
};

describe('In whatever order it is asked', () => {
  it('a salesperson is in one team a day, from the first to the last', () => {
    holds(membership, { bodies, circumstances, named: true }, ({ after }: Trail<MembershipState>) => {
      for (const [place, { from, until }] of after.memberships.entries()) {
        if (until !== undefined) expect(from <= until).toBe(true);
        const next = after.memberships[place + 1];
        if (next) expect((until ?? '9999-12-31') < next.from).toBe(true);
      }
    });
  });
});
