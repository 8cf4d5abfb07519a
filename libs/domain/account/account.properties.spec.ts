import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import {
  type Bodies,
  holds,
  id,
  ids,
  of,
  others,
  perhaps,
  perhapsMoney,
  type Trail,
} from '../../testing/properties.js';
import type { Attribute } from '../attributes.js';
import { ratingEvents } from '../rating/rating.events.js';
import { account } from './account.js';
import type { AccountState } from './state.js';

const scheme = factsOf(ratingEvents)('RatingSchemeDefined', {
  name: 'ABC',
  version: 3,
  lowestScore: 1,
  highestScore: 5,
  criteria: ['turnover', 'growth'].map((criterion) => ({ criterion, weight: 2 })),
});
const circumstances = of({ lookups: { 'rating-abc': [scheme] } });

const bodies: Bodies = {
  OpenAccount: fc.record({
    name: of('Noordzee', 'Oostzee'),
    industry: perhaps('energy'),
    annualRevenue: perhapsMoney,
    parentId: perhaps(...ids),
    roles: perhaps<readonly string[]>([], ['supplier']),
  }),
  ChangeAccountDetails: fc.record({
    name: perhaps('Noordzee', 'Westzee'),
    location: perhaps({ country: 'Netherlands' }, { country: 'Netherlands', city: 'Rotterdam' }),
    clear: perhaps<readonly string[]>([], ['industry', 'annualRevenue']),
  }),
  TransferAccount: fc.record({ owner: of('sam', 'kim'), reason: perhaps('holiday') }),
  AssignParentAccount: fc.record({ parentId: of(...ids) }),
  RemoveParentAccount: fc.record({}),
  BreakCircleOfParents: fc.record({}),
  AssignAccountRoles: fc.record({ roles: of(['customer'], ['partner', 'customer'], ['customer', 'partner'], []) }),
  AddProductInUse: fc.record({ product: of('A', 'B'), supplier: perhaps('X'), since: perhaps('2024-01-01') }),
  RemoveProductInUse: fc.record({ product: of('A', 'B'), supplier: perhaps('X'), until: perhaps('2025-01-01') }),
  SetAccountAttributes: fc.record({
    attributes: fc.uniqueArray(
      of<Attribute>(
        { name: 'size', type: 'whole-number', value: 3 },
        { name: 'size', type: 'text', value: 'big' },
        { name: 'constructor', type: 'boolean', value: true },
      ),
      { minLength: 1, selector: ({ name }) => name },
    ),
  }),
  RemoveAccountAttributes: fc.record({ names: of(['size'], ['constructor', 'size']) }),
  RateAccount: fc.record({
    schemeId: of('abc', 'abc', 'unheard-of'),
    scores: fc
      .uniqueArray(of('turnover', 'growth', 'growth', 'size'), { minLength: 1 })
      .chain((criteria) =>
        fc.tuple(...criteria.map((criterion) => fc.record({ criterion: of(criterion), score: of(1, 5, 9) }))),
      ),
  }),
  EstimateShareOfWallet: fc.record({ perCent: of(0, 60, 100), source: of('annual report', 'the buyer') }),
  RevertAccountOpening: fc.record({}),
  NoteAccountUse: fc.record({}),
  MergeAccounts: fc.record({ duplicateId: of(...others) }),
  UnmergeAccounts: fc.record({ duplicateId: of(...others) }),
  AcceptAccountMerge: fc.record({ survivorId: of(...others) }),
  ConfirmAccountMerge: fc.record({ duplicateId: of(...others) }),
  DropAccountMerge: fc.record({ duplicateId: of(...others) }),
  SeparateAccount: fc.record({ survivorId: of(...others) }),
};

describe('In whatever order it is asked', () => {
  it('an account remembers how it was opened, and has each product, attribute and role once', () => {
    const once = (values: readonly unknown[]) => expect(new Set(values).size).toBe(values.length);
    holds(account, { bodies, circumstances }, ({ before, after }: Trail<AccountState>) => {
      if (before.account) expect(after.account?.opened).toEqual(before.account.opened);
      expect(after.account?.details.name).toBeDefined();
      expect(after.account?.parentId).not.toBe(id);
      once(after.account?.roles ?? []);
      once(after.account?.products.map(({ product, supplier }) => `${product} ${supplier}`) ?? []);
      once(after.account?.ratings.map(({ schemeId }) => schemeId) ?? []);
      once(after.account?.attributes.map(({ name }) => name) ?? []);
    });
  });
});
