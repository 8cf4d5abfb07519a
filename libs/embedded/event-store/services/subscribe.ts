import { randomUUID } from 'node:crypto';
import type { ReadRequest } from '../protocol/requests.js';
import { readCaughtUp, readCheckpoint, readConfirmation } from '../protocol/responses.js';
import { LAST_REVISION } from '../protocol/record.js';
import { firstVisible } from '../storage/heads.js';
import { type Page, type Reader, type StoredEvent, isLink } from '../storage/reader.js';
import type { Outlet } from './calls.js';
import { Refusal, streamDeletedError } from './errors.js';
import { type Filter, compileFilter } from './filter.js';
import { frame, visibleHead, youngerThan } from './visible.js';

const LIVE_PAGE = 512;
const RETRY_MS = 250;

/** Confirms, sends what is past, says that it has caught up, and goes on with what is committed, until the call ends. */
export async function subscribe(reader: Reader, request: ReadRequest, outlet: Outlet): Promise<void> {
  const filter = request.filter === undefined ? undefined : compileFilter(request.filter);
  const { source } = request;
  const start = 'all' in source ? undefined : await visibleHead(reader, source.stream);
  outlet.send(readConfirmation(randomUUID()));
  if (start === 'deleted' && 'stream' in source) {
    outlet.fail(streamDeletedError(source.stream));
    return;
  }
  const feed =
    'all' in source
      ? new AllFeed(reader, source.from === 'start' ? 0 : source.from === 'end' ? reader.tail.head : source.from)
      : new StreamFeed(
          reader,
          source.stream,
          source.from === 'start'
            ? -1
            : source.from === 'end'
              ? typeof start === 'object'
                ? start.revision
                : -1
              : source.from,
        );
  await new Subscription(reader, outlet, request.resolveLinks, filter, feed).run();
}

/** Where a subscription stands, and how it gets what comes next. */
interface Feed {
  /** What comes next, or nothing when it stands at the end of the log; keeps no place of its own meanwhile. */
  next(): Promise<StoredEvent[]>;
  /** Moves past an event, or past all that `next` found nothing in. */
  readonly position: number;
}

class AllFeed implements Feed {
  private ahead: Promise<Page> | undefined;

  constructor(
    private readonly reader: Reader,
    public position: number,
  ) {}

  async next(): Promise<StoredEvent[]> {
    const live = this.ahead === undefined ? this.reader.tail.after(this.position, LIVE_PAGE) : undefined;
    const events = live ?? (await this.past());
    this.position = events.at(-1)?.position ?? this.position;
    return events;
  }

  /** From PostgreSQL, which reads the next page while this one is sent. */
  private async past(): Promise<StoredEvent[]> {
    const page = this.ahead ?? this.fetch(this.position + 1);
    this.ahead = undefined;
    const { events, more } = await page;
    const last = events.at(-1);
    if (more && last !== undefined) {
      this.ahead = this.fetch(last.position + 1);
      this.ahead.catch(() => undefined);
    }
    return events;
  }

  private fetch(from: number): Promise<Page> {
    return this.reader.allForwards(from, this.reader.tail.head, Infinity);
  }
}

class StreamFeed implements Feed {
  /** Everything of the stream up to here has been seen; unknown before the first look. */
  position = -1;

  constructor(
    private readonly reader: Reader,
    private readonly stream: string,
    private revision: number,
  ) {}

  async next(): Promise<StoredEvent[]> {
    for (;;) {
      const live = this.position < 0 ? undefined : this.reader.tail.after(this.position, LIVE_PAGE);
      const found = live === undefined ? await this.past() : live.filter((event) => this.isNext(event));
      const end = live?.at(-1)?.position;
      if (end !== undefined) this.position = end;
      if (found.length > 0) {
        this.revision = found.at(-1)?.revision ?? this.revision;
        return found;
      }
      if (live?.length === 0) return found;
      // Nothing here, but the log goes on behind it.
    }
  }

  private isNext({ stream, revision }: StoredEvent): boolean {
    return stream === this.stream && revision > this.revision;
  }

  /** From PostgreSQL. Only once it holds nothing more is the place in the log known from which to follow the tail. */
  private async past(): Promise<StoredEvent[]> {
    const end = this.reader.tail.head;
    const head = await visibleHead(this.reader, this.stream);
    if (head === 'deleted') throw streamDeletedError(this.stream);
    const from = Math.max(this.revision + 1, firstVisible(this.stream, head));
    const page: Page =
      head.revision < from
        ? { events: [], more: false }
        : await this.reader.stretch(this.stream, from, head.revision, false, Infinity);
    const last = page.events.at(-1);
    if (last === undefined) this.position = end;
    else this.revision = last.revision;
    const visible = page.events.filter(youngerThan(this.reader, head) ?? (() => true));
    return visible.length > 0 || last === undefined ? visible : this.past();
  }
}

/** Remembers that it was raised until it is lowered, so that nothing is missed between a look and a wait. */
class Signal {
  private isRaised = false;
  private waiter: (() => void) | undefined;

  raise(): void {
    this.isRaised = true;
    this.waiter?.();
  }

  lower(): void {
    this.isRaised = false;
  }

  async raised(): Promise<void> {
    if (!this.isRaised) await new Promise<void>((resolve) => (this.waiter = resolve));
  }
}

class Subscription {
  private considered = 0;
  private caughtUp = false;

  constructor(
    private readonly reader: Reader,
    private readonly outlet: Outlet,
    private readonly resolveLinks: boolean,
    private readonly filter: Filter | undefined,
    private readonly feed: Feed,
  ) {}

  async run(): Promise<void> {
    const advance = new Signal();
    const unfollow = this.reader.tail.follow(() => advance.raise());
    this.outlet.onClose(() => {
      unfollow();
      advance.raise();
    });
    while (!this.outlet.isClosed) {
      advance.lower();
      const events = await this.nextOrRetry();
      if (events === undefined) continue;
      if (events.length > 0) await this.send(events);
      else {
        this.goLive();
        await advance.raised();
      }
    }
  }

  /** A database that is away is waited for: nothing is lost by it. */
  private async nextOrRetry(): Promise<StoredEvent[] | undefined> {
    try {
      return await this.feed.next();
    } catch (error) {
      if (error instanceof Refusal) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return undefined;
    }
  }

  private goLive(): void {
    if (this.caughtUp) return;
    this.caughtUp = true;
    this.outlet.send(readCaughtUp());
    if (this.filter !== undefined && this.feed.position > 0) {
      this.considered = 0;
      this.outlet.send(readCheckpoint(this.feed.position));
    }
  }

  private async send(events: readonly StoredEvent[]): Promise<void> {
    const { filter, outlet } = this;
    const targets = this.resolveLinks && events.some(isLink) ? await this.reader.targets(events) : undefined;
    for (const event of events) {
      if (outlet.isClosed) return;
      if (isTombstone(event) && this.feed instanceof StreamFeed) throw streamDeletedError(event.stream ?? '');
      if (filter === undefined || filter.matches(event)) {
        if (outlet.send(frame(event, this.resolveLinks, targets))) await outlet.ready();
      }
      if (filter !== undefined && ++this.considered >= filter.checkpointEvery) {
        this.considered = 0;
        if (outlet.send(readCheckpoint(event.position))) await outlet.ready();
      }
    }
  }
}

const isTombstone = ({ revision, type }: StoredEvent): boolean =>
  revision === LAST_REVISION && type === '$streamDeleted';
