import { callIdOf } from '../../../libs/domain/processes/plan-calls.js';
import { money } from './money.js';
import type { KnownContact, Roster } from './roster.js';
import { dayMs, type Story, toInstant } from './story.js';
import { sellers } from './words.js';

interface Plan {
  readonly list: string;
  readonly name: string;
  readonly aim: 'pre-sale' | 'post-sale';
  readonly content: string;
  readonly to: 'names' | 'leads' | 'contacts';
  /** Days before the end. */
  readonly ago: number;
  readonly budget: number;
}

/** What marketing did, the oldest first. The last one is still only planned. */
export const plans: readonly Plan[] = [
  {
    list: 'fair-visitors',
    name: 'After the fair: the energy audit',
    aim: 'pre-sale',
    content: 'energy-audit-checklist',
    to: 'names',
    ago: 700,
    budget: 4_000,
  },
  {
    list: 'spring-inspection',
    name: 'Spring inspection',
    aim: 'post-sale',
    content: 'inspection-guide',
    to: 'contacts',
    ago: 430,
    budget: 6_500,
  },
  {
    list: 'monitoring-webinar',
    name: 'Webinar: remote monitoring',
    aim: 'pre-sale',
    content: 'monitoring-webinar',
    to: 'leads',
    ago: 180,
    budget: 3_000,
  },
  {
    list: 'retrofit-offer',
    name: 'Retrofit before the season',
    aim: 'post-sale',
    content: 'retrofit-offer',
    to: 'contacts',
    ago: 45,
    budget: 8_000,
  },
  {
    list: 'autumn-newsletter',
    name: 'Autumn newsletter',
    aim: 'pre-sale',
    content: 'newsletter-autumn',
    to: 'leads',
    ago: 3,
    budget: 1_500,
  },
];

/** One campaign from the list of whom it is aimed at to what it cost and caused. */
export function campaign(story: Story, plan: Plan, roster: Roster): void {
  const [segmentId, campaignId] = [plan.list, story.id('campaign')];
  const reachable = ({ personId, since }: { readonly personId: string; readonly since: number }) =>
    since < story.now && (roster.mayBeMailed.get(personId) ?? Infinity) < story.now;
  const members = roster[plan.to]
    .filter(reachable)
    .slice(0, 60)
    .map(({ personId }) => personId);
  story.tell('CreateStaticList', { segmentId, name: `Recipients: ${plan.name}`, of: 'people' });
  story.tell('AddToStaticList', { segmentId, personIds: members });
  story.tell('PlanCampaign', {
    campaignId,
    name: plan.name,
    aim: plan.aim,
    segmentId,
    channels: ['e-mail'],
    budget: money(plan.budget),
    content: plan.content,
    plannedStart: story.dayAhead(7),
    plannedEnd: story.dayAhead(60),
    owner: 'kasper',
    // Who has bought may be a dog by the time of the launch; a name never bought anything.
    ...(plan.to === 'names' ? {} : { includeDogs: true }),
  });
  story.settle();
  story.pass(6, 8);
  if (story.over) return;
  story.tell('LaunchCampaign', { campaignId });
  const cost = { campaignId, reference: `MK-${String(plan.ago)}-1`, amount: money(Math.round(plan.budget * 0.7)) };
  story.tell('RecordCampaignCost', { ...cost, what: 'Texts, pictures and sending' });
  // Its members are recorded a moment later.
  story.settle();
  story.pass(1, 2);
  for (const personId of members) {
    story.tell('RecordSend', { campaignId, personId, channel: 'e-mail' });
  }
  story.settle();
  for (const personId of members) {
    answers(story, plan, { campaignId, personId }, roster);
  }
  story.pass(20, 30);
  const late = { campaignId, reference: `MK-${String(plan.ago)}-2`, amount: money(Math.round(plan.budget * 0.4)) };
  story.tell('RecordCampaignCost', { ...late, what: 'Advertisement in a trade journal' });
  if (plan.aim === 'post-sale') caused(story, plan, campaignId, roster.contacts.filter(reachable));
  story.pass(25, 40);
  story.tell('EndCampaign', { campaignId, reason: 'As planned' });
  if (plan.ago > 400) story.tell('RetireSegment', { segmentId, reason: 'The campaign is over' });
}

