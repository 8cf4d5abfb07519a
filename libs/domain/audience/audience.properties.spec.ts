import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, holds, ids, of, type Trail } from '../../testing/properties.js';
import { hasId } from '../segment/id-set.js';
import { audience, type AudienceState } from './audience.js';

const campaignId = of('3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f');
const bodies: Bodies = {
  RecordCampaignMembers: fc.record({ campaignId, members: fc.uniqueArray(of(...ids), { minLength: 1 }) }),
};

describe('In whatever order it is asked', () => {
  it('a member is recorded once, and stays one', () => {
    holds(audience, { bodies }, ({ before, after, facts }: Trail<AudienceState>) => {
      for (const id of ids) if (hasId(before.members, id)) expect(hasId(after.members, id)).toBe(true);
      for (const { data } of facts) {
        const { members } = data as { readonly members: readonly string[] };
        expect(members.filter((id) => hasId(before.members, id))).toEqual([]);
      }
    });
  });
});
