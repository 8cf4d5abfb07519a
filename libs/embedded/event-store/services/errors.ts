import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { MalformedMessage } from '../protocol/wire.js';
import type { Expected } from '../protocol/requests.js';

type Trailers = Record<string, string>;

/** An error as gRPC carries it. Nothing of an event's content ever goes into one. */
export class Refusal extends Error implements ServiceError {
  readonly metadata = new Metadata();

  constructor(
    readonly code: status,
    readonly details: string,
    trailers: Trailers = {},
  ) {
    super(details);
    for (const [key, value] of Object.entries(trailers)) this.metadata.set(key, headerText(value));
  }
}

const serviceError = (code: status, details: string, trailers?: Trailers): Refusal =>
  new Refusal(code, details, trailers);

/** Headers are plain ASCII; other names go percent-encoded. */
function headerText(value: string): string {
  return /^[ -~]*$/.test(value) ? value : encodeURIComponent(value);
}

export const streamDeletedError = (stream: string): ServiceError =>
  serviceError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

export const unavailableError = (): ServiceError => serviceError(status.UNAVAILABLE, 'The store is not available.');

/** For a read that the server breaks off because it stops: clients take it as a reason to connect elsewhere. */
export const cancelledError = (): ServiceError => serviceError(status.CANCELLED, 'The store is stopping.');

export const accessDeniedError = (): ServiceError =>
  serviceError(status.PERMISSION_DENIED, 'Access denied.', { exception: 'access-denied' });

export const unauthenticatedError = (): ServiceError => serviceError(status.UNAUTHENTICATED, 'Unauthenticated.');

export const timeoutError = (): ServiceError => serviceError(status.ABORTED, 'The deadline has passed.');

export const maximumAppendSizeError = (limit: number): ServiceError =>
  serviceError(status.INVALID_ARGUMENT, `Maximum append size of ${limit} bytes exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  });

/** The numbers that stand for an expectation in the trailers of Delete and Tombstone. */
function expectedNumber(expected: Expected): number {
  if (expected === 'no_stream') return -1;
  if (expected === 'any') return -2;
  return expected === 'stream_exists' ? -4 : expected;
}

export const wrongVersionError = (stream: string, expected: Expected, current: number): ServiceError =>
  serviceError(status.FAILED_PRECONDITION, `Wrong expected version of stream '${stream}'.`, {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': String(expectedNumber(expected)),
    ...(current < 0 ? {} : { 'actual-version': String(current) }),
  });

/** What a call is answered with when something was thrown: a bad request is the caller's, all else ours. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof MalformedMessage) return serviceError(status.INVALID_ARGUMENT, error.message);
  if (error instanceof Refusal) return error;
  return unavailableError();
}
