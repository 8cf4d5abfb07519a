import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { type Answer, type CommandLine, isAccepted, sendCommands } from './client.js';
import { deliver } from './delivery.js';

const line = (number: number): CommandLine => ({
  command: 'OpenAccount',
  data: { number },
  idempotencyKey: `key ${number}`,
  occurredAt: '2020-01-01T00:00:00.000Z',
});

function* lines(count: number): Generator<CommandLine> {
  for (let number = 0; number < count; number++) yield line(number);
}

const accepted = (sent: CommandLine): Answer => ({
  stream: `account-${String(sent.data['number'])}`,
  revision: 0,
  position: '1',
  events: [{ id: sent.idempotencyKey, type: 'AccountOpened' }],
});
const problem = (status: number, code: string): Answer => ({ status, code, detail: code });

type Handle = (request: IncomingMessage, response: ServerResponse, bodies: number) => void | Promise<void>;

/** Answers line by line; what `answer` says for a line, or ends the connection when it says nothing. */
const answering =
  (answer: (sent: CommandLine, body: number) => Answer | undefined): Handle =>
  async (request, response, body) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for await (const text of createInterface({ input: request })) {
      const said = answer(JSON.parse(text) as CommandLine, body);
      if (!said) {
        request.destroy();
        return;
      }
      response.write(`${JSON.stringify(said)}\n`);
    }
    response.end();
  };

