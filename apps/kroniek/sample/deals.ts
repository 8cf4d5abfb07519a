import { defaultPipeline } from '../../../libs/domain/pipeline/pipeline.js';
import { type About, interact, planAhead } from './activities.js';
import { asLines, money, worthOf } from './money.js';
import type { Company } from './people.js';
import { orders } from './purchases.js';
import type { Roster } from './roster.js';
import { carePipeline, exportPipeline } from './settings.js';
import type { Story } from './story.js';
import { agreeOn, buys, type Deal, type Terms, termsOf } from './terms.js';
import { competitors, lossReasons, moveBackReasons, products, reopenReasons, sellers } from './words.js';

/** Something that this company might buy. */
export function aDeal({ random }: Story, { name }: Company): Deal {
  const product = random.pick(Object.keys(products));
  const worth = Math.max(500, Math.round(random.around(products[product] ?? 10_000, 1.1) / 100) * 100);
  return { title: `${product} for ${name}`, product, pipeline: defaultPipeline, worth };
}

/** Opens an opportunity with a known contact. Answers its id. */
export function openDeal(
  story: Story,
  deal: Deal,
  company: Company,
  about: Required<Omit<About, 'opportunityId'>>,
): string {
  const { random } = story;
  const opportunityId = story.next('opportunity');
  if (deal.product === 'Service contract') deal.pipeline = carePipeline;
  else if (random.chance(0.06)) deal.pipeline = exportPipeline;
  const { pipelineId, stages, currency } = deal.pipeline;
  if (random.chance(0.35)) {
    const quantity = random.whole(1, 6);
    deal.lines = [
      { product: deal.product, quantity, price: Math.max(100, Math.round(deal.worth / quantity)) },
      { product: 'Installation', quantity: random.whole(1, 5), price: 850 },
    ];
    deal.worth = worthOf(deal.lines);
  }
  story.tell('OpenOpportunity', {
    opportunityId,
    title: deal.title,
    pipelineId,
    stage: stages[random.chance(0.8) ? 0 : 1]?.stage,
    ...(deal.lines ? { lines: asLines(deal.lines, currency) } : { amount: money(deal.worth, currency) }),
    accountId: about.accountId,
    contactIds: [about.personId],
    expectedClose: story.dayAhead(random.whole(50, 180)),
    owner: company.owner,
    product: deal.product,
  });
  return opportunityId;
}

/**
 * Works on an opportunity until it is closed or the story is over.
 *
 * @param luck how likely it is won in the end
 */
export function workOn(
  story: Story,
  deal: Deal,
  company: Company,
  about: Required<About>,
  luck: number,
  roster: Roster,
): void {
  const { random } = story;
  const { opportunityId } = about;
  toItsPipeline(story, deal, opportunityId);
  const { stages } = deal.pipeline;
  const won = random.chance(luck);
  const loseAt = won ? stages.length : random.whole(1, stages.length - 1);
  const terms = termsOf(deal, about);
  let owner = company.owner;
  let at = 0;
  while (!story.over) {
    story.pass(8, 40);
    if (random.chance(0.3)) {
      interact(story, about, owner);
      story.pass(1, 6);
    }
    if (random.chance(0.08)) planAhead(story, about, owner);
    if (random.chance(0.12)) changeWorth(story, deal, opportunityId);
    if (random.chance(0.14)) {
      story.tell('RescheduleOpportunity', { opportunityId, expectedClose: story.dayAhead(random.whole(20, 90)) });
    }
    if (random.chance(0.02)) {
      owner = random.pick(sellers);
      story.tell('ReassignOpportunity', { opportunityId, owner });
    }
    agreeOn(story, terms, stages[at]?.probability ?? 0);
    if (at > 1 && random.chance(0.05)) {
      at -= 1;
      story.tell('MoveOpportunityBack', { opportunityId, to: stages[at]?.stage, reason: random.pick(moveBackReasons) });
      continue;
    }
    if (at >= loseAt) {
      if (lost(story, opportunityId)) return;
      // Back where it was, and this time it is bought.
      story.pass(3, 20);
      break;
    }
    if (at === stages.length - 1) break;
    at = Math.min(stages.length - 1, at + (random.chance(0.3) ? random.whole(2, 3) : 1));
    story.tell('AdvanceOpportunity', { opportunityId, to: stages[at]?.stage });
  }
  win(story, deal, company, about, { terms, owner, roster });
}

function win(
  story: Story,
  deal: Deal,
  company: Company,
  about: Required<About>,
  { terms, owner, roster }: { readonly terms: Terms; readonly owner: string; readonly roster: Roster },
): void {
  if (story.over) return;
  const { opportunityId, accountId } = about;
  const { currency } = deal.pipeline;
  const final = !deal.lines && story.random.chance(0.5) ? { amount: money(deal.worth, currency) } : {};
  buys(story, terms);
  story.tell('WinOpportunity', { opportunityId, ...final });
  roster.wins.push({ owner, at: story.now, worth: deal.worth });
  if (!story.random.chance(0.75)) return;
  const lines = deal.lines ?? [{ product: deal.product, quantity: 1, price: deal.worth }];
  orders(story, { accountId, company }, lines, { currency, opportunityId });
}

/** A conversion opens in the pipeline for first sales; what turns out to be a contract for care is moved. */
function toItsPipeline(story: Story, deal: Deal, opportunityId: string): void {
  if (deal.product !== 'Service contract' || deal.pipeline === carePipeline) return;
  story.pass(1, 4);
  deal.pipeline = carePipeline;
  const { pipelineId } = carePipeline;
  story.tell('MoveOpportunityToPipeline', { opportunityId, pipelineId, reason: 'It is about care, not a first sale' });
}

function changeWorth(story: Story, deal: Deal, opportunityId: string): void {
  const { random } = story;
  const { currency } = deal.pipeline;
  if (deal.lines) {
    deal.lines = deal.lines.map((line) => ({ ...line, quantity: Math.max(1, line.quantity + random.whole(-1, 2)) }));
    deal.worth = worthOf(deal.lines);
    story.tell('ChangeOpportunityLines', { opportunityId, lines: asLines(deal.lines, currency) });
    return;
  }
  deal.worth = Math.max(500, Math.round((deal.worth * (0.8 + random.next() * 0.5)) / 100) * 100);
  story.tell('ChangeOpportunityAmount', { opportunityId, amount: money(deal.worth, currency) });
}

/** Loses it. Answers whether that is the end of it: a few are opened again. */
function lost(story: Story, opportunityId: string): boolean {
  const { random } = story;
  const competitor = random.chance(0.4) ? { competitor: random.pick(competitors) } : {};
  story.tell('LoseOpportunity', { opportunityId, reason: random.pick(lossReasons), ...competitor });
  if (!random.chance(0.08)) return true;
  story.pass(10, 50);
  story.tell('ReopenOpportunity', { opportunityId, reason: random.pick(reopenReasons) });
  return false;
}
