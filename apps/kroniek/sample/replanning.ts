import type { Roster } from './roster.js';
import { dayMs, type Story, toInstant } from './story.js';
import { sellers } from './words.js';

/** Meetings with several people that were moved, handed on and held; an opportunity whose account came later. */
export function changesOfMind(story: Story, { contacts }: Roster): void {
  const { random } = story;
  const known = contacts.filter(({ since }) => since < story.now);
  for (let place = 0; place + 1 < known.length && place < 24; place += 2) {
    const [host, guest] = known.slice(place, place + 2);
    if (!host || !guest) return;
    const { personId, accountId } = host;
    const activityId = story.next('activity');
    const dueAt = story.now + random.whole(3, 9) * dayMs;
    story.tell('PlanActivity', {
      activityId,
      kind: random.pick(['meeting', 'visit']),
      direction: 'outbound',
      dueAt: toInstant(dueAt),
      remindAt: toInstant(dueAt - 3_600_000),
      assignee: host.company.owner,
      personId,
      accountId,
      participants: { people: [guest.personId], employees: ['ivo'] },
    });
    story.pass(0, 1);
    const moved = toInstant(dueAt + 2 * dayMs);
    story.tell('RescheduleActivity', {
      activityId,
      dueAt: moved,
      ...(random.chance(0.6) ? { remindAt: moved } : {}),
      reason: 'At a fair until then',
    });
    if (random.chance(0.4)) {
      story.tell('ReassignActivity', { activityId, assignee: random.pick(sellers), reason: 'On holiday' });
    }
    if (random.chance(0.6)) {
      story.tellAt(dueAt + 2 * dayMs, 'CompleteActivity', { activityId, outcome: 'reached', durationMinutes: 75 });
    }
  }
  for (const { personId, accountId, company } of known.slice(-4)) {
    const opportunityId = story.next('opportunity');
    story.tell('OpenOpportunity', {
      opportunityId,
      title: 'Enquiry without a sender’s address',
      amount: { amount: 1_250_000, currency: 'EUR' },
      contactIds: [personId],
      owner: company.owner,
    });
    story.pass(1, 2);
    story.tell('AssignOpportunityAccount', { opportunityId, accountId });
  }
}
