import { dayMs, type Story, toInstant } from './story.js';
import { cancelReasons, notes, supporters } from './words.js';

/** About whom an interaction is. */
export interface About {
  readonly personId?: string;
  readonly accountId?: string;
  readonly opportunityId?: string;
}

const kinds = { 'phone-call': 45, 'e-mail': 30, visit: 8, meeting: 8, demo: 4, chat: 3, letter: 1, note: 1 } as const;
type Kind = keyof typeof kinds;

/** How interactions of each kind end; the attempts that fail are most of the work (domain.md §5). */
const outcomes: Readonly<Record<Kind, Readonly<Record<string, number>>>> = {
  'phone-call': { reached: 52, 'no-answer': 28, 'left-message': 16, refused: 4 },
  'e-mail': { reached: 86, bounced: 6, 'no-answer': 8 },
  visit: { reached: 92, 'no-show': 8 },
  meeting: { reached: 93, 'no-show': 7 },
  demo: { reached: 94, 'no-show': 6 },
  chat: { reached: 100 },
  letter: { reached: 90, bounced: 10 },
  note: { reached: 100 },
};

const lasting: Partial<Record<Kind, readonly [number, number]>> = {
  'phone-call': [2, 35],
  visit: [45, 180],
  meeting: [30, 120],
  demo: [30, 90],
};

/** An interaction, or an attempt at one. */
export function interact(story: Story, about: About, by: string, kind?: Kind, outcome?: string): void {
  const { random } = story;
  const what = kind ?? random.weighted(kinds);
  const ended = outcome ?? random.weighted(outcomes[what]);
  const [least, most] = lasting[what] ?? [0, 0];
  story.tell('LogActivity', {
    activityId: story.next('activity'),
    kind: what,
    direction: random.chance(0.8) ? 'outbound' : 'inbound',
    outcome: ended,
    by: random.chance(0.1) ? random.pick(supporters) : by,
    ...(ended === 'reached' && most > 0 ? { durationMinutes: random.whole(least, most) } : {}),
    ...about,
    ...(random.chance(0.25) ? { note: random.pick(notes) } : {}),
  });
}

/** Tries until somebody is reached, or gives up. */
export function keepTrying(story: Story, about: About, by: string, most = 3): void {
  for (let tries = 1; tries <= most; tries++) {
    const reached = story.random.chance(0.55);
    interact(story, about, by, 'phone-call', reached ? 'reached' : story.random.pick(['no-answer', 'left-message']));
    if (reached) return;
    story.pass(1, 4);
  }
}

/** Something planned that was carried out, called off, or left lying. */
export function planAhead(story: Story, about: About, assignee: string): void {
  const { random } = story;
  const id = story.next('activity');
  const kind = random.weighted({ 'phone-call': 5, visit: 3, meeting: 3, demo: 2 });
  const days = random.whole(2, 12);
  planned(story, id, kind, story.now, story.now + days * dayMs, about, assignee);
  story.pass(Math.max(1, days - 1), days + 2);
  const end = random.weighted({ done: 80, cancelled: 12, forgotten: 8 });
  if (end === 'done') {
    const outcome = random.weighted(outcomes[kind]);
    story.tell('CompleteActivity', {
      activityId: id,
      outcome,
      ...(random.chance(0.3) ? { note: random.pick(notes) } : {}),
    });
  } else if (end === 'cancelled') story.tell('CancelActivity', { activityId: id, reason: random.pick(cancelReasons) });
}

/** Something on the agenda around the end of the story: due in the next weeks, or overdue by a few days. */
export function onTheAgenda(story: Story, about: About, assignee: string): void {
  const { random } = story;
  const kind = random.weighted({ 'phone-call': 5, visit: 2, meeting: 2, demo: 1 });
  const plannedAt = story.end - random.whole(1, 20) * 3_600_000;
  const due = plannedAt + random.whole(-3, 16) * dayMs;
  const at = due > plannedAt ? plannedAt : due - 5 * dayMs;
  planned(story, story.next('activity'), kind, at, due, about, assignee);
}

function planned(story: Story, id: string, kind: Kind, at: number, due: number, about: About, assignee: string): void {
  if (at > story.end) return;
  const dueAt = Math.floor(due / 900_000) * 900_000;
  story.tellAt(at, 'PlanActivity', {
    activityId: id,
    kind,
    direction: 'outbound',
    dueAt: toInstant(dueAt),
    ...(story.random.chance(0.5) ? { remindAt: toInstant(dueAt - 3_600_000) } : {}),
    assignee,
    ...about,
    ...(story.random.chance(0.2) ? { note: story.random.pick(notes) } : {}),
  });
}
