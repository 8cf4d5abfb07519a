import { defaultPipeline } from '../../../libs/domain/pipeline/pipeline.js';
import type { SoldLine } from './money.js';
import type { Company } from './people.js';
import type { SamplePipeline } from './settings.js';
import type { Story } from './story.js';
import { products } from './words.js';

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

/** Something that this company might buy. */
export function aDeal({ random }: Story, { name }: Company): Deal {
  const product = random.pick(Object.keys(products));
  const worth = Math.max(500, Math.round(random.around(products[product] ?? 10_000, 1.1) / 100) * 100);
  return { title: `${product} for ${name}`, product, pipeline: defaultPipeline, worth };
}
