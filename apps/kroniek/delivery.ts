import { setTimeout as wait } from 'node:timers/promises';
import {
  type Answer,
  type ApiAddress,
  type CommandLine,
  isAccepted,
  sendCommands,
  type SendOptions,
} from './client.js';

export interface DeliveryOptions<T> extends SendOptions<T> {
  /** How long a command may wait for what it refers to, counted from the last one that came right. */
  readonly referencesMs?: number;
}

/** Commands held back to be sent again; beyond these a refusal is final. */
const mostHeld = 20_000;
/** How long stores may be out of reach. */
const unavailableMs = 60_000;

interface Held<T> {
  readonly line: T;
  readonly answer: Answer;
}

const isUnavailable = (answer: Answer): boolean =>
  !isAccepted(answer) && (answer.status === 503 || answer.status === 429);

/** A process is about to do what these miss. */
const notYet = new Set(['CAMPAIGN_MEMBERS_NOT_FIXED', 'MERGE_UNDER_WAY']);

/** Whether what was refused may be accepted a moment later. */
const mayComeRight = (answer: Answer): boolean =>
  !isAccepted(answer) && (answer.status === 404 || notYet.has(answer.code));

/**
 * Sends commands, and sends those again that may come right: what they refer to may be further down in the file or be
 * made by a process a moment later, or a store was out of reach. Each line is answered once, when its answer is final.
 */
export async function deliver<T extends CommandLine>(
  api: ApiAddress,
  lines: AsyncIterable<T> | Iterable<T>,
  options: DeliveryOptions<T>,
): Promise<void> {
  const { onAnswer, referencesMs = 5_000, signal } = options;
  const held: Held<T>[] = [];
  let settled = 0;
  let unavailable = 0;
  const answered = (line: T, answer: Answer): void | Promise<void> => {
    if (isUnavailable(answer)) unavailable++;
    else if (!mayComeRight(answer)) {
      settled++;
      return onAnswer(line, answer);
    }
    if (held.length >= mostHeld) return onAnswer(line, answer);
    held.push({ line, answer });
  };
  async function* unhurried(): AsyncGenerator<T> {
    for await (const line of lines) {
      // Where a store does not answer, more of the same helps nobody.
      for (let pause = 200; unavailable > 0 && pause <= 1_600; pause *= 2) {
        unavailable = 0;
        await wait(pause);
      }
      yield line;
    }
  }
  await sendCommands(api, unhurried(), { ...options, onAnswer: answered });

  let since = Date.now();
  let pause = 100;
  while (held.length > 0 && !signal?.aborted) {
    const patience = held.some(({ answer }) => isUnavailable(answer)) ? unavailableMs : referencesMs;
    if (Date.now() - since > patience) break;
    await wait(pause);
    const again = held.splice(0).map(({ line }) => line);
    const before = settled;
    await sendCommands(api, again, { ...options, onAnswer: answered });
    if (settled > before) since = Date.now();
    pause = settled > before ? 100 : Math.min(pause * 2, 1_000);
  }
  for (const { line, answer } of held) await onAnswer(line, answer);
}
