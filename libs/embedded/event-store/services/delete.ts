import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { readDeleteRequest } from '../protocol/requests.js';
import { deleteResponse } from '../protocol/responses.js';
import type { Outcome, Writer } from '../storage/writer.js';
import {
  accessDeniedError,
  streamDeletedError,
  toServiceError,
  unavailableError,
  wrongVersionError,
} from './errors.js';

/** `Streams.Delete` (the stream may come back) and `Streams.Tombstone` (it may not). */
export function deleteHandler(writer: Writer, kind: 'soft-delete' | 'tombstone') {
  return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
    try {
      const { stream, expected } = readDeleteRequest(call.request);
      if (stream.startsWith('$$') || stream === '$all') {
        callback(accessDeniedError());
        return;
      }
      const done = (outcome: Outcome): void => {
        if (outcome.kind === 'success' && outcome.position !== undefined) {
          callback(null, deleteResponse(outcome.position));
        } else if (outcome.kind === 'wrong-version') callback(wrongVersionError(stream, expected, outcome.current));
        else callback(outcome.kind === 'deleted' ? streamDeletedError(stream) : unavailableError());
      };
      writer.submit({ stream, expected, change: { kind }, bytes: 256, done });
    } catch (error) {
      callback(toServiceError(error));
    }
  };
}
