import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { jsonEvent, NO_STREAM } from '@eventstore/db-client';
import pg from 'pg';

/** Work per second of `total` pieces, `lanes` of them under way at once. */
export async function rate(
  total: number,
  lanes: number,
  work: (index: number, lane: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let index = next++; index < total; index = next++) await work(index, lane);
    }),
  );
  return (total * 1_000) / (performance.now() - started);
}

/** What a lane does with one person: a short life of four commands, then the next person. */
export class Lives {
  private readonly lives = new Map<number, { personId: string; step: number }>();

  next(lane: number): { command: string; data: Record<string, unknown> } {
    const life = this.lives.get(lane) ?? { personId: randomUUID(), step: 0 };
    const { personId, step } = life;
    this.lives.set(lane, step === 3 ? { personId: randomUUID(), step: 0 } : { personId, step: step + 1 });
    switch (step) {
      case 0: {
        const data = { personId, name: 'Marijke van Dalen', email: `m.${personId}@example.com`, source: 'trade fair' };
        return { command: 'RegisterLead', data };
      }
      case 1:
        return { command: 'QualifyLead', data: { personId, to: 'marketing-qualified' } };
      case 2:
        return { command: 'QualifyLead', data: { personId, to: 'sales-qualified' } };
      default: {
        const note = 'Asked for the price of the larger model; calls back after the holidays.';
        const data = { personId, kind: 'phone-call', direction: 'outbound', outcome: 'reached', by: 'e.smit', note };
        return { command: 'LogActivity', data };
      }
    }
  }
}

const hash = 'a1'.repeat(32);

/** An event of the size that the product's own have in this load: 170 bytes of data, 370 of metadata. */
const plainEvent = () =>
  jsonEvent({
    type: 'LeadRegistered',
    data: { source: 'trade fair', potential: 'customer', filler: 'x'.repeat(110) },
    metadata: {
      $correlationId: randomUUID(),
      $causationId: randomUUID(),
      actor: { id: hash.slice(0, 36), role: 'service' },
      occurredAt: new Date().toISOString(),
      schema: 1,
      previousHash: hash.slice(0, 40),
      hash,
    },
  });

/** The client alone: the yardstick. Four events a stream, each at its expected revision. */
export function bareAppend(client: EventStoreDBClient): (index: number, lane: number) => Promise<unknown> {
  const streams = new Map<number, { name: string; revision: bigint | null }>();
  return async (_, lane) => {
    const stream = streams.get(lane) ?? { name: `bench-${randomUUID()}`, revision: null };
    const { nextExpectedRevision } = await client.appendToStream(stream.name, plainEvent(), {
      expectedRevision: stream.revision ?? NO_STREAM,
    });
    if (nextExpectedRevision >= 3n) streams.delete(lane);
    else streams.set(lane, { name: stream.name, revision: nextExpectedRevision });
  };
}

export interface ApiAccess {
  readonly url: string;
  readonly key: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const mostIdleMs = 2_000;

/** One kept connection: a request, its answer, the next request. */
class HttpLine {
  idleSince = 0;
  private held: Buffer = Buffer.alloc(0);
  private settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  constructor(
    private readonly socket: Socket,
    ended: () => void,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', (error) => this.settle?.reject(error));
    socket.on('close', () => {
      ended();
      this.settle?.reject(new Error('The API closed a connection.'));
    });
  }

  ask(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const head = this.held.indexOf('\r\n\r\n');
    if (head < 0) return;
    const said = this.held.toString('latin1', 0, head);
    const end = head + 4 + Number(/^content-length: (\d+)/im.exec(said)?.[1] ?? Number.NaN);
    if (Number.isNaN(end)) throw new Error(`An answer does not tell its length: ${said}`);
    if (this.held.length < end) return;
    const answer = { status: Number(said.slice(9, 12)), text: this.held.toString('utf8', head + 4, end) };
    this.held = this.held.subarray(end);
    this.settle?.resolve(answer);
    this.settle = undefined;
  }
}

/**
 * Asks the API over kept connections. By hand, as it runs on the very processors that are measured, and `node:http` needs
 * four times as much of them.
 */
export class Http {
  private readonly idle: HttpLine[] = [];

  constructor(private readonly api: ApiAccess) {}