describe('streaming commands', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function serve(handle: Handle): Promise<{ url: string; key: string; bodies: () => number }> {
    let bodies = 0;
    const server = createServer((request, response) => {
      Promise.resolve(handle(request, response, ++bodies)).catch(() => response.destroy());
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, key: 'secret', bodies: () => bodies };
  }

  /** Sends lines and returns what was answered, by number of the line. */
  async function send(
    api: { url: string; key: string },
    count: number,
    options: Partial<Parameters<typeof sendCommands<CommandLine>>[2]> = {},
    by: typeof sendCommands<CommandLine> = sendCommands,
  ): Promise<string[]> {
    const answers: string[] = [];
    await by(api, lines(count), {
      onAnswer: (sent, answer) => {
        answers.push(`${String(sent.data['number'])} ${isAccepted(answer) ? answer.stream : answer.code}`);
      },
      ...options,
    });
    return answers;
  }

  const inOrder = (count: number): string[] =>
    Array.from({ length: count }, (_, number) => `${number} account-${number}`);

  it('hands each line its answer, with a bounded number under way', async () => {
    let most = 0;
    let taken = 0;
    let answered = 0;
    const api = await serve(answering(accepted));
    function* counted(): Generator<CommandLine> {
      for (const each of lines(3_000)) {
        most = Math.max(most, ++taken - answered);
        yield each;
      }
    }
    const answers: string[] = [];
    await sendCommands(api, counted(), {
      inFlight: 50,
      onAnswer: (sent) => {
        answered++;
        answers.push(sent.idempotencyKey);
      },
    });
    expect(answers).toEqual([...lines(3_000)].map(({ idempotencyKey }) => idempotencyKey));
    expect(most).toBeLessThanOrEqual(51);
    expect(api.bodies()).toBe(1);
  });

  it('shows the key, and sends nothing but what the API knows', async () => {
    const seen: unknown[] = [];
    const api = await serve(async (request, response, body) => {
      seen.push(request.headers.authorization, request.headers['content-type']);
      await answering((sent) => {
        seen.push(sent);
        return accepted(sent);
      })(request, response, body);
    });
    await sendCommands(api, [{ ...line(1), row: 'of a file' }], { onAnswer: () => undefined });
    expect(seen).toEqual(['Bearer secret', 'application/x-ndjson', line(1)]);
  });

  it('makes a lost connection again and sends what was not answered, in order', async () => {
    const received: number[][] = [];
    const api = await serve(
      answering((sent, body) => {
        const number = Number(sent.data['number']);
        (received[body] ??= []).push(number);
        const drop = body < 4 && number >= body * 100;
        return drop ? undefined : accepted(sent);
      }),
    );
    expect(await send(api, 500, { inFlight: 64 })).toEqual(inOrder(500));
    expect(api.bodies()).toBe(4);
    expect(received[2]?.[0]).toBeLessThanOrEqual(100);
  });

  it('gives up a connection on which nothing is answered', async () => {
    const api = await serve(async (request, response, body) => {
      if (body === 1) request.resume();
      else await answering(accepted)(request, response, body);
    });
    expect(await send(api, 10, { silenceMs: 100 })).toEqual(inOrder(10));
  });

  it('waits out an API that is not ready, and gives up in the end', async () => {
    const api = await serve(async (request, response, body) => {
      request.resume();
      if (body < 3) response.writeHead(503).end();
      else await answering(accepted)(request, response, body);
    });
    expect(await send(api, 10)).toEqual(inOrder(10));
    const nobody = { url: 'http://127.0.0.1:1', key: 'secret' };
    await expect(send(nobody, 1, { patienceMs: 50 })).rejects.toThrow('http://127.0.0.1:1 does not answer');
  });

  it('says what is wrong when the whole body is turned down', async () => {
    const api = await serve((request, response) => {
      request.resume();
      response.writeHead(401, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ status: 401, code: 'UNAUTHENTICATED', detail: 'Send a key.' }));
    });
    await expect(send(api, 1_000)).rejects.toThrow('The key in KRONIEK_KEY is not known');
    expect(api.bodies()).toBe(1);
  });

  it('passes on what goes wrong on our side, at the source or with an answer', async () => {
    const api = await serve(answering(accepted));
    function* broken(): Generator<CommandLine> {
      yield* lines(3);
      throw new Error('the file is gone');
    }
    await expect(sendCommands(api, broken(), { onAnswer: () => undefined })).rejects.toThrow('the file is gone');
    const full = Object.assign(new Error('the disk is full'), { code: 'ENOSPC' });
    const onAnswer = (): never => {
      throw full;
    };
    await expect(sendCommands(api, lines(3), { onAnswer })).rejects.toThrow(full);
  });

  it('opens no connection when there is nothing to send', async () => {
    expect(await send({ url: 'http://127.0.0.1:1', key: '' }, 0)).toEqual([]);
  });

  it('begins another body now and then', async () => {
    const api = await serve(answering(accepted));
    async function* slow(): AsyncGenerator<CommandLine> {
      for (const each of lines(10)) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        yield each;
      }
    }
    const answers: CommandLine[] = [];
    await sendCommands(api, slow(), { bodyMs: 30, onAnswer: (sent) => void answers.push(sent) });
    expect(answers).toEqual([...lines(10)]);
    expect(api.bodies()).toBeGreaterThan(1);
  });

  it('takes no further line when stopped, and still hands over the answers to those sent', async () => {
    const stop = new AbortController();
    const api = await serve(
      answering((sent) => {
        if (sent.data['number'] === 20) stop.abort();
        return accepted(sent);
      }),
    );
    const answers = await send(api, 100_000, { signal: stop.signal, inFlight: 30 });
    expect(answers.length).toBeGreaterThan(20);
    expect(answers.length).toBeLessThan(200);
    expect(answers).toEqual(inOrder(answers.length));
  });

  it('sends those again that came too early, or while a store was out of reach', async () => {
    const known = new Set<number>();
    let out = 3;
    const api = await serve(
      answering((sent) => {
        const number = Number(sent.data['number']);
        // Each of the first ten refers to the next one, so they come right from the last to the first.
        if (number < 10 && !known.has(number + 1)) return problem(404, 'ACCOUNT_NOT_FOUND');
        if (number === 15 && out-- > 0) return problem(503, 'STORE_UNAVAILABLE');
        known.add(number);
        return accepted(sent);
      }),
    );
    const answers = await send(api, 20, {}, deliver);
    expect([...answers].sort()).toEqual(inOrder(20).sort());
  });

  it('reports those that never come right, once', async () => {
    const api = await serve(
      answering((sent) => (sent.data['number'] === 1 ? problem(404, 'NOT_THERE') : accepted(sent))),
    );
    const answers: string[] = [];
    const onAnswer = (sent: CommandLine, answer: Answer): void => {
      answers.push(`${String(sent.data['number'])} ${isAccepted(answer) ? 'taken' : answer.code}`);
    };
    await deliver(api, lines(3), { onAnswer, referencesMs: 250 });
    expect(answers).toEqual(['0 taken', '2 taken', '1 NOT_THERE']);
  });
});
