import { setTimeout as sleep } from 'node:timers/promises';
import { isAccepted, sendCommands, type Answer } from '../../../apps/kroniek/client.js';
import { Random } from '../../../apps/kroniek/sample/random.js';
import { newLife, type Accepted, type Life, type Sent } from './lives.js';

export interface Acknowledged {
  readonly sent: Sent;
  readonly answer: Accepted;
}

/** Neither done nor refused as far as the caller can tell: sent again with the same key. */
const unknown = new Set([429, 500, 502, 503, 504]);

const patienceMs = 120_000;

/** One answer is one answer: line numbers are the body's, not the command's. */
const essence = ({ stream, revision, position, events }: Accepted): string =>
  JSON.stringify({ stream, revision, position, events });

/** Internal services that send commands, each until it is acknowledged, and now and then one that was. */
export class Load {
  readonly acknowledged: Acknowledged[] = [];
  /** What must not happen: a refusal, another answer to the same key. */
  readonly complaints: string[] = [];
  /** Tries that were not answered with 200. */
  retries = 0;
  repeated = 0;
  private stopping = false;
  private readonly abandoned = new AbortController();
  private readonly running: Promise<unknown>[] = [];

  constructor(
    private readonly url: string,
    private readonly key: string,
    private readonly seed: string,
  ) {}

  start(writers: number, linesInFlight: number): void {
    for (let writer = 0; writer < writers; writer++) {
      this.running.push(this.write(new Random(`${this.seed}/writer ${String(writer)}`)));
    }
    this.running.push(this.writeLines(new Random(`${this.seed}/lines`), linesInFlight));
    // Whoever stops it hears of what went wrong.
    for (const writer of this.running) writer.catch(() => undefined);
  }

  /** Sends acknowledged commands once more, drawn by lot. */
  async repeat(random: Random, times: number): Promise<void> {
    for (let left = times; left > 0 && this.acknowledged.length > 0; left -= 16) {
      await Promise.all(Array.from({ length: 16 }, () => this.again(random.pick(this.acknowledged))));
    }
  }

  /** There is nobody any more to send to. */
  abandon(): void {
    this.stopping = true;
    this.abandoned.abort();
  }

  /** Sends what is under way until it is acknowledged, and nothing new. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
  }

  private async write(random: Random): Promise<void> {
    let life = newLife(random);
    let next = life.next();
    while (!this.stopping) {
      if (next.done) next = (life = newLife(random)).next();
      if (next.done) continue;
      const answer = await this.untilAcknowledged(next.value);
      if (!answer) next = { done: true, value: undefined };
      else {
        this.acknowledged.push({ sent: next.value, answer });
        next = life.next(answer);
      }
      if (random.chance(0.05) && this.acknowledged.length > 0) await this.again(random.pick(this.acknowledged));
    }
  }

  private async again({ sent, answer }: Acknowledged): Promise<void> {
    const second = await this.untilAcknowledged(sent);
    if (!second) return;
    this.repeated++;
    if (essence(second) !== essence(answer)) {
      this.complain(sent, `was answered ${essence(answer)} and then ${essence(second)}`);
    }
  }

  private async untilAcknowledged(sent: Sent): Promise<Accepted | undefined> {
    const until = Date.now() + patienceMs;
    while (Date.now() < until && !this.abandoned.signal.aborted) {
      const answer = await this.send(sent);
      if (answer?.accepted) return answer.accepted;
      this.retries++;
      if (answer && !mayComeRight(sent, answer.status)) {
        this.complain(sent, `was refused: ${String(answer.status)} ${answer.text}`);
        return undefined;
      }
      await sleep(50);
    }
    this.complain(sent, 'was not answered in time');
    return undefined;
  }

  /** @returns undefined when the connection broke */
  private async send({ key, name, data, occurredAt }: Sent) {
    try {
      const response = await fetch(`${this.url}/v1/commands/${name}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.key}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify({ ...data, occurredAt }),
        signal: AbortSignal.any([this.abandoned.signal, AbortSignal.timeout(30_000)]),
      });
      const text = await response.text();
      const { status } = response;
      return { status, text, accepted: status === 200 ? (JSON.parse(text) as Accepted) : undefined };
    } catch {
      return undefined;
    }
  }

  /** Lives side by side in one body, a command of each in every round. */
  private async writeLines(random: Random, inFlight: number): Promise<void> {
    const lives = Array.from({ length: inFlight }, () => begin(random));
    while (!this.stopping) {
      for (const [place, { next }] of lives.entries()) if (next.done) lives[place] = begin(random);
      let under = lives.flatMap((living) => (living.next.done ? [] : [{ ...line(living.next.value), living }]));
      const until = Date.now() + patienceMs;
      while (under.length > 0 && !this.abandoned.signal.aborted) {
        const again: typeof under = [];
        const onAnswer = (asked: (typeof under)[number], answer: Answer): void => {
          const { sent, living } = asked;
          if (isAccepted(answer)) {
            this.acknowledged.push({ sent, answer });
            living.next = living.life.next(answer);
          } else if (mayComeRight(sent, answer.status) && Date.now() < until) {
            this.retries++;
            again.push(asked);
          } else {
            this.complain(sent, `was refused in a line: ${JSON.stringify(answer)}`);
            living.next = { done: true, value: undefined };
          }
        };
        const silenceMs = 15_000;
        const { signal } = this.abandoned;
        await sendCommands({ url: this.url, key: this.key }, under, { onAnswer, silenceMs, patienceMs, signal });
        under = again;
        if (under.length > 0) await sleep(50);
      }
    }
  }

  private complain({ name, key }: Sent, what: string): void {
    this.complaints.push(`${name} ${key} ${what}`);
  }
}

const mayComeRight = ({ awaitsProcess }: Sent, status: number): boolean =>
  unknown.has(status) || (awaitsProcess === true && status === 404);

interface Living {
  readonly life: Life;
  next: IteratorResult<Sent, void>;
}

function begin(random: Random): Living {
  const life = newLife(random);
  return { life, next: life.next() };
}

const line = (sent: Sent) => ({
  sent,
  command: sent.name,
  data: sent.data,
  idempotencyKey: sent.key,
  // Left out of the line when it is undefined.
  occurredAt: sent.occurredAt as string,
});
