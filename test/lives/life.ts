import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { Answer, Product } from '../../libs/testing/product.js';

interface Recorded {
  readonly stream: string;
  readonly position: string;
}

interface HistoryItem {
  readonly stream: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The life of a customer, reported day by day through HTTP alone. */
export class Life {
  #position = '0';

  constructor(private readonly product: Pick<Product, 'call'>) {}

  /** The command is carried out at that instant, and records just these events. */
  async done(at: string, command: string, body: object, ...events: readonly string[]): Promise<Recorded> {
    const { status, json, text } = await this.issue(at, command, body);
    if (status !== 200) throw new Error(`${command}: ${text}`);
    return this.recorded(command, json, events);
  }

  /** The command is turned down for that reason, and nothing is recorded. */
  async refused(at: string, command: string, body: object, code: string): Promise<void> {
    const { status, json } = await this.issue(at, command, body);
    expect([command, json['code'], status >= 400 && status < 500]).toEqual([command, code, true]);
  }

  /** The same, of what a process makes possible a moment later. */
  async soon(at: string, command: string, body: object, ...events: readonly string[]): Promise<Recorded> {
    for (let tries = 0; tries < 400; tries++) {
      const { status, json } = await this.issue(at, command, body);
      if (status === 200) return this.recorded(command, json, events);
      await sleep(25);
    }
    return this.done(at, command, body, ...events);
  }

  /** A read model's answer, which knows of all that was done. */
  async asked(path: string): Promise<Answer['json']> {
    const { status, json, text } = await this.answer(path);
    if (status !== 200) throw new Error(`${path}: ${text}`);
    return json;
  }

  answer(path: string): Promise<Answer> {
    const separator = path.includes('?') ? '&' : '?';
    return this.product.call('GET', `${path}${separator}minPosition=${this.#position}`);
  }

  /** All that happened to a person or an account, in order. What a process concludes of it is asked for apart. */
  async history(id: string, asOf?: string): Promise<readonly HistoryItem[]> {
    const until = asOf === undefined ? '' : `&asOf=${asOf}`;
    return (await this.told(id, until)).filter(({ stream }) => !stream.startsWith('customer-'));
  }

  /** The phases of a customer in the order of their instants, as soon as there are so many. */
  async phases(id: string, count: number): Promise<readonly string[]> {
    for (let tries = 400; ; tries--) {
      const phases = (await this.told(id)).filter(({ stream }) => stream === `customer-${id}`);
      if (phases.length >= count || tries === 0) {
        return phases.map(({ data }) => {
          const { at, to = 'none', wonBack } = data as { at: string; to?: string; wonBack?: true };
          return `${at.slice(0, 10)} ${to}${wonBack ? ' won back' : ''}`;
        });
      }
      await sleep(25);
    }
  }

  private async told(id: string, until = ''): Promise<readonly HistoryItem[]> {
    const { items, next } = await this.asked(`/v1/customers/${id}/history?limit=1000${until}`);
    expect(next).toBeNull();
    return items as readonly HistoryItem[];
  }

  /** Counts and amounts of the stages of the default pipeline in which something stands, at an instant. */
  async pipeline(asOf: string): Promise<object> {
    const { stages } = await this.asked(`/v1/pipelines/default?asOf=${asOf}`);
    const standing = (stages as { stage: string; count: number; amount: number }[]).filter(({ count }) => count > 0);
    return Object.fromEntries(standing.map(({ stage, count, amount }) => [stage, [count, amount]]));
  }

  private issue(at: string, command: string, body: object): Promise<Answer> {
    return this.product.call('POST', `/v1/commands/${command}`, { ...body, occurredAt: at });
  }

  private recorded(command: string, json: Answer['json'], events: readonly string[]): Recorded {
    const types = (json['events'] as { type: string }[]).map(({ type }) => type);
    expect([command, ...types]).toEqual([command, ...events]);
    const recorded = json as unknown as Recorded;
    this.#position = recorded.position;
    return recorded;
  }
}

export const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** Nine o'clock on a day. */
export const on = (day: string, hour = 9): string => `${day}T${String(hour).padStart(2, '0')}:00:00.000Z`;
