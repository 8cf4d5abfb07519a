import { systemClock, type Instant } from '../../../libs/kernel/index.js';
import { type Answer, type ApiAddress, isAccepted } from '../client.js';
import { Complaint } from '../complaint.js';
import { deliver } from '../delivery.js';
import { sampleCommands } from './commands.js';
import type { SampleCommand } from './story.js';

export interface LoadSampleOptions extends ApiAddress {
  /** The history ends on the evening before; left out: the present. */
  readonly now?: Instant;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

const seed = 'kroniek';

/** How long the processes may take to do what a wave asks of them. */
const processesMs = 60_000;

/** It stands there already: an earlier load on another day got so far, or the pipeline was there from the start. */
const alreadyThere = new Set(['IDEMPOTENCY_KEY_REUSED', 'OCCURRED_BEFORE_LAST_FACT']);

export interface LoadedSample {
  readonly accepted: number;
  /** Commands that an earlier load had got to. */
  readonly alreadyThere: number;
}

/**
 * Loads the sample data through the API. Loading it again adds nothing; a load that broke off goes on.
 *
 * @throws Complaint when the API cannot be reached or refuses a command
 */
export async function loadSample({ url, key, now, onProgress, signal }: LoadSampleOptions): Promise<LoadedSample> {
  const commands = sampleCommands(seed, now ?? systemClock.now());
  const total = commands.length;
  const counted = { accepted: 0, alreadyThere: 0 };
  const done = (): number => counted.accepted + counted.alreadyThere;
  const onAnswer = (line: SampleCommand, answer: Answer): void => {
    if (isAccepted(answer)) counted.accepted++;
    else if (alreadyThere.has(answer.code)) counted.alreadyThere++;
    else throw new Complaint(`The sample's ${line.command} was refused: ${answer.detail ?? answer.code}`);
    onProgress?.({ done: done(), total });
  };
  for (let wave = 0; done() < total && !signal?.aborted; wave++) {
    const lines = commands.filter((command) => command.wave === wave);
    await deliver({ url, key }, lines, { onAnswer, signal, referencesMs: processesMs });
  }
  return counted;
}
