import type { Roster } from './roster.js';
import { dayMs, type Story } from './story.js';

const consentSources = ['newsletter form', 'stand at the fair', 'call with the office', 'order form'];

const pages = [
  '/products/sensor-kit',
  '/products/control-unit',
  '/pricing',
  '/cases/greenhouse-retrofit',
  '/downloads/energy-audit-checklist',
  '/contact',
];

const visitSources = ['search engine', 'newsletter', 'trade journal advertisement', 'link on a partner’s site'];

/** Says over which channels they may be reached; a few take one back later. */
export function agrees(story: Story, roster: Roster, personId: string, likely = 0.6): void {
  const { random } = story;
  for (const [channel, share] of [
    ['e-mail', likely],
    ['phone', likely / 2],
    ['post', likely / 6],
  ] as const) {
    if (!random.chance(share)) continue;
    const given = story.tell('GiveConsent', { personId, channel, source: random.pick(consentSources) });
    if (given !== undefined && channel === 'e-mail') roster.mayBeMailed.set(personId, story.now);
  }
}

export function takesBack(story: Story, roster: Roster, personId: string): void {
  const source = story.random.pick(['link in the newsletter', 'said so on the phone', 'letter']);
  if (story.tell('WithdrawConsent', { personId, channel: 'e-mail', source })) roster.mayBeMailed.delete(personId);
}

/** What marketing automation saw of a lead: visits and clicks on the web site. */
export function looksAround(story: Story, personId: string): void {
  const { random } = story;
  const aside = story.aside('web');
  for (let visits = random.whole(1, 4), at = aside.now; visits > 0; visits--) {
    at += random.whole(1, 40) * 3_600_000;
    if (at > story.now + 10 * dayMs) return;
    aside.tellAt(at, 'LogActivity', {
      activityId: aside.next('visit'),
      kind: random.chance(0.7) ? 'web-visit' : 'click',
      direction: 'inbound',
      outcome: 'reached',
      personId,
      content: random.pick(pages),
      source: random.pick(visitSources),
      by: 'marketing-automation',
    });
  }
}
