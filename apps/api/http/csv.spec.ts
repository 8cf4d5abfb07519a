import { describe, expect, it } from '@jest/globals';
import type { StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Page, type Paged, respondPages } from './csv.js';

interface Row {
  readonly id: number;
  readonly price: { readonly amount: number } | null;
  readonly data: object;
}

const columns = ['id', 'price.amount', 'data'];
const headers: Record<string, unknown> = {};
const reply = { header: (name: string, value: unknown) => (headers[name] = value) } as unknown as FastifyReply;
const request = { headers: { accept: 'text/csv' } } as unknown as FastifyRequest;

/** A list of so many pages; `asked` counts those that were asked for. */
function list(pages: number) {
  const asked: Paged[] = [];
  const ask = (page: Paged): Promise<Page<Row>> => {
    const place = Number(page.cursor ?? 0);
    asked.push(page);
    const items = Array.from({ length: 1_000 }, (_, index) => ({
      id: place * 1_000 + index,
      price: index % 2 ? null : { amount: index },
      data: { note: ['x'.repeat(50)] },
    }));
    return Promise.resolve({ items, next: place + 1 < pages ? String(place + 1) : null });
  };
  return { asked, ask };
}

const stream = async (ask: (page: Paged) => Promise<Page<Row>>) =>
  ((await respondPages(request, reply, columns, {}, ask)) as StreamableFile).getStream();

describe('a list as CSV', () => {
  it('is one stream with one header, whatever its first rows have', async () => {
    const { asked, ask } = list(3);
    let text = '';
    for await (const part of await stream(ask)) text += String(part);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(3_001);
    expect(lines.slice(0, 2)).toEqual(['id,price.amount,data', `0,0,"{""note"":[""${'x'.repeat(50)}""]}"`]);
    expect(lines[2]).toMatch(/^1,,/);
    expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, '1', '2']);
    expect(headers['x-next-cursor']).toBeUndefined();
  });

  it('is asked for as it is taken: a slow caller holds it back, and one who leaves ends it', async () => {
    const { asked, ask } = list(1_000_000);
    const endless = await stream(ask);
    const taken = endless[Symbol.asyncIterator]();
    for (let part = 0; part < 5; part++) await taken.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked.length).toBeLessThanOrEqual(8);
    await taken.return?.();
    const sofar = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).toHaveLength(sofar);
  });

  it('breaks off where a page cannot be had', async () => {
    const { ask } = list(3);
    const broken = await stream((page) => (page.cursor === '2' ? Promise.reject(new Error('gone')) : ask(page)));
    await expect(
      (async () => {
        for await (const _ of broken);
      })(),
    ).rejects.toThrow('gone');
  });

  it('has a page where one is asked for, with the cursor of the next', async () => {
    const { asked, ask } = list(2);
    const answer = await respondPages(request, reply, columns, { limit: 1_000 }, ask);
    expect((answer as string).split('\n')).toHaveLength(1_002);
    expect([asked.length, headers['x-next-cursor']]).toEqual([1, '1']);
  });
});
