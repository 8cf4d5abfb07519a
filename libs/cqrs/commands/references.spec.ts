import { describe, expect, it } from '@jest/globals';
import { AddToStaticList, CutCallLists, PlanActivity } from '../../domain/index.js';
import { command } from '../../testing/decider.js';
import { namedIn } from './references.js';

const [one, other] = ['5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11', '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10'];

describe('What a command names', () => {
  it('is told by its path in the request', () => {
    const [kind, dueAt] = ['phone-call', '2026-05-04T09:30:00Z'];
    const planned = { kind, dueAt, direction: 'outbound', personId: one, participants: { people: [other, one] } };
    expect([...namedIn(command(PlanActivity, planned))]).toEqual([
      { path: 'personId', category: 'person', id: one },
      { path: 'participants.people[0]', category: 'person', id: other },
      { path: 'participants.people[1]', category: 'person', id: one },
    ]);
    const candidates = [
      { accountId: one, value: 2 },
      { value: 1, personId: other },
    ];
    const cut = { selectionId: 'win-back', salespeople: ['sam'], size: 1, dueAt, candidates };
    expect([...namedIn(command(CutCallLists, cut))].map(({ path }) => path)).toEqual([
      'selectionId',
      'candidates[0].accountId',
      'candidates[1].personId',
    ]);
  });

  it('is every one of a list', () => {
    const listed = command(AddToStaticList, { segmentId: 'fair-2026', personIds: [one, other] });
    expect([...namedIn(listed)].map(({ path }) => path)).toEqual(['personIds[0]', 'personIds[1]']);
  });
});
