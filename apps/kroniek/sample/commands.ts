import { otherRelations } from '../../../libs/domain/person/person.events.js';
import { type Instant, toInstant as checked } from '../../../libs/kernel/index.js';
import { parents, ratingSchemes } from './accounts.js';
import { callLists, campaign, plans } from './campaigns.js';
import { convertedByMistake, enteredTwice, wroteTwice } from './duplicates.js';
import { customer, leadOnly, type Standing } from './customers.js';
import { forecasts, teamsOverTime } from './forecasts.js';
import { agrees } from './marketing.js';
import { Companies, onAList, someone } from './people.js';
import { overTheCounter } from './purchases.js';
import { Random } from './random.js';
import { changesOfMind } from './replanning.js';
import { Roster } from './roster.js';
import { calendarList, seasonalList, segments } from './segments.js';
import { askEverybody, surveys } from './service.js';
import { exchangeRates, laterSettings, settings } from './settings.js';
import { dayMs, type SampleCommand, Story } from './story.js';
import { countries } from './words.js';

/** How much there is of everything. */
const counts = { customers: 300, leads: 170, names: 180, others: 24 };
const years = 3;

/** Customers need no more waves; what is about all of them comes after. */
const afterCustomers = 30;

/**
 * The sample data: three years of a company that sells equipment and service to industry in Europe, up to the evening
 * before `now`. The same for the same seed and day; in the order of waves, and of time within each.
 *
 * @param share how much of it, from 0 to 1: a part is a company with fewer customers, leads and names
 */
export function sampleCommands(seed: string, now: Instant, share = 1): readonly SampleCommand[] {
  const today = Math.floor(Date.parse(checked(now)) / dayMs) * dayMs;
  const begin = today - years * 365 * dayMs;
  const telling: SampleCommand[] = [];
  const random = new Random(seed);
  const companies = new Companies(random);
  const roster = new Roster();
  const story = (name: string, from: number, { to = today, wave = 1 } = {}): Story =>
    new Story(seed, name, telling, from, to, wave);
  const daysAgo = (least: number, most: number): number => today - random.whole(least, most) * dayMs;

  settings(story('pipeline', begin, { wave: 0 }));
  exchangeRates(story('exchange rates', begin, { wave: 0 }), begin);
  teamsOverTime(story('teams', begin, { wave: 0 }));
  ratingSchemes(story('rating schemes', begin, { wave: 0 }));
  surveys(story('surveys', begin, { wave: 0 }));
  segments(story('segments', begin, { wave: 0 }));

  for (let count = 0; count < counts.customers * share; count++) {
    const standing = random.weighted<Standing>({ active: 40, returned: 7, dormant: 21, prospect: 32 });
    const from = { active: [260, 1_060], returned: [760, 1_060], dormant: [700, 1_060], prospect: [25, 700] }[standing];
    const to = standing === 'dormant' ? daysAgo(205, 420) : today;
    customer(
      story(`customer ${count}`, daysAgo(from[0] ?? 0, from[1] ?? 0), { to }),
      companies.next(),
      standing,
      roster,
    );
  }
  for (let count = 0; count < counts.leads * share; count++)
    leadOnly(story(`lead ${count}`, daysAgo(2, 1_050)), roster);
  for (let count = 0; count < counts.names * share; count++) {
    const told = story(`name ${count}`, daysAgo(2, 1_050));
    const person = someone(told, random.pick(countries), 'example.com', 'name');
    onAList(told, person);
    agrees(told, roster, person.personId, 0.5);
    roster.names.push({ personId: person.personId, since: told.now });
  }
  for (let count = 0; count < counts.others * share; count++) {
    const told = story(`other ${count}`, daysAgo(2, 1_050));
    const { personId, name, email } = someone(told, random.pick(countries), 'example.org', 'other');
    told.tell('RegisterOther', { personId, name, email, relation: random.pick(otherRelations) });
  }
  for (let count = 0; count < 8; count++) overTheCounter(story(`counter ${count}`, daysAgo(60, 900)), companies.next());

  for (let count = 0; count < 8; count++) {
    wroteTwice(story(`wrote twice ${count}`, daysAgo(120, 900)), companies.next(), count === 0);
  }
  for (let count = 0; count < 4; count++) {
    enteredTwice(story(`entered twice ${count}`, daysAgo(400, 900)), companies.next(), count === 0);
  }
  for (let count = 0; count < 3; count++)
    convertedByMistake(story(`mistake ${count}`, daysAgo(90, 800)), companies.next());

  const late = { wave: afterCustomers };
  laterSettings(story('later settings', today - 2 * dayMs, late));
  askEverybody(story('surveys sent', begin, late), roster, begin);
  forecasts(story('forecasts', begin, late), roster.wins, begin);
  parents(story('parents', today - 60 * dayMs, late), roster.silentSince(today - 200 * dayMs));
  calendarList(story('calendar', today - 90 * dayMs, late), roster);
  seasonalList(story('seasonal', today - 60 * dayMs, late), roster);
  for (const [place, plan] of plans.entries()) {
    const wave = afterCustomers + place * 4;
    campaign(story(plan.name, today - plan.ago * dayMs, { wave }), plan, roster);
  }
  callLists(story('call lists', today - 20 * dayMs, late), roster);
  changesOfMind(story('changes of mind', today - 30 * dayMs, late), roster);
  return telling.sort(
    (a, b) => a.wave - b.wave || (a.occurredAt < b.occurredAt ? -1 : Number(a.occurredAt > b.occurredAt)),
  );
}
