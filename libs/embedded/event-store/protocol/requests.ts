import { readUuid } from './uuid.js';
import { MalformedMessage, WireReader } from './wire.js';

export type Expected = 'any' | 'no_stream' | 'stream_exists' | number;

/** An event as a client proposes it. `data` and `metadata` are views of the request. */
export type Proposal = { id: string; type: string; contentType: string; metadata: Buffer; data: Buffer };

export type TargetOptions = { stream: string; expected: Expected };

/** The longest name that its index takes in one entry. */
const LONGEST_STREAM_NAME = 2_000;
const LARGEST_REVISION = 2 ** 63;

function checkStreamName(stream: string): string {
  if (stream === '') throw new MalformedMessage('a stream name is missing');
  if (stream.includes('\0')) throw new MalformedMessage('a stream name holds a zero character');
  if (Buffer.byteLength(stream) > LONGEST_STREAM_NAME) throw new MalformedMessage('a stream name is too long');
  return stream;
}

function readIdentifier(message: WireReader): string {
  let stream = '';
  while (message.next()) {
    if (message.field === 3) stream = message.string();
    else message.skip();
  }
  return checkStreamName(stream);
}

function revision(value: number): number {
  if (value >= LARGEST_REVISION) throw new MalformedMessage('a revision is out of range');
  return value;
}

/** The options that Append, BatchAppend, Delete and Tombstone share: stream = 1, expected revision = 2 to 5. */
function readTarget(message: WireReader, other: (message: WireReader) => void): TargetOptions {
  let stream = '';
  let expected: Expected = 'any';
  while (message.next()) {
    if (message.field === 1) stream = readIdentifier(message.message());
    else if (message.field === 2) expected = revision(message.number());
    else if (message.field >= 3 && message.field <= 5) {
      expected = message.field === 3 ? 'no_stream' : message.field === 4 ? 'any' : 'stream_exists';
      message.skip();
    } else other(message);
  }
  return { stream: checkStreamName(stream), expected };
}

const skip = (message: WireReader): void => message.skip();

/** Both `DeleteReq` and `TombstoneReq`. */
export function readDeleteRequest(bytes: Buffer): TargetOptions {
  const request = new WireReader(bytes);
  let target: TargetOptions | undefined;
  while (request.next()) {
    if (request.field === 1) target = readTarget(request.message(), skip);
    else request.skip();
  }
  if (target === undefined) throw new MalformedMessage('options are missing');
  return target;
}

function readProposal(message: WireReader): Proposal {
  let id = '';
  let type = '';
  let contentType = '';
  let metadata: Buffer = EMPTY;
  let data: Buffer = EMPTY;
  while (message.next()) {
    switch (message.field) {
      case 1:
        id = readUuid(message.message());
        break;
      case 2: {
        const entry = message.message();
        let key = '';
        let value = '';
        while (entry.next()) {
          if (entry.field === 1) key = entry.string();
          else if (entry.field === 2) value = entry.string();
          else entry.skip();
        }
        if (key === 'type') type = value;
        else if (key === 'content-type') contentType = value;
        break;
      }
      case 3:
        metadata = message.slice();
        break;
      case 4:
        data = message.slice();
        break;
      default:
        message.skip();
    }
  }
  if (id === '') throw new MalformedMessage('an event has no id');
  if (type === '') throw new MalformedMessage('an event has no type');
  return { id, type, contentType: contentType === '' ? 'application/octet-stream' : contentType, metadata, data };
}

const EMPTY = Buffer.alloc(0);

export type AppendRequest = { options?: TargetOptions; proposal?: Proposal };

export function readAppendRequest(bytes: Buffer): AppendRequest {
  const request = new WireReader(bytes);
  const result: AppendRequest = {};
  while (request.next()) {
    if (request.field === 1) result.options = readTarget(request.message(), skip);
    else if (request.field === 2) result.proposal = readProposal(request.message());
    else request.skip();
  }
  return result;
}

export type BatchAppendRequest = {
  correlationId: string;
  /** `deadline` in milliseconds since 1970, undefined when there is none. */
  options?: TargetOptions & { deadline: number | undefined };
  proposals: Proposal[];
  isFinal: boolean;
  /** Why this append, but no other on the same call, cannot be taken. */
  problem?: string;
};

export function readBatchAppendRequest(bytes: Buffer): BatchAppendRequest {
  const request = new WireReader(bytes);
  const result: BatchAppendRequest = { correlationId: '', proposals: [], isFinal: false };
  while (request.next()) {
    switch (request.field) {
      case 1:
        result.correlationId = readUuid(request.message());
        break;
      case 2:
      case 3:
        readBatchPart(request.field, request.message(), result);
        break;
      case 4:
        result.isFinal = request.number() !== 0;
        break;
      default:
        request.skip();
    }
  }
  if (result.correlationId === '') throw new MalformedMessage('a correlation id is missing');
  return result;
}

