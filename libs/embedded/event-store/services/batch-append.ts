import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import { type BatchAppendRequest, type Proposal, readBatchAppendRequest } from '../protocol/requests.js';
import {
  type BatchFailure,
  badRequest,
  batchFailure,
  batchSuccess,
  maximumAppendSizeExceeded,
  streamDeleted,
  wrongExpectedVersion,
} from '../protocol/responses.js';
import type { Outcome, Writer } from '../storage/writer.js';
import { appendSize, heldBytes } from './append-size.js';
import { type OpenCalls, Outlet } from './calls.js';
import { toServiceError, unavailableError } from './errors.js';

const EMPTY = Buffer.alloc(0);
/** Appends of one call that may stand open, their last part still to come. */
const MOST_OPEN = 10_000;

type Options = NonNullable<BatchAppendRequest['options']>;
type Open = { options: Options; events: Proposal[]; size: number; bytes: number };

const timeout: BatchFailure = { code: status.DEADLINE_EXCEEDED, message: 'Timeout', detail: 'Timeout', value: EMPTY };
const accessDenied: BatchFailure = {
  code: status.PERMISSION_DENIED,
  message: 'Access denied',
  detail: 'AccessDenied',
  value: EMPTY,
};
const bad = (problem: string): BatchFailure => ({
  code: status.INVALID_ARGUMENT,
  message: problem,
  detail: 'BadRequest',
  value: badRequest(problem),
});

/** `Streams.BatchAppend`: many appends over one call, each in one or more parts, each answered once. */
export function batchAppendHandler(writer: Writer, calls: OpenCalls, maxAppendSize: number, now: () => number) {
  return (call: ServerDuplexStream<Buffer, Buffer>): void => {
    const outlet = new Outlet(call);
    const batches = new Batches(writer, outlet, maxAppendSize, now);
    // A clean end would leave the client's open appends without any answer.
    outlet.onClose(calls.add(() => outlet.fail(unavailableError())));
    call.on('data', (message: Buffer) => {
      try {
        batches.take(readBatchAppendRequest(message));
      } catch (error) {
        outlet.fail(toServiceError(error));
        return;
      }
      if (!writer.isFull) return;
      call.pause();
      writer.whenRoom(() => call.resume());
    });
    call.on('error', () => undefined);
    call.on('end', () => batches.endWhenAnswered());
  };
}

class Batches {
  private readonly open = new Map<string, Open>();
  /** Answered with an error before their last part came: the parts that follow are for nobody. */
  private readonly refused = new Set<string>();
  private unanswered = 0;
  private ending = false;

  constructor(
    private readonly writer: Writer,
    private readonly outlet: Outlet,
    private readonly maxAppendSize: number,
    private readonly now: () => number,
  ) {}

  take(request: BatchAppendRequest): void {
    const { correlationId, isFinal, problem } = request;
    if (this.refused.has(correlationId)) {
      if (isFinal) this.refused.delete(correlationId);
      return;
    }
    const known = this.open.get(correlationId);
    const options = known?.options ?? request.options;
    const append = known ?? (options === undefined ? undefined : { options, events: [], size: 0, bytes: 0 });
    if (append === undefined || problem !== undefined) {
      this.refuse(request, options?.stream ?? '', bad(problem ?? 'options are missing'));
      return;
    }
    const failure = this.add(append, request.proposals);
    if (failure !== undefined) this.refuse(request, append.options.stream, failure);
    else if (isFinal) {
      this.open.delete(correlationId);
      this.submit(correlationId, append);
    } else if (known === undefined) {
      if (this.open.size >= MOST_OPEN) this.refuse(request, append.options.stream, bad('too many open appends'));
      else this.open.set(correlationId, append);
    }
  }

  private add(append: Open, proposals: readonly Proposal[]): BatchFailure | undefined {
    const { deadline, stream } = append.options;
    if (deadline !== undefined && deadline <= this.now()) return timeout;
    if (stream === '$all') return accessDenied;
    for (const proposal of proposals) {
      append.size += appendSize(proposal);
      append.bytes += heldBytes(proposal);
      append.events.push(proposal);
    }
    if (append.size <= this.maxAppendSize) return undefined;
    return {
      code: status.INVALID_ARGUMENT,
      message: 'Maximum append size exceeded',
      detail: 'MaximumAppendSizeExceeded',
      value: maximumAppendSizeExceeded(this.maxAppendSize),
    };
  }

  private refuse({ correlationId, isFinal }: BatchAppendRequest, stream: string, failure: BatchFailure): void {
    this.open.delete(correlationId);
    if (!isFinal && this.refused.size < MOST_OPEN) this.refused.add(correlationId);
    this.outlet.answer(batchFailure(correlationId, stream, failure));
  }

  private submit(correlationId: string, { options, events, bytes }: Open): void {
    const { stream, expected, deadline } = options;
    this.unanswered++;
    const done = (outcome: Outcome): void => {
      this.unanswered--;
      this.answer(correlationId, options, outcome);
      if (this.ending) this.endWhenAnswered();
    };
    this.writer.submit({ stream, expected, change: { kind: 'append', events }, bytes, deadline, done });
  }

  private answer(correlationId: string, { stream, expected }: Options, outcome: Outcome): void {
    const fail = (failure: BatchFailure): void => this.outlet.answer(batchFailure(correlationId, stream, failure));
    switch (outcome.kind) {
      case 'success':
        this.outlet.answer(batchSuccess(correlationId, stream, outcome.revision, outcome.position));
        break;
      case 'wrong-version':
        fail({
          code: status.FAILED_PRECONDITION,
          message: 'Wrong expected version',
          detail: 'WrongExpectedVersion',
          value: wrongExpectedVersion(expected, outcome.current),
        });
        break;
      case 'deleted':
        fail({
          code: status.FAILED_PRECONDITION,
          message: 'Stream is deleted',
          detail: 'StreamDeleted',
          value: streamDeleted(stream),
        });
        break;
      case 'timeout':
        fail(timeout);
        break;
      case 'unavailable':
        // The protocol has no such answer for a single append; the end of the call says it to all of them.
        this.outlet.fail(unavailableError());
    }
  }

  /** The caller sends no more; the call ends with the last answer. */
  endWhenAnswered(): void {
    this.ending = true;
    if (this.unanswered === 0) this.outlet.end();
  }
}