/** Some read it, a few do what it asks for, and somebody wants no more of it. */
function answers(
  story: Story,
  { content }: Plan,
  about: { campaignId: string; personId: string },
  roster: Roster,
): void {
  const { random } = story;
  let at = story.now;
  const answer = (kind: string, source = 'newsletter') => {
    at += random.whole(1, 50) * 3_600_000;
    story.tellAt(at, 'RecordResponse', { ...about, kind, channel: 'e-mail', source });
  };
  if (random.chance(0.04)) {
    answer('bounced');
    return;
  }
  if (!random.chance(0.45)) return;
  answer('opened');
  if (random.chance(0.04)) {
    answer('unsubscribed');
    roster.mayBeMailed.delete(about.personId);
    return;
  }
  if (!random.chance(0.4)) return;
  answer('clicked');
  if (!random.chance(0.5)) return;
  answer(content.includes('webinar') ? 'registered' : 'downloaded');
  if (content.includes('newsletter') || !roster.leads.some(({ personId }) => personId === about.personId)) return;
  story.tellAt(at + 3_600_000, 'AttributeToCampaign', { ...about, content });
}

/** Opportunities with customers that would not be there without it. */
function caused(story: Story, { content }: Plan, campaignId: string, known: readonly KnownContact[]): void {
  const { random } = story;
  for (const { personId, accountId, company } of known.slice(0, 5)) {
    const opportunityId = story.next('opportunity');
    const openly = random.chance(0.5);
    story.tell('OpenOpportunity', {
      opportunityId,
      title: `Retrofit for ${company.name}`,
      amount: money(random.whole(20, 90) * 1000),
      accountId,
      contactIds: [personId],
      expectedClose: story.dayAhead(random.whole(40, 90)),
      owner: company.owner,
      ...(openly ? { campaignId } : {}),
    });
    if (!openly) {
      story.tellAt(story.now + 3_600_000, 'AttributeToCampaign', { campaignId, opportunityId, content });
    }
    story.pass(0, 1);
  }
}

/** Silent customers are cut into call lists, and the first calls are made. */
export function callLists(story: Story, { contacts }: Roster): void {
  const { random } = story;
  const list = 'silent-for-a-year';
  const accounts = [...new Map(contacts.map((contact) => [contact.accountId, contact])).values()].slice(0, 40);
  story.tell('CreateStaticList', { segmentId: list, name: 'Silent for a year', of: 'accounts' });
  story.tell('AddToStaticList', { segmentId: list, accountIds: accounts.map(({ accountId }) => accountId) });
  const selection = { selectionId: 'wake-up-calls', name: 'Wake-up calls', segmentId: list };
  story.tell('DefineSelection', { ...selection, orderBy: 'silence', direction: 'highest-first' });
  story.tell('DefineSelection', {
    selectionId: 'largest-silent',
    name: 'Silent customers, the most valuable first',
    segmentId: 'silent-customers',
    orderBy: 'value-at-risk',
    direction: 'highest-first',
  });
  story.settle();
  story.pass(1, 2);
  const cutId = story.id('cut');
  const candidates = accounts.map(({ accountId, company }) => ({
    accountId,
    value: random.whole(90, 500),
    owner: company.owner,
  }));
  const dueAt = toInstant(Math.floor((story.now + 10 * dayMs) / 3_600_000) * 3_600_000);
  const callers = sellers.slice(0, 3);
  story.tell('CutCallLists', {
    cutId,
    selectionId: 'wake-up-calls',
    salespeople: callers,
    size: 12,
    dueAt,
    candidates,
  });
  // A process plans the calls.
  story.settle();
  const called = candidates.toSorted((a, b) => b.value - a.value).slice(0, 10);
  for (const { accountId } of called) {
    story.pass(0, 1);
    story.tell('CompleteActivity', {
      activityId: callIdOf(cutId, accountId),
      outcome: random.weighted({ reached: 6, 'no-answer': 3, 'left-message': 1 }),
      durationMinutes: random.whole(3, 20),
    });
  }
}
