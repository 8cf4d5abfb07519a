import { purchaseIdOf } from '../../../libs/domain/purchase/purchase.rules.js';
import { asLines, money, type SoldLine, worthOf } from './money.js';
import { type Company, showsInterest, someone } from './people.js';
import type { Story } from './story.js';

const system = 'erp-europe';

/** What is bought again and again, at a price each in whole euros. */
const supplies: readonly (readonly [product: string, price: number])[] = [
  ['Filter cartridge', 38],
  ['Drive belt', 64],
  ['Sensor head', 210],
  ['Lubricant, 20 l', 145],
  ['Seal set', 27],
];

export interface Buyer {
  readonly accountId?: string;
  readonly personId?: string;
  readonly company: Company;
}

/** So that numbers in the books are unique. */
const numberOf = (story: Story, company: Company, what: string): string =>
  `${what}-${String(company.number)}-${story.next(what).slice(0, 4)}`;

/** An order reaches the books; it is billed later, and a few are corrected or taken back. */
export function orders(
  story: Story,
  { company, ...buyer }: Buyer,
  lines: readonly SoldLine[],
  options: { readonly currency?: string; readonly opportunityId?: string } = {},
): void {
  const { currency = 'EUR', opportunityId } = options;
  const aside = story.aside('order');
  const { random } = aside;
  aside.pass(0, 6);
  const reference = numberOf(aside, company, 'SO');
  const source = { system, reference };
  const purchaseId = purchaseIdOf(source);
  const bought = { ...buyer, lines: asLines(lines, currency), amount: money(worthOf(lines), currency) };
  const learntLater = opportunityId !== undefined && random.chance(0.2);
  const caused = opportunityId !== undefined && !learntLater ? { opportunityId } : {};
  aside.tell('RecordPurchase', { ...bought, source, kind: 'order', ...caused });
  if (learntLater) {
    aside.pass(1, 5);
    aside.tell('AssignPurchaseOpportunity', { purchaseId, opportunityId });
  }
  const fate = random.weighted({ billed: 45, open: 45, corrected: 7, cancelled: 3 });
  aside.pass(8, 30);
  if (fate === 'billed') {
    const invoice = { system, reference: numberOf(aside, company, 'IN') };
    aside.tell('RecordPurchase', { ...bought, source: invoice, kind: 'invoice', order: reference });
  } else if (fate === 'cancelled') {
    aside.tell('CancelPurchase', { purchaseId, reason: 'Ordered twice' });
  } else if (fate === 'corrected') {
    const fewer = lines.map((line) => ({ ...line, quantity: Math.max(1, line.quantity - 1) }));
    const left = worthOf(fewer) < worthOf(lines) ? fewer : lines.map((line) => ({ ...line, price: line.price - 1 }));
    aside.tell('CorrectPurchase', {
      purchaseId,
      kind: random.pick(['return', 'credit-note', 'correction']),
      lines: asLines(left, currency),
      amount: money(worthOf(left), currency),
      reason: random.pick(['One piece was damaged on the way', 'Price of the old list', 'Delivered one less']),
      reference: numberOf(aside, company, 'CN'),
    });
  }
}

/** Supplies for what was delivered; Swedish customers pay in kronor. */
export function reorders(story: Story, buyer: Buyer): void {
  const { random } = story;
  const kronor = buyer.company.country.code === 'se';
  const lines = Array.from({ length: random.whole(1, 3) }, () => {
    const [product, price] = random.pick(supplies);
    return { product, quantity: random.whole(2, 40), price: kronor ? price * 11 : price };
  });
  orders(story, buyer, lines, kronor ? { currency: 'SEK' } : {});
}

/** Somebody without a company behind them buys spare parts over the counter. */
export function overTheCounter(story: Story, company: Company): void {
  const person = someone(story, company.country, 'example.com', 'buyer');
  showsInterest(story, person, company.owner);
  for (let times = story.random.whole(1, 4); times > 0; times--) {
    reorders(story, { personId: person.personId, company });
    story.pass(50, 160);
  }
}
