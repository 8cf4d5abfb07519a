import type { About } from './activities.js';
import { money, type SoldLine } from './money.js';
import type { SamplePipeline } from './settings.js';
import { dayMs, type Story } from './story.js';

/** What is at stake. */
export interface Deal {
  readonly title: string;
  readonly product: string;
  pipeline: SamplePipeline;
  /** In whole units of the pipeline's currency. */
  worth: number;
  /** What it is made of, where that is known. */
  lines?: readonly SoldLine[];
}

/** How far we and the customer have come with each other's conditions. */
export interface Terms {
  readonly deal: Deal;
  readonly opportunityId: string;
  readonly personId: string;
  roleKnown: boolean;
  /** The quote that waits for an answer, or was accepted. */
  quote?: { readonly quoteId: string; readonly until: number; accepted: boolean };
}

export const termsOf = (deal: Deal, { opportunityId, personId }: Required<About>): Terms => ({
  deal,
  opportunityId,
  personId,
  roleKnown: false,
});

/** What is said of conditions while an opportunity is in a stage of this probability. */
export function agreeOn(story: Story, terms: Terms, probability: number): void {
  const { random } = story;
  const { opportunityId, personId } = terms;
  if (!terms.roleKnown && random.chance(0.2)) {
    terms.roleKnown = true;
    const role = random.weighted({ 'decision-maker': 40, buyer: 25, user: 15, champion: 12, gatekeeper: 8 });
    story.tell('AssignBuyingRole', { opportunityId, personId, role });
    if (random.chance(0.1)) {
      story.pass(3, 10);
      story.tell('RemoveBuyingRole', { opportunityId, personId });
    }
  }
  if (probability >= 40 && random.chance(0.08)) {
    const category = random.pick(['pipeline', 'best-case', 'commit', 'omitted', 'derived']);
    story.tell('SetForecastCategory', { opportunityId, ...(category === 'derived' ? {} : { category }) });
  }
  if (probability >= 60 && !terms.quote && random.chance(0.5)) send(story, terms);
  else if (terms.quote && !terms.quote.accepted && random.chance(0.15)) {
    const reason = random.pick(['Too long until delivery', 'Above the budget', 'Wants it in two phases']);
    story.tell('DeclineQuote', { opportunityId, quoteId: terms.quote.quoteId, reason });
    story.pass(2, 12);
    send(story, terms);
  }
}

function send(story: Story, terms: Terms): void {
  const { deal, opportunityId } = terms;
  const quoteId = `Q-${story.dayAhead(0).slice(0, 4)}-${story.next('quote').slice(0, 5)}`;
  const days = story.random.whole(30, 90);
  // Less than what is at stake now and then: the rest is left to talk about.
  const less = !deal.lines && story.random.chance(0.3);
  const amount = less ? { amount: money(Math.round(deal.worth * 0.95), deal.pipeline.currency) } : {};
  story.tell('SendQuote', { opportunityId, quoteId, ...amount, validUntil: story.dayAhead(days) });
  terms.quote = { quoteId, until: story.now + days * dayMs, accepted: false };
}

/** The customer agrees: to the quote, if it still holds, and often in a contract. */
export function buys(story: Story, { opportunityId, quote }: Terms): void {
  const { random } = story;
  const accepted = quote && story.now < quote.until;
  if (accepted) story.tell('AcceptQuote', { opportunityId, quoteId: quote.quoteId });
  if (!random.chance(0.35)) return;
  const contractId = `C-${story.dayAhead(0).slice(0, 4)}-${story.next('contract').slice(0, 5)}`;
  story.tell('SignContract', { opportunityId, contractId, ...(accepted ? { quoteId: quote.quoteId } : {}) });
}
