import { v5 } from 'uuid';
import { type Customer, learn } from './accounts.js';
import { type About, interact, keepTrying, onTheAgenda } from './activities.js';
import { aDeal, openDeal, workOn } from './deals.js';
import type { Deal } from './terms.js';
import { agrees, looksAround, takesBack } from './marketing.js';
import { money } from './money.js';
import { type Company, onAList, type Person, qualify, setAside, showsInterest, someone } from './people.js';
import { reorders } from './purchases.js';
import type { Roster } from './roster.js';
import { asksForHelp } from './service.js';
import { dayMs, type Story } from './story.js';
import { countries, sellers } from './words.js';

/** How a customer stands with us; one that returned was inactive for a while. */
export type Standing = 'active' | 'returned' | 'dormant' | 'prospect';

/** A contact of the account, with the opportunity that their conversion opened. */
interface Converted {
  readonly about: Customer;
  readonly opened?: { readonly opportunityId: string; readonly deal: Deal };
}

const lucks = { active: 0.6, returned: 0.9, dormant: 0.7, prospect: 0 } as const;
const mostDeals = { active: 3, returned: 1, dormant: 2, prospect: 1 } as const;

/** One customer from the first name to today, or to the day on which nothing was heard any more. */
export function customer(story: Story, company: Company, standing: Standing, roster: Roster): void {
  const { random } = story;
  const known = random.chance(0.5) ? openAccount(story, company) : undefined;
  const first = firstContact(story, company, 'first contact', roster, known);
  if (!first) return;
  const luck = lucks[standing];
  const { about, opened } = first;
  if (opened) workOn(story, opened.deal, company, { ...about, opportunityId: opened.opportunityId }, luck, roster);

  let contact = about;
  for (let deals = opened ? 1 : 0; deals < mostDeals[standing] && !closeToTheEnd(story, standing); deals++) {
    story.pass(12, standing === 'active' ? 90 : 110);
    interact(story, contact, company.owner);
    if (random.chance(0.5)) learn(story, company, contact);
    if (deals > 0 && random.chance(0.2)) {
      const other = firstContact(story, company, `contact ${deals}`, roster, contact.accountId);
      contact = other?.about ?? contact;
    }
    const deal = aDeal(story, company);
    const opportunityId = openDeal(story, deal, company, contact);
    if (deals > 0 && random.chance(0.4)) asksForHelp(story, contact);
    workOn(story, deal, company, { ...contact, opportunityId }, luck, roster);
  }
  if (standing !== 'prospect') stays(story, company, contact, standing);
  else if (random.chance(0.4)) interact(story, contact, company.owner);
  if (standing !== 'dormant' && random.chance(0.5)) onTheAgenda(story, contact, company.owner);
  if (random.chance(0.08)) takesBack(story, roster, contact.personId);
}

/** A dormant customer leaves no opportunity open. */
const closeToTheEnd = (story: Story, standing: Standing): boolean =>
  story.now > story.end - (standing === 'dormant' ? 240 : 0) * dayMs;

/** What passes between us while nothing is at stake: supplies, service, a call now and then. */
function stays(story: Story, company: Company, contact: Customer, standing: Standing): void {
  const { random } = story;
  const { accountId } = contact;
  if (standing === 'returned') {
    reorders(story, { accountId, company });
    // Nothing is bought for so long that they count as lost; then somebody calls at the right moment.
    story.pass(230, 330);
    keepTrying(story, contact, company.owner);
    story.pass(2, 20);
    reorders(story, { accountId, company });
  }
  while (!story.over && random.chance(0.75)) {
    story.pass(35, 120);
    const next = random.weighted({ order: 35, call: 35, case: 10, lesson: 20 });
    if (next === 'order') reorders(story, { accountId, company });
    else if (next === 'call') interact(story, contact, company.owner);
    else if (next === 'case') asksForHelp(story, contact);
    else learn(story, company, contact);
  }
}

function openAccount(story: Story, company: Company): string {
  const { random } = story;
  const accountId = story.id('account');
  const [region, city] = random.pick(company.country.places);
  const employees = Math.max(5, Math.round(random.around(140, 1.6)));
  story.tell('OpenAccount', {
    accountId,
    name: company.name,
    industry: company.industry,
    location: { country: company.country.name, region, city },
    employees,
    annualRevenue: money(employees * random.whole(90, 320) * 1000),
    founded: random.whole(1921, 2019),
    owner: company.owner,
    roles: ['customer'],
  });
  story.pass(0, 3);
  return accountId;
}

