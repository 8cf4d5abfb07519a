import { defaultPipeline } from '../../../libs/domain/pipeline/pipeline.js';
import { type About, interact, planAhead } from './activities.js';
import type { Company } from './people.js';
import type { Story } from './story.js';
import { competitors, lossReasons, moveBackReasons, products, reopenReasons } from './words.js';

const stages = defaultPipeline.stages.map(({ stage }) => stage);

/** What is at stake. */
export interface Deal {
  readonly title: string;
  readonly product: string;
  /** In whole euros. */
  readonly worth: number;
}

export const euros = (worth: number) => ({ amount: worth * 100, currency: defaultPipeline.currency });

/** Something that this company might buy. */
export function aDeal({ random }: Story, { name }: Company): Deal {
  const product = random.pick(Object.keys(products));
  const worth = Math.max(500, Math.round(random.around(products[product] ?? 10_000, 1.1) / 100) * 100);
  return { title: `${product} for ${name}`, product, worth };
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
  story.tell('OpenOpportunity', {
    opportunityId,
    title: deal.title,
    pipelineId: defaultPipeline.pipelineId,
    stage: stages[random.chance(0.8) ? 0 : 1],
    amount: euros(deal.worth),
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
  place: number,
  luck: number,
): void {
  const { random } = story;
  const { opportunityId } = about;
  const won = random.chance(luck);
  const loseAt = won ? stages.length : random.whole(Math.min(place + 1, stages.length - 1), stages.length - 1);
  let { worth } = deal;
  let at = place;
  while (!story.over) {
    story.pass(6, 34);
    for (let contacts = random.whole(0, 1); contacts > 0; contacts--) {
      interact(story, about, company.owner);
      story.pass(1, 6);
    }
    if (random.chance(0.15)) planAhead(story, about, company.owner);
    if (random.chance(0.15)) {
      worth = Math.max(500, Math.round((worth * (0.8 + random.next() * 0.5)) / 100) * 100);
      story.tell('ChangeOpportunityAmount', { opportunityId, amount: euros(worth) });
    }
    if (random.chance(0.2)) {
      story.tell('RescheduleOpportunity', { opportunityId, expectedClose: story.dayAhead(random.whole(20, 90)) });
    }
    if (at > 1 && random.chance(0.05)) {
      at -= 1;
      const reason = random.pick(moveBackReasons);
      story.tell('MoveOpportunityBack', { opportunityId, to: stages[at], reason });
      continue;
    }
    if (at >= loseAt) {
      if (lost(story, opportunityId)) return;
      // Back where it was, and this time it is bought.
      story.pass(3, 20);
      story.tell('WinOpportunity', { opportunityId, amount: euros(worth) });
      return;
    }
    if (at === stages.length - 1) {
      story.tell('WinOpportunity', { opportunityId, ...(random.chance(0.5) ? { amount: euros(worth) } : {}) });
      return;
    }
    at = Math.min(stages.length - 1, at + (random.chance(0.2) ? random.whole(2, 3) : 1));
    story.tell('AdvanceOpportunity', { opportunityId, to: stages[at] });
  }
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
