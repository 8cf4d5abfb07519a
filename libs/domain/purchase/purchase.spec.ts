import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CommandClass, factsOf, Refusal } from '../../kernel/index.js';
import { command, decide, fold, given as givenFacts, type StatedFact } from '../../testing/decider.js';
import { accountEvents } from '../account/account.events.js';
import { opportunityEvents } from '../opportunity/opportunity.events.js';
import { personEvents } from '../person/person.events.js';
import { priced } from '../quote/lines.js';
import { AssignPurchaseOpportunity, CancelPurchase, CorrectPurchase, RecordPurchase } from './purchase.commands.js';
import { type PurchaseEvents, purchaseEvents } from './purchase.events.js';
import { purchaseCounts, purchaseIdOf, wonOpportunityCounts } from './purchase.rules.js';
import { purchase } from './purchase.js';

const fact = factsOf(purchaseEvents);
const ofAccount = factsOf(accountEvents);
const ofPerson = factsOf(personEvents);
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const otherAccountId = 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3';
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const otherPersonId = '8a4e2f10-6c3b-4d97-b1a5-2e7f9c0d4b63';
const opportunityId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
const source = { system: 'erp-north', reference: 'SO-417' };
const purchaseId = purchaseIdOf(source);

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const line = (product: string, quantity: string, unitPrice: number) => ({
  product,
  quantity,
  unitPrice: eur(unitPrice),
});
const asked = {
  accountId,
  source,
  kind: 'order',
  date: '2024-01-12',
  lines: [line('Turbine care', '2', 1_000), { ...line('Inspection', '2.50', 333), discount: eur(33) }],
  amount: eur(2_800),
};
const lines = [
  { ...line('Turbine care', '2', 1_000), amount: eur(2_000) },
  // 2.5 × 333 = 832.5, half up.
  { ...line('Inspection', '2.5', 333), discount: eur(33), amount: eur(800) },
];
const data = { accountId, source, kind: 'order', date: '2024-01-12', lines, amount: eur(2_800) } as const;
const recorded = fact('PurchaseRecorded', data);
const returned = fact('PurchaseCorrected', {
  kind: 'return',
  lines: lines.slice(0, 1),
  amount: eur(2_000),
  difference: -800,
  reason: 'Not needed',
});
const cancelled = fact('PurchaseCancelled', { amount: eur(2_800), reason: 'Sent back' });

const given = (...facts: readonly StatedFact[]) => givenFacts(purchase, ...facts);
const issue = <C extends object>(type: CommandClass<C>, body: object) => command(type, { ...body });
const record = (change: object = {}) => issue(RecordPurchase, { ...asked, ...change });
const correct = (change: object = {}) =>
  issue(CorrectPurchase, {
    purchaseId,
    kind: 'return',
    lines: asked.lines.slice(0, 1),
    amount: eur(2_000),
    reason: 'Not needed',
    ...change,
  });
const cancel = issue(CancelPurchase, { purchaseId, reason: 'Sent back' });
const assign = issue(AssignPurchaseOpportunity, { purchaseId, opportunityId });

