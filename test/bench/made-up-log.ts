import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventFeed, FeedBatch, FollowOptions, Position, RecordedEvent } from '../../libs/kernel/index.js';
import { Company, eventsAnAccount, type Told } from './company.js';

const months = 40;
const monthSeconds = 30 * 86_400;
const whole = months * monthSeconds;
/** Until yesterday. */
const start = Date.now() - 86_400_000 - whole * 1_000;

const isoOf = (seconds: number): string => new Date(start + Math.round(seconds) * 1_000).toISOString();

/**
 * The log of a made-up company over three years, each event recorded when it was reported: `asOf` and `knownAt` have
 * something to tell, which no log has that was filled today. It is made month by month, in files: it does not fit into
 * memory.
 */
export class MadeUpLog implements EventFeed {
  private constructor(
    private readonly folder: string,
    readonly length: number,
  ) {}

  static async of(folder: string, events: number): Promise<MadeUpLog> {
    await mkdir(folder, { recursive: true });
    const held = Array.from({ length: months + 1 }, (): string[] => []);
    let length = 0;
    const company = new Company(start, whole, (told) => {
      length += 1;
      held[Math.floor(told.recorded / monthSeconds)]?.push(JSON.stringify(told));
    });
    const write = async (): Promise<void> => {
      for (const [month, lines] of held.entries()) {
        if (lines.length > 0) await appendFile(join(folder, String(month)), `${lines.join('\n')}\n`);
        lines.length = 0;
      }
    };
    company.settings();
    for (let index = 0; index < events / eventsAnAccount; index++) {
      company.account(index);
      if (index % 500 === 499) await write();
    }
    await write();
    return new MadeUpLog(folder, length);
  }

  async head(): Promise<Position> {
    return Promise.resolve(BigInt(this.length));
  }

  async *follow(after: Position | null, { types, batch, signal }: FollowOptions): AsyncGenerator<FeedBatch> {
    const wanted = new Set(types);
    const revisions = new Map<string, number>();
    let position = 0n;
    for (let month = 0; month <= months; month++) {
      const events = (await this.month(month)).map((told): RecordedEvent => {
        position += 1n;
        const revision = (revisions.get(told.stream) ?? -1) + 1;
        revisions.set(told.stream, revision);
        return eventOf(told, revision, position);
      });
      for (let from = 0; from < events.length; from += batch) {
        if (signal.aborted) return;
        const run = events.slice(from, from + batch);
        const last = run.at(-1)?.position ?? position;
        if (after !== null && last <= after) continue;
        const live = last === BigInt(this.length);
        const fresh = run.filter((event) => wanted.has(event.type) && (after === null || event.position > after));
        yield { events: fresh, position: last, live };
      }
    }
    // Nothing more will come.
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private async month(month: number): Promise<readonly Told[]> {
    const text = await readFile(join(this.folder, String(month)), 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Told).sort((a, b) => a.recorded - b.recorded);
  }
}

function eventOf(
  { stream, type, data, occurred, recorded }: Told,
  revision: number,
  position: Position,
): RecordedEvent {
  const id = randomUUID();
  return {
    ...{ id, stream, revision, position, type, data },
    occurredAt: isoOf(occurred),
    recordedAt: isoOf(recorded),
    actor: { id: 'bench', role: 'service' },
    correlationId: id,
    causationId: id,
  };
}
