import { slugOf } from '../import/ids.js';
import type { Random } from './random.js';
import type { Story } from './story.js';
import {
  attendanceLists,
  beginnings,
  boughtLists,
  countries,
  type Country,
  disqualifications,
  ends,
  industries,
  type Industry,
  leadSources,
  sellers,
} from './words.js';

export interface Company {
  /** Of the customer in the books. */
  readonly number: number;
  readonly name: string;
  /** Of its e-mail addresses. */
  readonly domain: string;
  readonly industry: Industry;
  readonly country: Country;
  /** Who looks after it now. */
  owner: string;
}

export interface Person {
  readonly personId: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

/** Makes companies up; no two have the same name. */
export class Companies {
  readonly #stems = new Set<string>();

  constructor(private readonly random: Random) {}

  next(): Company {
    const { random } = this;
    const industry = random.pick(Object.keys(industries) as Industry[]);
    const country = random.pick(countries);
    const stem = this.stem();
    const name = [stem, random.pick(industries[industry]), random.pick(country.forms)].filter(Boolean).join(' ');
    const number = 10_000 + this.#stems.size;
    return { number, name, domain: `${stem.toLowerCase()}.example`, industry, country, owner: random.pick(sellers) };
  }

  private stem(): string {
    for (;;) {
      const stem = `${this.random.pick(beginnings)}${this.random.pick(ends)}`;
      if (this.#stems.has(stem)) continue;
      this.#stems.add(stem);
      return stem;
    }
  }
}

/** Somebody of a country with an address under a domain that never exists. */
export function someone(story: Story, { given, family, dial }: Country, domain: string, which: string): Person {
  const { random } = story;
  const [first, last] = [random.pick(given), random.pick(family)];
  return {
    personId: story.id(which),
    name: `${first} ${last}`,
    email: `${slugOf(first)}.${slugOf(last)}@${domain}`,
    phone: `${dial} 555 ${random.whole(100, 999)} ${random.whole(100, 999)}`,
  };
}

/** A name on a list: no interest shown yet. */
export function onAList(story: Story, { personId, name, email, phone }: Person): void {
  const { random } = story;
  const source = random.chance(0.6)
    ? { kind: 'attendance-list', name: random.pick(attendanceLists) }
    : { kind: 'bought-list', name: random.pick(boughtLists) };
  story.tell('RegisterName', { personId, name, email, ...(random.chance(0.4) ? { phone } : {}), source });
}

/** The first sign of interest. */
export function showsInterest(story: Story, person: Person, owner: string, potential = 'customer'): void {
  const { personId, name, email, phone } = person;
  const { random } = story;
  const source = random.pick(leadSources);
  story.tell('RegisterLead', {
    personId,
    name,
    email,
    ...(random.chance(0.7) ? { phone } : {}),
    source,
    potential,
    owner,
  });
}

/** Sets the lead aside; sometimes it comes back. Answers whether it is worked on again. */
export function setAside(story: Story, { personId }: Person, comesBack: boolean): boolean {
  story.tell('DisqualifyLead', { personId, reason: story.random.pick(disqualifications) });
  if (!comesBack) return false;
  story.pass(40, 160);
  story.tell('RecycleLead', { personId });
  return true;
}

export function qualify(story: Story, { personId }: Person, to: 'marketing-qualified' | 'sales-qualified'): void {
  story.tell('QualifyLead', { personId, to });
}
