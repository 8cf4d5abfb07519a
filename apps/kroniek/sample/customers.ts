import { v5 } from 'uuid';
import { type About, interact, keepTrying, onTheAgenda } from './activities.js';
import { aDeal, type Deal, euros, openDeal, workOn } from './deals.js';
import { type Company, onAList, type Person, qualify, setAside, showsInterest, someone } from './people.js';
import { dayMs, type Story } from './story.js';
import { countries, sellers } from './words.js';

/** How a customer stands with us. */
export type Standing = 'active' | 'dormant' | 'prospect';

/** A contact of the account, with the opportunity that their conversion opened. */
interface Converted {
  readonly about: Required<Omit<About, 'opportunityId'>>;
  readonly opened?: { readonly opportunityId: string; readonly deal: Deal };
}

/** One customer from the first name to today, or to the day on which nothing was heard any more. */
export function customer(story: Story, company: Company, standing: Standing): void {
  const { random } = story;
  const known = random.chance(0.5) ? openAccount(story, company) : undefined;
  const first = firstContact(story, company, 'first contact', known);
  if (!first) return;
  const luck = { active: 0.6, dormant: 0.7, prospect: 0 }[standing];
  const { about, opened } = first;
  if (opened) workOn(story, opened.deal, company, { ...about, opportunityId: opened.opportunityId }, 0, luck);

  let contact = about;
  const most = { active: 3, dormant: 2, prospect: 1 }[standing];
  for (let deals = opened ? 1 : 0; deals < most && !closeToTheEnd(story, standing); deals++) {
    for (let contacts = random.whole(1, 2); contacts > 0; contacts--) {
      story.pass(12, standing === 'active' ? 60 : 80);
      interact(story, contact, company.owner);
    }
    if (deals > 0 && random.chance(0.2)) {
      const other = firstContact(story, company, `contact ${deals}`, contact.accountId);
      contact = other?.about ?? contact;
    }
    const deal = aDeal(story, company);
    const opportunityId = openDeal(story, deal, company, contact);
    workOn(story, deal, company, { ...contact, opportunityId }, 0, luck);
  }
  while (!story.over && random.chance(0.7)) {
    story.pass(30, 110);
    interact(story, contact, company.owner);
  }
  if (standing !== 'dormant' && random.chance(0.6)) onTheAgenda(story, contact, company.owner);
}

/** A dormant customer leaves no opportunity open. */
const closeToTheEnd = (story: Story, standing: Standing): boolean =>
  story.now > story.end - (standing === 'dormant' ? 240 : 0) * dayMs;

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
    annualRevenue: euros(employees * random.whole(90, 320) * 1000),
    founded: random.whole(1921, 2019),
    owner: company.owner,
    roles: ['customer'],
  });
  story.pass(0, 3);
  return accountId;
}

/** Somebody becomes a contact: perhaps a name first, then a lead, qualified step by step and converted. */
function firstContact(story: Story, company: Company, which: string, accountId?: string): Converted | undefined {
  const { random } = story;
  const person = someone(story, company.country, company.domain, which);
  if (random.chance(0.3)) {
    onAList(story, person);
    story.pass(10, 90);
  }
  showsInterest(story, person, company.owner);
  story.pass(0, 3);
  keepTrying(story, { personId: person.personId }, company.owner);
  if (random.chance(0.06)) {
    setAside(story, person, true);
    story.pass(1, 10);
  }
  story.pass(1, 14);
  qualify(story, person, 'marketing-qualified');
  story.pass(1, 10);
  keepTrying(story, { personId: person.personId }, company.owner, 3);
  qualify(story, person, 'sales-qualified');
  story.pass(0, 6);
  return convert(story, company, person, accountId);
}

function convert(story: Story, company: Company, { personId }: Person, existing?: string): Converted | undefined {
  const deal = story.random.chance(0.6) ? aDeal(story, company) : undefined;
  const expectedClose = story.dayAhead(story.random.whole(50, 160));
  const converted = story.tell('ConvertLead', {
    personId,
    account: existing === undefined ? { name: company.name, industry: company.industry } : { accountId: existing },
    ...(deal ? { opportunity: { title: deal.title, amount: euros(deal.worth), expectedClose } } : {}),
    owner: company.owner,
  });
  if (converted === undefined) return undefined;
  const about = { personId, accountId: existing ?? v5('account', converted) };
  const opportunityId = v5('opportunity', converted);
  if (existing !== undefined && !deal) return { about };
  // A process opens them a moment later: one thing that needs them goes first, the rest of the story after it.
  story.wave += 1;
  story.pass(1, 4);
  interact(story, deal ? { ...about, opportunityId } : about, company.owner, 'phone-call', 'reached');
  story.wave += 1;
  return deal ? { about, opened: { opportunityId, deal } } : { about };
}

/** Somebody who got no further than a lead. */
export function leadOnly(story: Story): void {
  const { random } = story;
  const person = someone(story, random.pick(countries), 'example.com', 'lead');
  const owner = random.pick(sellers);
  if (random.chance(0.25)) {
    onAList(story, person);
    story.pass(5, 60);
  }
  showsInterest(story, person, owner, random.chance(0.06) ? 'supplier' : 'customer');
  story.pass(0, 4);
  keepTrying(story, { personId: person.personId }, owner, 3);
  story.pass(1, 20);
  if (random.chance(0.45) && !setAside(story, person, random.chance(0.2))) return;
  if (random.chance(0.6)) {
    story.pass(2, 30);
    qualify(story, person, 'marketing-qualified');
    keepTrying(story, { personId: person.personId }, owner, 2);
    if (random.chance(0.4)) {
      story.pass(2, 30);
      qualify(story, person, 'sales-qualified');
    }
  }
}
