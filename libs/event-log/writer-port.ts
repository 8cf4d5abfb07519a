import { type Position, Refusal } from '../kernel/index.js';
import { type ProposedEvent, tooLarge } from './envelope.js';
import { StoreRefused, StoreUnavailable, WrongRevision } from './errors.js';
import type { Port } from './feed-port.js';
import type { Writer } from './log-writer.js';

/** An append on its way to the thread that writes. */
interface Asked {
  readonly of: number;
  readonly stream: string;
  readonly revision: number | null;
  readonly events: readonly ProposedEvent[];
}

/** What became of it. */
type Told = { readonly of: number } & ({ readonly position: string } | { readonly failed: Failed });

type Failed =
  | { readonly because: 'moved-on' | 'too-large' }
  | { readonly because: 'unavailable' | 'refused'; readonly doing: string; readonly code: string };

/** Of more that come at once the first are sent ahead: one thread works on them while the other goes on. */
const mostTogether = 8;

/**
 * Sends what comes together in one message, as JSON: a structured clone of so many small objects takes several times as
 * long.
 */
function together<Item>(port: Port): (item: Item) => void {
  let items: Item[] = [];
  const send = (): void => {
    if (items.length > 0) port.postMessage(JSON.stringify(items));
    items = [];
  };
  return (item) => {
    const count = items.push(item);
    if (count === mostTogether) send();
    else if (count === 1) setImmediate(send);
  };
}

/**
 * Writes for another thread, which then has its time for itself: the client and protobuf take a good part of what a
 * command costs.
 */
export function serveWriter(port: Port, writer: Pick<Writer, 'append'>): void {
  const tell = together<Told>(port);
  port.on('message', (asked: string) => {
    for (const { of, stream, revision, events } of JSON.parse(asked) as readonly Asked[]) {
      void writer.append(stream, revision, events).then(
        (position) => tell({ of, position: String(position) }),
        (error: unknown) => tell({ of, failed: failureOf(error) }),
      );
    }
  });
}

/** What is no failure of an append ends the thread, and with it the process. */
function failureOf(error: unknown): Failed {
  if (error instanceof WrongRevision) return { because: 'moved-on' };
  if (error instanceof StoreUnavailable) return { because: 'unavailable', doing: error.doing, code: error.code };
  if (error instanceof StoreRefused) return { because: 'refused', doing: error.doing, code: error.code };
  if (error instanceof Refusal && error.code === tooLarge().code) return { because: 'too-large' };
  throw error;
}

interface Waiting {
  readonly asked: Asked;
  readonly resolve: (position: Position) => void;
  readonly reject: (error: Error) => void;
}

/** The writer that another thread has. */
export class PortWriter implements Writer {
  private readonly waiting = new Map<number, Waiting>();
  private readonly ask: (asked: Asked) => void;
  private asked = 0;
  private closed = false;

  constructor(port: Port) {
    this.ask = together(port);
    port.on('message', (told: string) => {
      for (const one of JSON.parse(told) as readonly Told[]) this.settle(one);
    });
  }

  append(stream: string, revision: number | null, events: readonly ProposedEvent[]): Promise<Position> {
    if (this.closed) return Promise.reject(closing(stream));
    const asked = { of: this.asked++, stream, revision, events };
    return new Promise((resolve, reject) => {
      this.waiting.set(asked.of, { asked, resolve, reject });
      this.ask(asked);
    });
  }

  close(): Promise<void> {
    this.closed = true;
    for (const { asked, reject } of this.waiting.values()) reject(closing(asked.stream));
    this.waiting.clear();
    return Promise.resolve();
  }

  private settle(told: Told): void {
    const found = this.waiting.get(told.of);
    if (!found) return;
    this.waiting.delete(told.of);
    if ('position' in told) found.resolve(BigInt(told.position));
    else found.reject(errorOf(told.failed, found.asked));
  }
}

const closing = (stream: string): StoreUnavailable => new StoreUnavailable(`appending to ${stream}`, 'connection-lost');

function errorOf(failed: Failed, { stream, revision }: Asked): Error {
  switch (failed.because) {
    case 'moved-on':
      return new WrongRevision(stream, revision);
    case 'too-large':
      return tooLarge();
    case 'unavailable':
      return new StoreUnavailable(failed.doing, failed.code);
    case 'refused':
      return new StoreRefused(failed.doing, failed.code);
  }
}
