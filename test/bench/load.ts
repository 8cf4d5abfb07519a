import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
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

/** An event of about 400 bytes, as the product writes them. */
const plainEvent = () =>
  jsonEvent({
    type: 'LeadRegistered',
    data: { source: 'trade fair', potential: 'customer', filler: 'x'.repeat(140) },
    metadata: {
      $correlationId: randomUUID(),
      $causationId: randomUUID(),
      occurredAt: new Date().toISOString(),
      schema: 1,
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

export class Http {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 128 });

  constructor(private readonly api: ApiAccess) {}

  call(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const sent = request(
        `${this.api.url}${path}`,
        {
          method,
          agent: this.agent,
          headers: {
            authorization: `Bearer ${this.api.key}`,
            ...(payload ? { 'content-type': 'application/json', 'content-length': payload.length } : {}),
            ...headers,
          },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            if (answer.statusCode === 200) resolve(JSON.parse(text));
            else reject(new Error(`${path}: ${String(answer.statusCode)} ${text}`));
          });
        },
      );
      sent.on('error', reject);
      sent.end(payload);
    });
  }

  close(): void {
    this.agent.destroy();
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

/** Commands through one NDJSON request, at most `lanes` unanswered; commands per second. */
export async function throughNdjson(api: ApiAccess, total: number, lanes: number): Promise<number> {
  const lives = new Lives();
  const started = performance.now();
  await new Promise<void>((resolve, reject) => {
    const sent = request(`${api.url}/v1/commands`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/x-ndjson' },
    });
    let written = 0;
    let answered = 0;
    const write = (): void => {
      for (; written < total && written - answered < lanes; written++) {
        const line = { ...lives.next(written % lanes), idempotencyKey: randomUUID() };
        sent.write(`${JSON.stringify(line)}\n`);
      }
      if (written === total) sent.end();
    };
    sent.on('error', reject);
    sent.on('response', (answer) => {
      createInterface({ input: answer })
        .on('line', (line) => {
          if (!line.includes('"revision"')) reject(new Error(line));
          answered++;
          write();
        })
        .on('close', resolve);
    });
    write();
  });
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
