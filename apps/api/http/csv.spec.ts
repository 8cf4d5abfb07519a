import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import type { StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Page, type Paged, respond, respondPages } from './csv.js';

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
    const lines = (await text(await stream(ask))).trimEnd().split('\n');
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

const csvOf = (rows: readonly object[], known?: readonly string[]): string =>
  respond(request, reply, { items: rows }, ({ items }) => items, known) as string;

describe('an answer as CSV', () => {
  it('has no field that a spreadsheet would compute', () => {
    const row = { name: '=1+1', at: '@x', phone: '+31 6', minus: '-1+1', tab: '\tx', '=1': 1 };
    expect(csvOf([row])).toBe("name,at,phone,minus,tab,'=1\n'=1+1,'@x,'+31 6,'-1+1,'\tx,1\n");
  });

  it('has numbers below zero as they are, also those that are decimals in text', () => {
    expect(csvOf([{ gap: -500, rate: '-0.1234', days: '-7' }])).toBe('gap,rate,days\n-500,-0.1234,-7\n');
  });

  it('tells what is not so from what is not known', () => {
    expect(csvOf([{ won: true, lost: false, known: null }])).toBe('won,lost,known\ntrue,false,\n');
  });

  it('has the same columns for what is nested whether a row has it or not', () => {
    const some = { id: 1, value: { amount: 5, currency: 'EUR' } };
    const none = { id: 2, value: null };
    expect(csvOf([some, none])).toBe('id,value.amount,value.currency\n1,5,EUR\n2,,\n');
    expect(csvOf([none, some])).toBe('id,value.amount,value.currency\n2,,\n1,5,EUR\n');
    const known = ['id', 'value.amount', 'value.currency'];
    expect(csvOf([none], known)).toBe('id,value.amount,value.currency\n2,,\n');
    expect(csvOf([some], ['id', 'value'])).toBe('id,value\n1,"{""amount"":5,""currency"":""EUR""}"\n');
  });

  it('has its header without rows, and what rows have besides behind it', () => {
    expect(csvOf([], ['id', 'won'])).toBe('id,won\n');
    expect(csvOf([{ more: 1, won: 2, id: 3 }], ['id', 'won'])).toBe('id,won,more\n3,2,1\n');
  });

  it('is the same in a stream', async () => {
    const pages: readonly Page<object>[] = [
      { items: [{ name: '=1', rate: '-0.5000', open: false }], next: 'b' },
      { items: [{ name: 'b', rate: null, open: true }], next: null },
    ];
    const ask = ({ cursor }: Paged): Promise<Page<object>> =>
      Promise.resolve(pages[cursor === undefined ? 0 : 1] ?? { items: [], next: null });
    const answer = await respondPages(request, reply, ['name', 'rate', 'open'], {}, ask);
    const all = (answer as StreamableFile).getStream();
    expect(await text(all)).toBe("name,rate,open\n'=1,-0.5000,false\nb,,true\n");
  });
});