/** Somebody becomes a contact: perhaps a name first, then a lead, qualified step by step and converted. */
function firstContact(
  story: Story,
  company: Company,
  which: string,
  roster: Roster,
  accountId?: string,
): Converted | undefined {
  const { random } = story;
  const person = someone(story, company.country, company.domain, which);
  if (random.chance(0.3)) {
    onAList(story, person);
    story.pass(10, 90);
  }
  showsInterest(story, person, company.owner);
  agrees(story, roster, person.personId);
  if (random.chance(0.35)) looksAround(story, person.personId);
  story.pass(0, 3);
  if (random.chance(0.6)) keepTrying(story, { personId: person.personId }, company.owner);
  if (random.chance(0.06)) {
    setAside(story, person, true);
    story.pass(1, 10);
  }
  story.pass(1, 14);
  qualify(story, person, 'marketing-qualified');
  story.pass(1, 10);
  keepTrying(story, { personId: person.personId }, company.owner, 2);
  qualify(story, person, 'sales-qualified');
  story.pass(0, 6);
  return convert(story, company, person, roster, accountId);
}

function convert(
  story: Story,
  company: Company,
  { personId }: Person,
  roster: Roster,
  existing?: string,
): Converted | undefined {
  const deal = story.random.chance(0.6) ? aDeal(story, company) : undefined;
  const expectedClose = story.dayAhead(story.random.whole(50, 160));
  const converted = story.tell('ConvertLead', {
    personId,
    account: existing === undefined ? { name: company.name, industry: company.industry } : { accountId: existing },
    ...(deal ? { opportunity: { title: deal.title, amount: money(deal.worth), expectedClose } } : {}),
    owner: company.owner,
  });
  if (converted === undefined) return undefined;
  const about = { personId, accountId: existing ?? v5('account', converted) };
  roster.contacts.push({ ...about, company, since: story.now, lastHeardBy: story.end });
  const opportunityId = v5('opportunity', converted);
  if (existing !== undefined && !deal) return { about };
  // A process opens them a moment later: one thing that needs them goes first, the rest of the story after it.
  story.settle();
  story.pass(1, 4);
  interact(story, deal ? { ...about, opportunityId } : about, company.owner, 'phone-call', 'reached');
  story.settle();
  return deal ? { about, opened: { opportunityId, deal } } : { about };
}

/** Somebody who got no further than a lead. */
export function leadOnly(story: Story, roster: Roster): void {
  const { random } = story;
  const person = someone(story, random.pick(countries), 'example.com', 'lead');
  const { personId } = person;
  const owner = random.pick(sellers);
  if (random.chance(0.25)) {
    onAList(story, person);
    story.pass(5, 60);
  }
  const supplier = random.chance(0.06);
  showsInterest(story, person, owner, supplier ? 'supplier' : 'customer');
  if (!supplier) agrees(story, roster, personId, 0.7);
  roster.leads.push({ personId, since: story.now });
  if (random.chance(0.4)) looksAround(story, personId);
  story.pass(0, 4);
  if (random.chance(0.5)) keepTrying(story, { personId }, owner, 2);
  story.pass(1, 20);
  if (random.chance(0.45) && !setAside(story, person, random.chance(0.2))) return;
  if (random.chance(0.6)) {
    story.pass(2, 30);
    qualify(story, person, 'marketing-qualified');
    if (supplier || !random.chance(0.4)) return;
    story.pass(2, 30);
    qualify(story, person, 'sales-qualified');
    if (random.chance(0.5)) quoted(story, person, owner);
  }
}

/** A lead may be sent a quote, and even sign, before there is an opportunity (S1). */
function quoted(story: Story, { personId }: Person, owner: string): void {
  const { random } = story;
  const quoteId = `Q-${story.dayAhead(0).slice(0, 4)}-${story.next('quote').slice(0, 5)}`;
  const about: About = { personId };
  story.pass(2, 12);
  story.tell('SendLeadQuote', { personId, quoteId, amount: money(random.whole(4, 30) * 500) });
  story.pass(5, 20);
  interact(story, about, owner, 'phone-call');
  story.pass(1, 9);
  if (random.chance(0.5)) {
    story.tell('DeclineLeadQuote', { personId, quoteId, reason: random.pick(['Too expensive', 'Bought elsewhere']) });
    return;
  }
  story.tell('AcceptLeadQuote', { personId, quoteId });
  if (random.chance(0.6)) {
    story.tell('SignLeadContract', { personId, contractId: quoteId.replace('Q', 'C'), quoteId });
  }
}