describe('A purchase', () => {
  it('is an order or an invoice from the ERP, with lines', () => {
    given().when(record()).then(recorded);
    given()
      .when(record({ kind: 'invoice' }))
      .then(fact('PurchaseRecorded', { ...data, kind: 'invoice' }));
  });

  it('is made by an account, or by a person without one', () => {
    const { accountId: _, ...byPerson } = { ...data, personId };
    given()
      .when(record({ accountId: undefined, personId }))
      .then(fact('PurchaseRecorded', byPerson));
    given()
      .when(record({ accountId: undefined }))
      .thenRefused('PURCHASE_CUSTOMER_UNCLEAR');
    given().when(record({ personId })).thenRefused('PURCHASE_CUSTOMER_UNCLEAR');
  });

  it('is identified by its source: the same twice changes nothing, whatever became of it', () => {
    given(recorded).when(record()).thenNothing();
    given(recorded).when(record({ purchaseId })).thenNothing();
    given(recorded, returned).when(record()).thenNothing();
    given(recorded, cancelled).when(record()).thenNothing();
    expect(purchase.naturalId?.(record())).toBe(purchaseId);
    expect(purchase.naturalId?.(record({ purchaseId }))).toBe(purchaseId);
    expect(purchaseIdOf({ system: 'a', reference: 'b' })).not.toBe(purchaseIdOf({ system: 'ab', reference: '' }));
  });

  it('is in conflict with other content of the same source', () => {
    for (const change of [
      { date: '2024-01-13' },
      { kind: 'invoice' },
      { accountId: otherAccountId },
      { lines: asked.lines.slice(0, 1), amount: eur(2_000) },
    ]) {
      given(recorded).when(record(change)).thenRefused('PURCHASE_EXISTS');
    }
  });

  it('takes no other id than that of its source', () => {
    given()
      .when(record({ purchaseId: opportunityId }))
      .thenRefused('PURCHASE_ID_NOT_OF_SOURCE');
  });

  it('bears the day on which it happened unless another one is given, never one to come', () => {
    given()
      .when(record({ date: undefined }))
      .then(fact('PurchaseRecorded', { ...data, date: '2024-01-15' }));
    given(recorded)
      .when(record({ date: undefined }))
      .thenNothing();
    given()
      .when(record({ date: '2024-01-16' }))
      .thenRefused('PURCHASE_IN_FUTURE');
    // It is 12:00 in UTC: tomorrow already in Auckland.
    given()
      .when(record({ date: '2024-01-16' }), { occurredAt: '2024-01-15T12:00:00.000Z' })
      .then(fact('PurchaseRecorded', { ...data, date: '2024-01-16' }));
  });

  it('is found before anything is done with it', () => {
    for (const issued of [correct(), cancel, assign]) given().when(issued).thenRefused('PURCHASE_NOT_FOUND');
  });
});

describe('Its lines', () => {
  it('add up to the amount to the cent', () => {
    given()
      .when(record({ amount: eur(2_801) }))
      .thenRefused('LINES_NOT_AMOUNT');
    given(recorded)
      .when(correct({ amount: eur(1_999) }))
      .thenRefused('LINES_NOT_AMOUNT');
  });

  it('are in one currency with the amount', () => {
    const dollars = { amount: 2_800, currency: 'USD' };
    const [first, second] = asked.lines;
    for (const change of [
      { amount: dollars },
      { lines: [first, { ...second, unitPrice: dollars }] },
      { lines: [first, { ...second, discount: { amount: 33, currency: 'USD' } }] },
    ]) {
      given().when(record(change)).thenRefused('LINES_OF_DIFFERENT_CURRENCIES');
      given(recorded).when(correct(change)).thenRefused('LINES_OF_DIFFERENT_CURRENCIES');
    }
  });

  it('are worth nothing at least, and what can be counted at most', () => {
    given()
      .when(record({ lines: [{ ...line('A', '1', 10), discount: eur(11) }], amount: eur(0) }))
      .thenRefused('DISCOUNT_ABOVE_PRICE');
    given()
      .when(record({ lines: [line('A', '2', Number.MAX_SAFE_INTEGER)] }))
      .thenRefused('AMOUNT_TOO_LARGE');
  });

  it('add up whatever is bought, corrected and cancelled', () => {
    const price = fc.integer({ min: 0, max: 1_000_000 });
    const quantity = fc.tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 999_999 }));
    const some = fc.array(fc.tuple(quantity, price), { minLength: 1, maxLength: 20 });
    const order = (parts: readonly (readonly [readonly [number, number], number])[]) => {
      const bought = parts.map(([[whole, part], each], n) =>
        line(`P${n}`, `${whole}.${String(part).padStart(6, '0')}`, each),
      );
      const sum = bought.reduce((total, { quantity: of, unitPrice }) => total + priced(of, unitPrice).amount, 0);
      return { lines: bought, amount: eur(sum) };
    };
    fc.assert(
      fc.property(some, some, (first, second) => {
        const state = fold(purchase, decide(purchase, {}, record(order(first))));
        const bought = state.purchase;
        expect(bought?.lines.reduce((sum, { amount }) => sum + amount.amount, 0)).toBe(bought?.amount.amount);
        const [change] = decide(purchase, state, correct(order(second)));
        if (!change) return;
        const { difference, amount } = change.data as PurchaseEvents['PurchaseCorrected']['open'];
        expect((bought?.amount.amount ?? 0) + difference).toBe(amount.amount);
        const [taken] = decide(purchase, purchase.apply(state, change, ''), cancel);
        expect(taken?.data).toMatchObject({ amount });
      }),
    );
  });
});

