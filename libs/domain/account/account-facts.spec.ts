import { describe, it } from '@jest/globals';
import { type CommandClass, factsOf } from '../../kernel/index.js';
import { command, given as givenFacts, type StatedFact } from '../../testing/decider.js';
import {
  AddProductInUse,
  EstimateShareOfWallet,
  RateAccount,
  RemoveAccountAttributes,
  RemoveProductInUse,
  SetAccountAttributes,
} from './account-facts.commands.js';
import { policyEvents } from '../policy/policy.events.js';
import { ratingEvents } from '../rating/rating.events.js';
import { account } from './account.js';
import { accountEvents, type Attribute } from './account.events.js';

const fact = factsOf(accountEvents);
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const isdom = fact('AccountOpened', { name: 'Isdom', roles: ['customer'] });

const given = (...facts: readonly StatedFact[]) => givenFacts(account, ...facts);
const issue = <C extends object>(type: CommandClass<C>, body: object = {}) => command(type, { accountId, ...body });
const add = (product: object) => issue(AddProductInUse, product);
const remove = (product: object) => issue(RemoveProductInUse, product);
const set = (...attributes: readonly Attribute[]) => issue(SetAccountAttributes, { attributes });
const estimate = (perCent: number, source = 'annual report') => issue(EstimateShareOfWallet, { perCent, source });

describe('The products that an account has in use', () => {
  const monitor = { product: 'Blade monitor' };
  const theirs = { product: 'Blade monitor', supplier: 'Baltic Rotor Service', since: '2023-04-01' };

  it('are ours or a competitor’s, since a day', () => {
    given(isdom).when(add(monitor)).then(fact('ProductInUseAdded', monitor));
    given(isdom, fact('ProductInUseAdded', monitor)).when(add(theirs)).then(fact('ProductInUseAdded', theirs));
  });

  it('are in use once of each supplier; the day can still be learnt', () => {
    given(isdom, fact('ProductInUseAdded', theirs)).when(add(theirs)).thenNothing();
    given(isdom, fact('ProductInUseAdded', theirs))
      .when(add({ ...theirs, since: undefined }))
      .thenNothing();
    given(isdom, fact('ProductInUseAdded', monitor))
      .when(add({ ...monitor, since: '2024-01-01' }))
      .then(fact('ProductInUseAdded', { ...monitor, since: '2024-01-01' }));
  });

  it('are given up, each of its supplier', () => {
    const { since: _, ...place } = theirs;
    const known = [isdom, fact('ProductInUseAdded', monitor), fact('ProductInUseAdded', theirs)];
    given(...known)
      .when(remove({ ...place, until: '2026-03-31' }))
      .then(fact('ProductInUseRemoved', { ...place, until: '2026-03-31' }));
    given(isdom, fact('ProductInUseAdded', monitor)).when(remove(place)).thenNothing();
  });

  it('are 500 at most', () => {
    const many = Array.from({ length: 500 }, (_, n) => fact('ProductInUseAdded', { product: `Part ${n}` }));
    given(isdom, ...many)
      .when(add(monitor))
      .thenRefused('TOO_MANY_PRODUCTS');
    given(isdom, ...many)
      .when(add({ product: 'Part 7' }))
      .thenNothing();
  });
});

describe('The custom attributes of an account', () => {
  const turbines: Attribute = { name: 'turbines', type: 'whole-number', value: 40 };
  const offshore: Attribute = { name: 'offshore', type: 'boolean', value: true };

  it('are set, and only what is new is recorded', () => {
    given(isdom)
      .when(set(turbines, offshore))
      .then(fact('AccountAttributesSet', { attributes: [turbines, offshore] }));
    given(isdom, fact('AccountAttributesSet', { attributes: [turbines] }))
      .when(set(turbines, offshore))
      .then(fact('AccountAttributesSet', { attributes: [offshore] }));
    given(isdom, fact('AccountAttributesSet', { attributes: [turbines] }))
      .when(set(turbines))
      .thenNothing();
  });

  it('keep their type, and are a hundred at most', () => {
    const many = Array.from({ length: 100 }, (_, n): Attribute => ({ ...turbines, name: `part-${n}` }));
    given(isdom, fact('AccountAttributesSet', { attributes: [turbines] }))
      .when(set({ name: 'turbines', type: 'text', value: 'forty' }))
      .thenRefused('ATTRIBUTE_OF_OTHER_TYPE');
    given(isdom, fact('AccountAttributesSet', { attributes: many }))
      .when(set(turbines))
      .thenRefused('TOO_MANY_ATTRIBUTES');
  });

  it('are removed', () => {
    given(isdom, fact('AccountAttributesSet', { attributes: [turbines] }))
      .when(issue(RemoveAccountAttributes, { names: ['offshore', 'turbines'] }))
      .then(fact('AccountAttributesRemoved', { names: ['turbines'] }));
    given(isdom)
      .when(issue(RemoveAccountAttributes, { names: ['turbines'] }))
      .thenNothing();
  });
});

