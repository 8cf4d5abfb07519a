import { defaultPipeline } from '../../../libs/domain/pipeline/pipeline.js';
import { otherRelations } from '../../../libs/domain/person/person.events.js';
import { type Instant, toInstant as checked } from '../../../libs/kernel/index.js';
import { customer, leadOnly, type Standing } from './customers.js';
import { Companies, onAList, someone } from './people.js';
import { Random } from './random.js';
import { dayMs, type SampleCommand, Story } from './story.js';
import { countries } from './words.js';

/** How much there is of everything. */
const counts = { customers: 300, leads: 260, names: 220, others: 24 };
const years = 3;

/**
 * The sample data: three years of a company that sells equipment and service to industry in Europe, up to the evening
 * before `now`. The same for the same seed and day; in the order of waves, and of time within each.
 */
export function sampleCommands(seed: string, now: Instant): readonly SampleCommand[] {
  const today = Math.floor(Date.parse(checked(now)) / dayMs) * dayMs;
  const begin = today - years * 365 * dayMs;
  const telling: SampleCommand[] = [];
  const random = new Random(seed);
  const companies = new Companies(random);
  const story = (name: string, from: number, to = today): Story => new Story(seed, name, telling, from, to);
  const daysAgo = (least: number, most: number): number => today - random.whole(least, most) * dayMs;

  story('pipeline', begin).tell('DefinePipeline', defaultPipeline);
  for (let count = 0; count < counts.customers; count++) {
    const standing = random.weighted<Standing>({ active: 45, dormant: 22, prospect: 33 });
    const from = { active: [260, 1_060], dormant: [700, 1_060], prospect: [25, 700] }[standing];
    const to = standing === 'dormant' ? daysAgo(205, 420) : today;
    customer(story(`customer ${count}`, daysAgo(from[0] ?? 0, from[1] ?? 0), to), companies.next(), standing);
  }
  for (let count = 0; count < counts.leads; count++) leadOnly(story(`lead ${count}`, daysAgo(2, 1_050)));
  for (let count = 0; count < counts.names; count++) {
    const told = story(`name ${count}`, daysAgo(2, 1_050));
    onAList(told, someone(told, random.pick(countries), 'example.com', 'name'));
  }
  for (let count = 0; count < counts.others; count++) {
    const told = story(`other ${count}`, daysAgo(2, 1_050));
    const { personId, name, email } = someone(told, random.pick(countries), 'example.org', 'other');
    told.tell('RegisterOther', { personId, name, email, relation: random.pick(otherRelations) });
  }
  return telling.sort(
    (a, b) => a.wave - b.wave || (a.occurredAt < b.occurredAt ? -1 : Number(a.occurredAt > b.occurredAt)),
  );
}
