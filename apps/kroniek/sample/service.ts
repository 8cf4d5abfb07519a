import type { Customer } from './accounts.js';
import type { Roster } from './roster.js';
import { dayMs, type Story } from './story.js';
import { supporters } from './words.js';

const afterService = 'after-service';
const relationship = 'relationship';

const subjects = [
  ['Alarm of the control unit does not clear', 'Sensor head replaced; the alarm is gone.'],
  ['Spare part did not arrive', 'The parcel was found and delivered the next morning.'],
  ['Invoice shows the wrong address', 'A corrected invoice was sent.'],
  ['Operators need the manual in their language', 'Manual sent, and a training agreed.'],
  ['Line stops after the update', 'Went back to the last version; the cause is fixed in the next.'],
  ['Readings drift in the cold store', 'Recalibrated on site.'],
] as const;

const comments = [
  'Quick and friendly.',
  'It took two visits.',
  'The technician explained everything.',
  'We would like one person to talk to.',
  'Better than last year.',
];

const services = ['Remote monitoring', 'Yearly inspection', 'Stock of spare parts on site', 'Training on demand'];

/** What customers are asked. The second version of the yearly survey asks one question more. */
export function surveys(story: Story): void {
  const survey = { surveyId: relationship, name: 'How we work together', kind: 'nps' };
  const improve = { question: 'improve', text: 'What should we do better?' };
  story.tell('DefineSurvey', { ...survey, questions: [improve] });
  story.tell('DefineSurvey', { surveyId: afterService, name: 'After service', kind: 'csat', questions: [] });
  story.pass(400, 420);
  const missing = { question: 'missing', text: 'Which product of ours do you miss?' };
  story.tell('DefineSurvey', { ...survey, questions: [improve, missing] });
}

/** A customer asks for service: some cases are answered late, grow more pressing, or come back. */
export function asksForHelp(story: Story, { accountId, personId }: Customer): void {
  const aside = story.aside('case');
  const { random } = aside;
  const caseId = aside.id('case');
  const [subject, resolution] = random.pick(subjects);
  const hours = (least: number, most: number) => aside.passTo(aside.now + random.whole(least * 60, most * 60) * 60_000);
  aside.tell('OpenCase', {
    caseId,
    subject,
    ...(random.chance(0.4) ? { description: 'It began after the weekend; production goes on by hand.' } : {}),
    priority: random.weighted({ low: 15, normal: 50, high: 25, urgent: 10 }),
    channel: random.weighted({ phone: 45, 'e-mail': 35, web: 12, chat: 8 }),
    personId,
    accountId,
    ...(random.chance(0.6) ? { assignee: random.pick(supporters) } : {}),
  });
  if (random.chance(0.5)) {
    hours(0, 2);
    aside.tell('AssignCase', { caseId, assignee: random.pick(supporters) });
  }
  if (random.chance(0.15)) {
    hours(0, 6);
    aside.tell('ChangeCasePriority', { caseId, priority: 'urgent', reason: 'Production stands still' });
  }
  hours(0, random.chance(0.2) ? 40 : 3);
  aside.tell('ReplyToCase', { caseId, text: 'We are looking into it and call you back today.' });
  if (random.chance(0.4)) {
    aside.tell('LogActivity', {
      activityId: aside.next('activity'),
      kind: 'visit',
      direction: 'outbound',
      outcome: 'reached',
      by: random.pick(supporters),
      durationMinutes: random.whole(40, 200),
      personId,
      accountId,
      caseId,
    });
  }
  hours(4, random.chance(0.2) ? 200 : 60);
  aside.tell('ResolveCase', { caseId, resolution });
  if (random.chance(0.12)) {
    hours(30, 120);
    aside.tell('ReopenCase', { caseId, reason: 'It happened again over night' });
    hours(5, 50);
    aside.tell('ResolveCase', { caseId, resolution: 'The part was replaced and tested for a day.' });
  }
  if (!random.chance(0.5)) return;
  hours(20, 100);
  aside.tell('RecordSurveyResponse', {
    surveyId: afterService,
    personId,
    accountId,
    caseId,
    score: Number(random.weighted({ 5: 40, 4: 35, 3: 15, 2: 7, 1: 3 })),
    ...(random.chance(0.4) ? { comment: random.pick(comments) } : {}),
  });
}

const halfYearOf = (date: Date): number => date.getUTCFullYear() * 2 + (date.getUTCMonth() < 6 ? 0 : 1);

/** Twice a year customers are asked how likely they recommend us; it gets better, slowly. */
export function askEverybody(story: Story, { contacts }: Roster, begin: number): void {
  const { random } = story;
  const first = begin + 150 * dayMs;
  const firstHalf = halfYearOf(new Date(first));
  let times = 0;
  for (let at = first; at < story.end; at += 182 * dayMs) {
    // Counted on, not told by the day: half a year is longer than 182 days.
    const half = firstHalf + times;
    const sending = `${String(Math.floor(half / 2))}-${half % 2 === 0 ? 'spring' : 'autumn'}`;
    for (const { personId, accountId, since } of contacts) {
      if (since > at || !random.chance(0.24)) continue;
      const happy = random.chance(0.45 + times * 0.05);
      story.tellAt(at + random.whole(1, 20 * 24) * 3_600_000, 'RecordSurveyResponse', {
        surveyId: relationship,
        personId,
        accountId,
        sending,
        score: happy ? random.whole(8, 10) : random.whole(3, 8),
        ...(random.chance(0.2) ? { comment: random.pick(comments) } : {}),
        ...(random.chance(0.15) ? { answers: [{ question: 'improve', answer: random.pick(comments) }] } : {}),
        ...(random.chance(0.2) ? { wantedServices: [random.pick(services)] } : {}),
      });
    }
    times++;
  }
}