describe('The share of wallet of an account', () => {
  it('is estimated in whole per cents, with how we know', () => {
    given(isdom)
      .when(estimate(60))
      .then(fact('ShareOfWalletEstimated', { perCent: 60, source: 'annual report' }));
    given(isdom, fact('ShareOfWalletEstimated', { perCent: 60, source: 'annual report' }))
      .when(estimate(60))
      .thenNothing();
    given(isdom, fact('ShareOfWalletEstimated', { perCent: 60, source: 'annual report' }))
      .when(estimate(60, 'the buyer'))
      .then(fact('ShareOfWalletEstimated', { perCent: 60, source: 'the buyer' }));
  });

  it('is told of accounts that exist', () => {
    for (const issued of [
      estimate(1),
      add({ product: 'A' }),
      remove({ product: 'A' }),
      set({ name: 'a', type: 'boolean', value: true }),
      issue(RemoveAccountAttributes, { names: ['a'] }),
    ]) {
      given().when(issued).thenRefused('ACCOUNT_NOT_FOUND');
    }
  });
});

describe('The rating of an account', () => {
  const scheme = {
    name: 'ABC',
    lowestScore: 1,
    highestScore: 5,
    criteria: [
      { criterion: 'turnover', weight: 6 },
      { criterion: 'growth', weight: 4 },
    ],
  };
  const defined = (version: number) => factsOf(ratingEvents)('RatingSchemeDefined', { ...scheme, version });
  const lookups = { 'rating-abc': [defined(3)] };
  const value = { perCent: 90, schemes: [] };
  const strict = [factsOf(policyEvents)('PolicyChanged', { policy: 'rating.cut-off', version: 1, value })];
  const scores = [
    { criterion: 'growth', score: 5 },
    { criterion: 'turnover', score: 4 },
  ];
  const rate = (asked: readonly object[] = scores) => issue(RateAccount, { schemeId: 'abc', scores: asked });
  const rated = fact('AccountRated', {
    schemeId: 'abc',
    schemeVersion: 3,
    scores: [
      { criterion: 'turnover', score: 4 },
      { criterion: 'growth', score: 5 },
    ],
    rating: 44,
    maximum: 50,
    verdict: 'above',
    policy: { name: 'rating.cut-off', version: 0 },
  });

  it('is Σ weight × score, and names the version of the scheme and of the cut-off', () => {
    given(isdom).when(rate(), { lookups }).then(rated);
    given(isdom)
      .when(rate(), { lookups: { ...lookups, 'policy-rating.cut-off': strict } })
      .then(fact('AccountRated', { ...rated.data, verdict: 'below', policy: { name: 'rating.cut-off', version: 1 } }));
  });

  it('is made again by another version of the scheme or the cut-off, never by the same', () => {
    given(isdom, rated).when(rate(), { lookups }).thenNothing();
    given(isdom, rated)
      .when(rate([...scores].reverse()), { lookups })
      .thenNothing();
    given(isdom, rated)
      .when(rate(), { lookups: { 'rating-abc': [defined(4)] } })
      .then(fact('AccountRated', { ...rated.data, schemeVersion: 4 }));
  });

  it('has one score on the scale for each criterion of a scheme that exists', () => {
    given(isdom).when(rate()).thenRefused('RATING_SCHEME_NOT_FOUND');
    given(isdom)
      .when(rate(scores.slice(1)), { lookups })
      .thenRefused('SCORES_INCOMPLETE');
    given(isdom)
      .when(rate([...scores, { criterion: 'charm', score: 1 }]), { lookups })
      .thenRefused('CRITERION_UNKNOWN');
    for (const score of [0, 6]) {
      given(isdom)
        .when(rate([{ criterion: 'growth', score }, ...scores.slice(1)]), { lookups })
        .thenRefused('SCORE_OFF_SCALE');
    }
  });
});
