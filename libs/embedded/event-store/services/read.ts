import type { ServerWritableStream } from '@grpc/grpc-js';
import { type ReadRequest, readReadRequest } from '../protocol/requests.js';
import { readStreamNotFound } from '../protocol/responses.js';
import { firstVisible } from '../storage/heads.js';
import type { Page, Reader, StoredEvent } from '../storage/reader.js';
import { type OpenCalls, Outlet } from './calls.js';
import { cancelledError, streamDeletedError, toServiceError } from './errors.js';
import { compileFilter } from './filter.js';
import { subscribe } from './subscribe.js';
import { sendEvents, visibleHead, youngerThan } from './visible.js';

/** `Streams.Read`: a stretch of a stream or of $all, or a subscription. */
export function readHandler(reader: Reader, calls: OpenCalls) {
  return (call: ServerWritableStream<Buffer, Buffer>): void => {
    const outlet = new Outlet(call);
    const answer = async (): Promise<void> => {
      const request = readReadRequest(call.request);
      if (request.subscription) {
        outlet.onClose(calls.add(() => outlet.end()));
        await subscribe(reader, request, outlet);
        return;
      }
      outlet.onClose(calls.add(() => outlet.fail(cancelledError())));
      await ('all' in request.source
        ? readAll(reader, request, request.source.from, outlet)
        : readStream(reader, request, request.source, outlet));
      outlet.end();
    };
    answer().catch((error: unknown) => outlet.fail(toServiceError(error)));
  };
}

async function readAll(
  reader: Reader,
  { backwards, count, filter, resolveLinks }: ReadRequest,
  from: 'start' | 'end' | number,
  outlet: Outlet,
): Promise<void> {
  const end = reader.tail.head;
  const first = from === 'start' ? 0 : from === 'end' ? end + 1 : from;
  const matches = filter === undefined ? undefined : compileFilter(filter).matches;
  let next = first;
  const fetch = (limit: number): Promise<Page> =>
    backwards ? reader.allBackwards(Math.min(next, end + 1), limit) : reader.allForwards(next, end, limit);
  await sendPages(outlet, reader, resolveLinks, count, matches, fetch, (last) => {
    next = backwards ? last.position : last.position + 1;
  });
}

async function readStream(
  reader: Reader,
  { backwards, count, resolveLinks }: ReadRequest,
  { stream, from }: { stream: string; from: 'start' | 'end' | number },
  outlet: Outlet,
): Promise<void> {
  const head = await visibleHead(reader, stream);
  if (head === 'deleted') {
    outlet.fail(streamDeletedError(stream));
    return;
  }
  if (head.revision < 0 || head.truncation.softDeleted) {
    outlet.send(readStreamNotFound(stream));
    return;
  }
  let lowest = firstVisible(stream, head);
  let highest = head.revision;
  if (backwards) highest = from === 'start' ? 0 : from === 'end' ? highest : Math.min(from, highest);
  else if (from === 'end') return;
  else if (from !== 'start') lowest = Math.max(lowest, from);
  const fetch = async (limit: number): Promise<Page> =>
    lowest > highest ? { events: [], more: false } : reader.stretch(stream, lowest, highest, backwards, limit);
  await sendPages(outlet, reader, resolveLinks, count, youngerThan(reader, head), fetch, (last) => {
    if (backwards) highest = last.revision - 1;
    else lowest = last.revision + 1;
  });
}

/** Sends pages until there are no more or `count` events are sent; reads the next page while it sends one. */
async function sendPages(
  outlet: Outlet,
  reader: Reader,
  resolveLinks: boolean,
  count: number,
  matches: ((event: StoredEvent) => boolean) | undefined,
  fetch: (limit: number) => Promise<Page>,
  advance: (last: StoredEvent) => void,
): Promise<void> {
  let remaining = count;
  let page = await fetch(remaining);
  for (;;) {
    const last = page.events.at(-1);
    if (last === undefined) return;
    advance(last);
    const events = matches === undefined ? page.events : page.events.filter(matches);
    const chosen = events.length > remaining ? events.slice(0, remaining) : events;
    remaining -= chosen.length;
    const following = page.more && remaining > 0 ? fetch(matches === undefined ? remaining : Infinity) : undefined;
    following?.catch(() => undefined);
    await sendEvents(outlet, reader, resolveLinks, chosen);
    if (following === undefined || outlet.isClosed) return;
    page = await following;
  }
}