  async call(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<unknown> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const { host, hostname, port } = new URL(this.api.url);
    const line = this.kept() ?? this.open(hostname, Number(port));
    let request = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${this.api.key}\r\n`;
    if (payload) {
      request += `content-type: application/json\r\ncontent-length: ${String(Buffer.byteLength(payload))}\r\n`;
    }
    for (const [name, value] of Object.entries(headers)) request += `${name}: ${value}\r\n`;
    const { status, text } = await line.ask(`${request}\r\n${payload}`);
    line.idleSince = performance.now();
    this.idle.push(line);
    if (status === 200) return JSON.parse(text) as unknown;
    throw new Error(`${path}: ${String(status)} ${text}`);
  }

  close(): void {
    for (const line of this.idle.splice(0)) line.close();
  }

  /** The one used last. One that was idle for long may be closed by the API in the very moment in which it is asked. */
  private kept(): HttpLine | undefined {
    const line = this.idle.pop();
    if (!line || performance.now() - line.idleSince < mostIdleMs) return line;
    for (const old of [line, ...this.idle.splice(0)]) old.close();
    return undefined;
  }

  private open(host: string, port: number): HttpLine {
    const line: HttpLine = new HttpLine(connect({ host, port }), () => {
      const at = this.idle.indexOf(line);
      if (at >= 0) this.idle.splice(at, 1);
    });
    return line;
  }
}

/** Commands over HTTP, one a request. */
export function overHttp(http: Http): (index: number, lane: number) => Promise<unknown> {
  const lives = new Lives();
  return (_, lane) => {
    const { command, data } = lives.next(lane);
    return http.call('POST', `/v1/commands/${command}`, data, { 'idempotency-key': randomUUID() });
  };
}

/**
 * Commands through one NDJSON request. As with bare appends there are as many streams of persons as lanes; the API records
 * what is about one stream one after the other, and has as many lines under way as it likes to.
 *
 * @param unanswered lines without an answer, at most: no more are written. Left out, they are written as fast as they are
 *   taken
 * @returns commands per second
 */
export async function throughNdjson(
  api: ApiAccess,
  total: number,
  lanes: number,
  unanswered = Number.POSITIVE_INFINITY,
): Promise<number> {
  const lives = new Lives();
  const sent = request(`${api.url}/v1/commands`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/x-ndjson' },
  });
  let answers = 0;
  let heard = (): void => undefined;
  const lines = async function* (): AsyncGenerator<string> {
    for (let written = 0; written < total; written++) {
      while (written - answers >= unanswered) await new Promise<void>((resume) => (heard = resume));
      yield `${JSON.stringify({ ...lives.next(written % lanes), idempotencyKey: randomUUID() })}\n`;
    }
  };
  const started = performance.now();
  const answered = new Promise<void>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (answer) => {
      createInterface({ input: answer })
        .on('line', (line) => {
          answers++;
          heard();
          if (!line.includes('"revision"')) reject(new Error(line));
        })
        .on('close', resolve);
    });
  });
  await Promise.all([answered, pipeline(lines, sent)]);
  return (total * 1_000) / (performance.now() - started);
}

/** What most systems do: overwrite the row and note the change, in one transaction. */
export async function crud(url: string, total: number, lanes: number): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  try {
    await pool.query(`create table if not exists bench_lead (id int primary key, level text, note text, changed_at timestamptz);
      create table if not exists bench_audit (id bigserial primary key, lead int, actor text, what jsonb, at timestamptz default now());
      insert into bench_lead select n, 'unqualified', '', now() from generate_series(0, 999) n on conflict do nothing`);
    const note = 'x'.repeat(200);
    return await rate(total, lanes, async (index, lane) => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await client.query({
          name: 'update',
          text: 'update bench_lead set level = $2, note = $3, changed_at = now() where id = $1',
          values: [(lane * 13 + index) % 1_000, 'marketing-qualified', note],
        });
        await client.query({
          name: 'audit',
          text: 'insert into bench_audit (lead, actor, what) values ($1, $2, $3)',
          values: [index % 1_000, 'e.smit', JSON.stringify({ level: 'marketing-qualified', note })],
        });
        await client.query('commit');
      } finally {
        client.release();
      }
    });
  } finally {
    await pool.end();
  }
}
