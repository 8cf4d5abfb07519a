import { describe, expect, it } from '@jest/globals';
import type { Company } from './people.js';
import { Roster } from './roster.js';
import { askEverybody } from './service.js';
import { exchangeRates } from './settings.js';
import { dayMs, type SampleCommand, Story, toInstant } from './story.js';

const years = 3 * 365;

/** What is told on each day of a year. */
function* days(tell: (story: Story, begin: number) => void): Generator<readonly [string, readonly SampleCommand[]]> {
  for (let day = Date.UTC(2026, 0, 1); day < Date.UTC(2027, 0, 1); day += dayMs) {
    const telling: SampleCommand[] = [];
    const begin = day - years * dayMs;
    tell(new Story('any', 'day', telling, begin, day), begin);
    yield [toInstant(day), telling];
  }
}

describe('the sample data of any day', () => {
  it('asks nobody twice in one sending', () => {
    const company: Company = {
      ...{ number: 1, name: 'Noordzee', domain: 'noordzee.example', owner: 'anja' },
      ...{ industry: 'food', country: { code: 'nl', name: 'Netherlands', dial: '+31' } as Company['country'] },
    };
    const roster = new Roster();
    for (let n = 0; n < 8; n++) {
      roster.contacts.push({ personId: `p${String(n)}`, accountId: 'a', company, since: 0, lastHeardBy: 0 });
    }
    for (const [day, told] of days((story, begin) => askEverybody(story, roster, begin))) {
      const asked = told.map(({ data }) => `${String(data['sending'])} ${String(data['personId'])}`);
      expect([day, asked.length > 0, new Set(asked).size]).toEqual([day, true, asked.length]);
    }
  });

  it('has rates of every currency for every month', () => {
    for (const [day, told] of days(exchangeRates)) {
      const months = (currency: string) =>
        told.filter(({ data }) => data['from'] === currency).map(({ data }) => data['validFrom']);
      expect([day, months('USD').length >= 36]).toEqual([day, true]);
      expect([day, months('GBP'), months('SEK')]).toEqual([day, months('USD'), months('USD')]);
    }
  });
});
