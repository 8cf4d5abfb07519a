import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { Complaint } from './complaint.js';

/** Where the API is, and the key that is shown there. */
export interface ApiAddress {
  readonly url: string;
  readonly key?: string | undefined;
}

/** One line of `POST /v1/commands`. */
export interface CommandLine {
  readonly command: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string;
  readonly occurredAt: string;
}

/** The command was carried out, now or at an earlier time. */
export interface Accepted {
  readonly stream: string;
  readonly revision: number;
  /** A decimal number. */
  readonly position: string;
  readonly events: readonly { readonly id: string; readonly type: string }[];
}

/** The command was turned down: RFC 9457. */
export interface LineProblem {
  readonly status: number;
  readonly code: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

export type Answer = Accepted | LineProblem;

export const isAccepted = (answer: Answer): answer is Accepted => 'stream' in answer;

export interface SendOptions<T> {
  /** Called once for each line, in the order of the lines; the next answer waits for it. */
  readonly onAnswer: (line: T, answer: Answer) => void | Promise<void>;
  /** Lines sent and not answered yet. */
  readonly inFlight?: number;
  /** Aborted: no further line is taken; what was sent is still answered. */
  readonly signal?: AbortSignal | undefined;
  /** Tells of a connection that was lost. */
  readonly log?: (message: string) => void;
  /** Without any answer for so long, a connection is given up. */
  readonly silenceMs?: number;
  /** A body is ended, and the next begun, after so long: servers and proxies close those that go on for ever. */
  readonly bodyMs?: number;
  /** Without any progress for so long, over all connections, the sending is given up. */
  readonly patienceMs?: number;
}

const retryable = new Set([408, 429, 500, 502, 503, 504]);

/** The connection was lost before all that was sent was answered. */
class ConnectionLost extends Error {}

/**
 * Streams commands to the API and hands back each line's answer, with a bounded number under way. A lost connection is
 * made again and what was not answered is sent again: the idempotency keys make that right.
 *
 * @throws Complaint when the API does not take the key, or cannot be reached for `patienceMs`
 */
export async function sendCommands<T extends CommandLine>(
  api: ApiAddress,
  lines: AsyncIterable<T> | Iterable<T>,
  options: SendOptions<T>,
): Promise<void> {
  const source = new Source(lines, options.signal);
  const unanswered: T[] = [];
  const patience = options.patienceMs ?? 60_000;
  let lastProgress = Date.now();
  let tries = 0;
  const onAnswer = (line: T, answer: Answer): void | Promise<void> => {
    lastProgress = Date.now();
    tries = 0;
    return options.onAnswer(line, answer);
  };
  try {
    for (;;) {
      if (unanswered.length === 0) {
        const first = await source.next();
        if (!first) return;
        unanswered.push(first);
      }
      try {
        await new Body(api, source, unanswered, { ...options, onAnswer }).send();
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        const left = lastProgress + patience - Date.now();
        if (left <= 0) throw new Complaint(`${api.url} does not answer (${error.message}). Start it and try again.`);
        const pause = Math.min(100 * 2 ** tries++, 5_000, left);
        options.log?.(`The connection to ${api.url} was lost (${error.message}); trying again in ${pause} ms.`);
        await wait(pause);
      }
    }
  } finally {
    await source.close();
  }
}

/** The lines still to be sent. A line is taken once and never lost. */
class Source<T> {
  readonly #lines: AsyncIterator<T> | Iterator<T>;
  ended = false;

  constructor(
    lines: AsyncIterable<T> | Iterable<T>,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#lines = Symbol.asyncIterator in lines ? lines[Symbol.asyncIterator]() : lines[Symbol.iterator]();
  }

  async next(): Promise<T | undefined> {
    if (this.ended || this.signal?.aborted) {
      this.ended = true;
      return undefined;
    }
    const { done, value } = (await this.#lines.next()) as IteratorResult<T, unknown>;
    this.ended = done === true;
    return done === true ? undefined : value;
  }

  async close(): Promise<void> {
    await this.#lines.return?.();
  }
}

/** One request: lines up, answers down, both at once. */
class Body<T extends CommandLine> {
  #failure: Error | undefined;
  #request: ClientRequest | undefined;
  /** Wakes whoever waits for room, for the socket or for a failure. */
  #wake: () => void = () => undefined;