describe('An invoice', () => {
  const order = { system: 'erp-north', reference: 'SO-416' };
  const orderId = purchaseIdOf(order);
  const known = (change: object = {}) => ({
    lookups: { [`purchase-${orderId}`]: [fact('PurchaseRecorded', { ...data, source: order, ...change })] },
  });
  const bill = (change: object = {}) => record({ kind: 'invoice', order: 'SO-416', ...change });

  it('may bill an order of the same system, and the two count once', () => {
    given()
      .when(bill(), known())
      .then(fact('PurchaseRecorded', { ...data, kind: 'invoice', orderId }));
    expect(purchaseCounts({ kind: 'invoice', orderId, cancelled: false })).toBe(false);
    expect(purchaseCounts({ kind: 'invoice', cancelled: false })).toBe(true);
  });

  it('bills an order that was recorded, of the same customer and currency', () => {
    given().when(bill()).thenRefused('ORDER_NOT_FOUND');
    for (const change of [
      { accountId: otherAccountId },
      { kind: 'invoice' as const },
      { amount: { amount: 2_800, currency: 'USD' } },
    ]) {
      given().when(bill(), known(change)).thenRefused('ORDER_NOT_ITS_OWN');
    }
    given()
      .when(bill({ kind: 'order' }), known())
      .thenRefused('ORDER_NOT_ITS_OWN');
  });
});

describe('A correction, a return or a credit note', () => {
  it('states what is left; what was recorded stands', () => {
    given(recorded).when(correct()).then(returned);
    given(recorded)
      .when(correct({ kind: 'credit-note', reference: 'CN-31' }))
      .then(fact('PurchaseCorrected', { ...returned.data, kind: 'credit-note', reference: 'CN-31' }));
    given(recorded, returned).when(correct()).thenNothing();
    given(recorded, returned)
      .when(correct({ kind: 'correction', lines: asked.lines, amount: asked.amount }))
      .then(
        fact('PurchaseCorrected', { ...returned.data, kind: 'correction', lines, amount: eur(2_800), difference: 800 }),
      );
  });

  it('stays in the currency of the purchase', () => {
    const dollars = { amount: 1_000, currency: 'USD' };
    given(recorded)
      .when(correct({ lines: [{ product: 'A', quantity: '1', unitPrice: dollars }], amount: dollars }))
      .thenRefused('PURCHASE_CURRENCY_CHANGED');
  });

  it('can take all of it back, once', () => {
    given(recorded).when(cancel).then(cancelled);
    given(recorded, returned)
      .when(cancel)
      .then(fact('PurchaseCancelled', { amount: eur(2_000), reason: 'Sent back' }));
    given(recorded, cancelled).when(cancel).thenNothing();
    given(recorded, cancelled).when(correct()).thenRefused('PURCHASE_CANCELLED');
    expect(purchaseCounts({ kind: 'order', cancelled: true })).toBe(false);
  });
});

