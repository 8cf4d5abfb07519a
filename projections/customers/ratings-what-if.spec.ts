import { describe, expect, it } from '@jest/globals';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import { type CutOff, verdictOn } from '../../libs/domain/rating/rating.rules.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { accountDetail } from './accounts.js';
import { customers } from './index.js';
import { accountsRatedWhatIf, ratingsWhatIf } from './ratings-what-if.js';

const account = happened<AccountEvents>();
const policy = happened<PolicyEvents>();

/** Days from the beginning of 2024. */
const day = (number: number): string => new Date(Date.UTC(2024, 0, 1) + number * 86_400_000).toISOString();
const maximum = 10;
const standing: CutOff = { perCent: 50, schemes: [] };

const rated = (id: string, schemeId: string, rating: number, at = 2) =>
  account(`account-${id}`, 'AccountRated', day(at), {
    schemeId,
    schemeVersion: 1,
    scores: [],
    rating,
    maximum,
    verdict: verdictOn({ schemeId, rating, maximum }, standing),
    policy: { name: 'rating.cut-off', version: 0 },
  });

const ratings = { a: 2, b: 4, c: 5, d: 6, e: 9 };
const story = [
  ...Object.keys(ratings).map((id) => account(`account-${id}`, 'AccountOpened', day(1), { name: id, roles: [] })),
  account('account-gone', 'AccountOpened', day(1), { name: 'gone', roles: [] }),
  rated('gone', 'abc', 9),
  account('account-gone', 'AccountMergedInto', day(3), { survivorId: 'a' }),
  ...Object.entries(ratings).flatMap(([id, rating]) => [rated(id, 'abc', rating), rated(id, 'fit', rating, 3)]),
  // Those that were made before keep their verdict.
  policy('policy-rating.cut-off', 'PolicyChanged', day(5), {
    policy: 'rating.cut-off',
    version: 1,
    value: { perCent: 60, schemes: [{ schemeId: 'fit', minimum: 2 }] },
  }),
];

describe('ratings under another cut-off', () => {
  it('are judged as the rule of the domain judges them, beside what holds and what was recorded', async () => {
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const inForce: CutOff = { perCent: 60, schemes: [{ schemeId: 'fit', minimum: 2 }] };
      const count = (schemeId: string, cutOff: CutOff, verdict: string): number =>
        Object.values(ratings).filter((rating) => verdictOn({ schemeId, rating, maximum }, cutOff) === verdict).length;
      const cutOffs: readonly CutOff[] = [
        inForce,
        { perCent: 0, schemes: [] },
        { perCent: 100, schemes: [{ schemeId: 'abc', minimum: 5 }] },
        { perCent: 41, schemes: [{ schemeId: 'none', minimum: 0 }] },
      ];
      for (const cutOff of cutOffs) {
        const { rows } = await ratingsWhatIf(database, {}, { cutOff });
        expect(rows).toEqual(
          ['abc', 'fit'].flatMap((schemeId) =>
            ['above', 'below'].map((verdict) => {
              const [today, assumed] = [count(schemeId, inForce, verdict), count(schemeId, cutOff, verdict)];
              const recorded = count(schemeId, standing, verdict);
              return { schemeId, verdict, recorded, today, assumed, difference: assumed - today };
            }),
          ),
        );
      }
      expect((await ratingsWhatIf(database, { asOf: day(4), schemeId: 'abc' }, {})).rows).toMatchObject([
        { verdict: 'above', recorded: 3, today: 3, assumed: 3 },
        { verdict: 'below', recorded: 2, today: 2, assumed: 2 },
      ]);
    });
  });

  it('name the accounts on the other side in pages, as they stand in the accounts themselves', async () => {
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const cutOff: CutOff = { perCent: 90, schemes: [{ schemeId: 'fit', minimum: 5 }] };
      const first = await accountsRatedWhatIf(database, { limit: 2 }, { cutOff });
      expect(first.items.map(({ id, schemeId, assumed }) => [id, schemeId, assumed])).toEqual([
        ['a', 'fit', 'below'],
        ['b', 'fit', 'below'],
      ]);
      const cursor = first.next ?? '';
      const second = await accountsRatedWhatIf(database, { limit: 2, cursor }, { cutOff });
      expect(second).toMatchObject({
        items: [{ id: 'd', schemeId: 'abc', rating: 6, maximum, recorded: 'above', today: 'above', assumed: 'below' }],
        next: null,
      });
      const detail = await accountDetail(database, { id: 'd' });
      expect(detail?.ratings.map(({ verdict }) => verdict)).toEqual(['above', 'above']);
      await expect(accountsRatedWhatIf(database, { cursor }, { cutOff: standing })).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
      });
    });
  });
});
