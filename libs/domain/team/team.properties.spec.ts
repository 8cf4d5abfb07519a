import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, holds, of, type Trail } from '../../testing/properties.js';
import { team, type TeamState } from './team.js';

const bodies: Bodies = {
  DefineTeam: fc.record({ name: of('North Sea', 'Baltic'), manager: of('kim', 'sam') }),
  DisbandTeam: fc.record({}),
};

describe('In whatever order it is asked', () => {
  it('a team stays disbanded, as it was', () => {
    holds(team, { bodies }, ({ before, after, facts }: Trail<TeamState>) => {
      expect(after.defined).toBeDefined();
      if (before.disbanded) expect(facts).toEqual([]);
    });
  });
});