describe('A customer who was merged', () => {
  const mergedInto = {
    [`account-${otherAccountId}`]: [
      ofAccount('AccountOpened', { name: 'Acme', roles: ['customer'] }),
      ofAccount('AccountMergedInto', { survivorId: accountId }),
    ],
    [`person-${otherPersonId}`]: [ofPerson('PersonMergedInto', { survivorId: personId, consents: [] })],
  };
  const orderId = purchaseIdOf({ ...source, reference: 'SO-416' });
  const knowing = (customer: object, facts: object = mergedInto) => {
    const { accountId: _, ...rest } = data;
    const order = fact('PurchaseRecorded', { ...rest, ...customer, source: { ...source, reference: 'SO-416' } });
    return { lookups: { ...facts, [`purchase-${orderId}`]: [order] } };
  };
  const bill = (change: object) => record({ accountId: undefined, kind: 'invoice', order: 'SO-416', ...change });

  it('is billed for an order under either id, while they are one', () => {
    for (const [one, other] of [
      [{ accountId }, { accountId: otherAccountId }],
      [{ accountId: otherAccountId }, { accountId }],
      [{ personId }, { personId: otherPersonId }],
      [{ personId: otherPersonId }, { personId }],
    ] as const) {
      const { accountId: _, ...rest } = data;
      given()
        .when(bill(one), knowing(other))
        .then(fact('PurchaseRecorded', { ...rest, ...one, kind: 'invoice', orderId }));
      given().when(bill(one), knowing(other, {})).thenRefused('ORDER_NOT_ITS_OWN');
    }
  });

  it('wins an opportunity under either id', () => {
    for (const [one, other] of [
      [accountId, otherAccountId],
      [otherAccountId, accountId],
    ] as const) {
      const { lookups } = wonBy(other);
      const both = { lookups: { ...lookups, ...mergedInto } };
      given()
        .when(record({ accountId: one, opportunityId }), both)
        .then(fact('PurchaseRecorded', { ...data, accountId: one, opportunityId }));
      given(fact('PurchaseRecorded', { ...data, accountId: one }))
        .when(assign, both)
        .then(fact('PurchaseOpportunityAssigned', { opportunityId }));
    }
  });

  it('has bought it already, told under either id', () => {
    given(recorded)
      .when(record({ accountId: otherAccountId }), { lookups: mergedInto })
      .thenNothing();
    given(recorded)
      .when(record({ accountId: otherAccountId }))
      .thenRefused('PURCHASE_EXISTS');
  });
});

const wonBy = (of?: string) => ({
  lookups: {
    [`opportunity-${opportunityId}`]: [
      factsOf(opportunityEvents)('OpportunityOpened', {
        title: 'Turbine care',
        pipelineId: 'default',
        stage: 'prospecting',
        amount: eur(3_000),
        contactIds: [],
        ...(of === undefined ? {} : { accountId: of }),
      }),
    ],
  },
});

describe('A won opportunity', () => {
  it('counts as a purchase until one names it', () => {
    given()
      .when(record({ opportunityId }), wonBy(accountId))
      .then(fact('PurchaseRecorded', { ...data, opportunityId }));
    given(recorded).when(assign, wonBy()).then(fact('PurchaseOpportunityAssigned', { opportunityId }));
    given(fact('PurchaseRecorded', { ...data, opportunityId }))
      .when(assign)
      .thenNothing();
    expect(wonOpportunityCounts({ byPurchases: 0 })).toBe(true);
    expect(wonOpportunityCounts({ byPurchases: 2 })).toBe(false);
  });

  it('is one of the same account', () => {
    given().when(record({ opportunityId }), wonBy(otherAccountId)).thenRefused('OPPORTUNITY_OF_OTHER_ACCOUNT');
    given(recorded).when(assign, wonBy(otherAccountId)).thenRefused('OPPORTUNITY_OF_OTHER_ACCOUNT');
  });
});

describe('A refusal', () => {
  it('says where the lines go wrong', () => {
    expect(() => decide(purchase, {}, record({ amount: eur(1) }))).toThrow(Refusal);
    try {
      decide(purchase, {}, record({ amount: eur(1) }));
    } catch (error) {
      expect((error as Refusal).errors).toEqual([{ path: 'amount.amount', message: 'The lines add up to 2800.' }]);
    }
  });
});
