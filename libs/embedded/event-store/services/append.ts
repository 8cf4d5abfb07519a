import type { ServerReadableStream, sendUnaryData } from '@grpc/grpc-js';
import { type Proposal, type TargetOptions, readAppendRequest } from '../protocol/requests.js';
import { appendSuccess, appendWrongVersion } from '../protocol/responses.js';
import { MalformedMessage } from '../protocol/wire.js';
import type { Outcome, Writer } from '../storage/writer.js';
import { appendSize, heldBytes } from './append-size.js';
import type { OpenCalls } from './calls.js';
import {
  accessDeniedError,
  maximumAppendSizeError,
  streamDeletedError,
  timeoutError,
  toServiceError,
  unavailableError,
} from './errors.js';

/** `Streams.Append`: the target first, then an event a message, and one answer. */
export function appendHandler(writer: Writer, calls: OpenCalls, maxAppendSize: number) {
  return (call: ServerReadableStream<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
    let target: TargetOptions | undefined;
    const events: Proposal[] = [];
    let size = 0;
    let bytes = 0;
    let answered = false;
    const over = calls.add(() => answer(unavailableError()));
    const close = (): void => {
      answered = true;
      over();
    };
    const answer: sendUnaryData<Buffer> = (error, response) => {
      if (answered) return;
      close();
      callback(error, response);
    };
    const take = (message: Buffer): void => {
      const { options, proposal } = readAppendRequest(message);
      if (options !== undefined) target = options;
      if (proposal === undefined) return;
      size += appendSize(proposal);
      if (size > maxAppendSize) throw maximumAppendSizeError(maxAppendSize);
      bytes += heldBytes(proposal);
      events.push(proposal);
    };
    call.on('data', (message: Buffer) => {
      if (answered) return;
      try {
        take(message);
      } catch (error) {
        answer(toServiceError(error));
      }
    });
    call.on('cancelled', close);
    call.on('error', close);
    call.on('end', () => {
      if (answered) return;
      if (target === undefined) {
        answer(toServiceError(new MalformedMessage('options are missing')));
        return;
      }
      if (target.stream === '$all') {
        answer(accessDeniedError());
        return;
      }
      const { stream, expected } = target;
      const done = (outcome: Outcome): void => {
        if (outcome.kind === 'success') answer(null, appendSuccess(outcome.revision, outcome.position));
        else if (outcome.kind === 'wrong-version') answer(null, appendWrongVersion(expected, outcome.current));
        else if (outcome.kind === 'deleted') answer(streamDeletedError(stream));
        else answer(outcome.kind === 'timeout' ? timeoutError() : unavailableError());
      };
      writer.submit({ stream, expected, change: { kind: 'append', events }, bytes, done });
    });
  };
}
