import type { Roster } from './roster.js';
import { dayMs, type Story } from './story.js';

/** Segments by rules; one of them got a better rule later, and one is not used any more. */
export function segments(story: Story): void {
  const growers = { segmentId: 'growers', name: 'Growers and food', of: 'accounts' };
  const industry = { field: 'industry', operator: 'one-of', value: ['agriculture', 'food'] };
  story.tell('DefineSegment', { ...growers, rule: industry });
  story.tell('DefineSegment', {
    segmentId: 'silent-customers',
    name: 'Customers of whom nothing was heard for a season',
    of: 'accounts',
    rule: {
      all: [
        { field: 'phase', operator: 'one-of', value: ['active', 'inactive'] },
        { field: 'last-interaction', operator: 'older-than', value: { days: 90 } },
      ],
    },
  });
  story.tell('DefineSegment', {
    segmentId: 'large-buyers',
    name: 'Bought for more than fifty thousand in a year',
    of: 'accounts',
    rule: {
      field: 'purchases',
      operator: 'at-least',
      value: { amount: 5_000_000, currency: 'EUR' },
      within: { days: 365 },
    },
  });
  story.tell('DefineSegment', {
    segmentId: 'newsletter-readers',
    name: 'Leads and contacts who may be written to',
    of: 'people',
    rule: {
      all: [
        { field: 'consent', channel: 'e-mail', operator: 'one-of', value: ['opted-in'] },
        { not: { field: 'kind', operator: 'one-of', value: ['name', 'other'] } },
      ],
    },
  });
  story.tell('DefineSegment', {
    segmentId: 'eastern-customers',
    name: 'Customers in the east',
    of: 'accounts',
    rule: { field: 'country', operator: 'one-of', value: ['Poland'] },
  });
  story.pass(180, 200);
  const certified = { field: 'attribute', name: 'certified-quality', operator: 'one-of', value: [true] };
  story.tell('DefineSegment', { ...growers, rule: { any: [industry, certified] } });
  story.tell('RetireSegment', { segmentId: 'eastern-customers', reason: 'Poland is sold to like any other country' });
  story.pass(20, 30);
  const group = (...value: readonly string[]) => ({ field: 'group', operator: 'one-of', value });
  story.tell('DefineSegment', {
    segmentId: 'partners',
    name: 'Partners: loyal, and worth every visit',
    of: 'accounts',
    rule: group('partner'),
  });
  story.tell('DefineSegment', {
    segmentId: 'well-disposed',
    name: 'People of partners and friends who may be written to',
    of: 'people',
    rule: {
      all: [
        group('partner', 'friend'),
        { field: 'consent', channel: 'e-mail', operator: 'one-of', value: ['opted-in'] },
      ],
    },
  });
}

/** Whom the office sends a calendar: named one by one. */
export function calendarList(story: Story, { contacts }: Roster): void {
  const segmentId = 'calendar';
  story.tell('CreateStaticList', { segmentId, name: 'Gets our calendar', of: 'people' });
  const personIds = contacts.filter(({ since }) => since < story.now - 300 * dayMs).map(({ personId }) => personId);
  story.tell('AddToStaticList', { segmentId, personIds: personIds.slice(0, 60) });
  story.pass(4, 6);
  story.tell('RemoveFromStaticList', { segmentId, personIds: personIds.slice(0, 3) });
}

/** Who buys once a year: they have a longer window before they count as inactive. */
export function seasonalList(story: Story, { contacts }: Roster): void {
  const segmentId = 'seasonal';
  story.tell('CreateStaticList', { segmentId, name: 'Buy once a season', of: 'accounts' });
  const growers = contacts.filter(
    ({ company, since }) => ['agriculture', 'food'].includes(company.industry) && since < story.now,
  );
  const accountIds = [...new Set(growers.map(({ accountId }) => accountId))];
  if (accountIds.length > 0) story.tell('AddToStaticList', { segmentId, accountIds });
}