/** The parts stand each within its own length, so that a bad one can be named and the rest still read. */
function readBatchPart(field: number, part: WireReader, into: BatchAppendRequest): void {
  try {
    if (field === 3) into.proposals.push(readProposal(part));
    else {
      let deadline: number | undefined;
      const target = readTarget(part, (message) => {
        if (message.field === 6) deadline = readTimestamp(message.message());
        else message.skip();
      });
      into.options = { ...target, deadline };
    }
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    into.problem = error.message;
  }
}

/** Nothing, zero and what lies before 1970 (as unsigned: enormous) all mean that there is no deadline. */
function readTimestamp(message: WireReader): number | undefined {
  let seconds = 0;
  let nanos = 0;
  while (message.next()) {
    if (message.field === 1) seconds = message.number();
    else if (message.field === 2) nanos = message.number();
    else message.skip();
  }
  return seconds > 0 && seconds < 1e12 ? seconds * 1_000 + nanos / 1e6 : undefined;
}

export type FilterOptions = {
  on: 'stream' | 'type';
  regex?: string;
  prefixes: string[];
  /** Events considered between two checkpoints. */
  checkpointEvery: number;
};

export type ReadRequest = {
  source: { stream: string; from: 'start' | 'end' | number } | { all: true; from: 'start' | 'end' | number };
  backwards: boolean;
  resolveLinks: boolean;
  /** Infinity when the request is a subscription. */
  count: number;
  subscription: boolean;
  filter?: FilterOptions;
};

export function readReadRequest(bytes: Buffer): ReadRequest {
  const request = new WireReader(bytes);
  let options: WireReader | undefined;
  while (request.next()) {
    if (request.field === 1) options = request.message();
    else request.skip();
  }
  if (options === undefined) throw new MalformedMessage('options are missing');
  return readReadOptions(options);
}

function readReadOptions(message: WireReader): ReadRequest {
  let source: ReadRequest['source'] | undefined;
  let backwards = false;
  let resolveLinks = false;
  let count = Infinity;
  let subscription = false;
  let filter: FilterOptions | undefined;
  while (message.next()) {
    switch (message.field) {
      case 1:
        source = readStreamSource(message.message());
        break;
      case 2:
        source = { all: true, from: readAllStart(message.message()) };
        break;
      case 3:
        backwards = message.number() === 1;
        break;
      case 4:
        resolveLinks = message.number() !== 0;
        break;
      case 5:
        count = message.number();
        break;
      case 6:
        subscription = true;
        message.skip();
        break;
      case 7:
        filter = readFilter(message.message());
        break;
      default:
        message.skip();
    }
  }
  if (source === undefined) throw new MalformedMessage('neither a stream nor $all is asked for');
  if (subscription && backwards) throw new MalformedMessage('a subscription runs forwards');
  if (filter !== undefined && !('all' in source)) throw new MalformedMessage('only $all takes a filter');
  if (!subscription && count === 0) throw new MalformedMessage('a count of nothing');
  const base = { source, backwards, resolveLinks, count: subscription ? Infinity : count, subscription };
  return filter === undefined ? base : { ...base, filter };
}

function readStreamSource(message: WireReader): ReadRequest['source'] {
  let stream = '';
  let from: 'start' | 'end' | number = 'start';
  while (message.next()) {
    if (message.field === 1) stream = readIdentifier(message.message());
    else if (message.field === 2) from = revision(message.number());
    else {
      if (message.field === 3) from = 'start';
      else if (message.field === 4) from = 'end';
      message.skip();
    }
  }
  return { stream: checkStreamName(stream), from };
}

function readAllStart(message: WireReader): 'start' | 'end' | number {
  let from: 'start' | 'end' | number = 'start';
  while (message.next()) {
    if (message.field === 1) from = readPosition(message.message());
    else {
      if (message.field === 2) from = 'start';
      else if (message.field === 3) from = 'end';
      message.skip();
    }
  }
  return from;
}

/** The largest unsigned number stands for the end, as in the client's own constants. */
function readPosition(message: WireReader): number | 'end' {
  let commit = 0;
  while (message.next()) {
    if (message.field === 1) commit = message.number();
    else message.skip();
  }
  return commit >= LARGEST_REVISION ? 'end' : commit;
}

const DEFAULT_WINDOW = 32;

function readFilter(message: WireReader): FilterOptions {
  const filter: FilterOptions = { on: 'stream', prefixes: [], checkpointEvery: DEFAULT_WINDOW };
  let window = DEFAULT_WINDOW;
  let multiplier = 1;
  while (message.next()) {
    if (message.field === 1 || message.field === 2) {
      filter.on = message.field === 1 ? 'stream' : 'type';
      const expression = message.message();
      while (expression.next()) {
        if (expression.field === 1) filter.regex = expression.string();
        else if (expression.field === 2) filter.prefixes.push(expression.string());
        else expression.skip();
      }
    } else if (message.field === 3) window = message.number();
    else if (message.field === 5) multiplier = message.number();
    else message.skip();
  }
  filter.checkpointEvery = Math.max(1, window) * Math.max(1, multiplier);
  return filter;
}