  constructor(
    private readonly api: ApiAddress,
    private readonly source: Source<T>,
    private readonly unanswered: T[],
    private readonly options: SendOptions<T>,
  ) {}

  async send(): Promise<void> {
    const request = this.open();
    this.#request = request;
    const answered = new Promise<void>((resolve, reject) => {
      request.on('error', (error) => reject(new ConnectionLost(error.message)));
      request.on('response', (response) => {
        this.read(response).then(resolve, reject);
      });
    });
    const reading = answered.catch((error: unknown) => this.fail(error as Error));
    try {
      await this.write(request);
    } catch (error) {
      this.fail(error as Error);
    }
    await reading;
    if (this.#failure) throw this.#failure;
  }

  private open(): ClientRequest {
    const { url, key } = this.api;
    const target = new URL(`${url.replace(/\/$/, '')}/v1/commands`);
    const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, {
      method: 'POST',
      headers: {
        accept: 'application/x-ndjson',
        'content-type': 'application/x-ndjson',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
    });
    request.on('drain', () => this.#wake());
    request.on('close', () => this.#wake());
    // Silence while nothing is under way is the source taking its time.
    request.setTimeout(this.options.silenceMs ?? 60_000, () => {
      if (this.unanswered.length > 0) request.destroy(new Error('no answer came'));
    });
    return request;
  }

  private async write(request: ClientRequest): Promise<void> {
    const { inFlight = 512, bodyMs = 60_000 } = this.options;
    const until = Date.now() + bodyMs;
    for (const line of [...this.unanswered]) request.write(lineOf(line));
    while (!this.#failure && !request.destroyed) {
      if (this.unanswered.length >= inFlight || request.writableNeedDrain) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const next = Date.now() < until || this.unanswered.length === 0 ? await this.source.next() : undefined;
      if (!next) break;
      this.unanswered.push(next);
      request.write(lineOf(next));
    }
    request.end();
  }

  private async read(response: IncomingMessage): Promise<void> {
    const status = response.statusCode ?? 0;
    if (status !== 200) throw await this.refusal(response, status);
    for await (const text of received(response)) {
      const line = this.unanswered[0];
      const answer = parse(text);
      if (!line || !answer) throw new ConnectionLost('the answer is not understood');
      await this.options.onAnswer(line, answer);
      this.unanswered.shift();
      this.#wake();
    }
    if (this.unanswered.length > 0) throw new ConnectionLost('the answer ended early');
  }

  /** The whole body was turned down. */
  private async refusal(response: IncomingMessage, status: number): Promise<Error> {
    let text = '';
    try {
      for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    } catch {
      // What could be read of it is enough.
    }
    if (retryable.has(status)) return new ConnectionLost(`it answered ${status}`);
    const { detail, title } = (parse(text) as Partial<LineProblem> | undefined) ?? {};
    const known =
      status === 401
        ? `${this.api.key === undefined ? 'Set KRONIEK_KEY to a key' : 'The key in KRONIEK_KEY is not known'}. `
        : '';
    return new Complaint(`${known}${this.api.url} answered ${status}: ${detail ?? title ?? text.slice(0, 200)}`);
  }

  private fail(error: Error): void {
    this.#failure ??= error;
    this.#request?.destroy();
    this.#wake();
  }
}

const lineOf = ({ command, data, idempotencyKey, occurredAt }: CommandLine): string =>
  `${JSON.stringify({ command, data, idempotencyKey, occurredAt })}\n`;

/** The lines of the answer; whatever ends them early is a lost connection. */
async function* received(response: IncomingMessage): AsyncGenerator<string> {
  const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string, undefined>;
  let held = '';
  for (;;) {
    const { done, value } = await chunks.next().catch((error: unknown) => {
      throw new ConnectionLost(error instanceof Error ? error.message : String(error));
    });
    if (done) break;
    const lines = (held + value).split('\n');
    held = lines.pop() ?? '';
    yield* lines.filter((line) => line.trim() !== '');
  }
  if (held.trim() !== '') yield held;
}

function parse(text: string): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? (answer as Answer) : undefined;
  } catch {
    return undefined;
  }
}
