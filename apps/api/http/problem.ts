import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PreconditionFailed } from '../../../libs/cqrs/index.js';
import { StoreUnavailable } from '../../../libs/event-log/index.js';
import { Refusal, type FieldError, type RefusalKind } from '../../../libs/kernel/index.js';
import { BehindPosition, isDatabaseUnavailable } from '../../../libs/read-model/index.js';
import { correlationOf } from './correlation.js';

/** RFC 9457 problem details, with our stable `code` and an error for each field that is wrong. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly lag?: object;
}

/** What the kinds of refusal are over HTTP. The only place that knows. */
const kinds: Record<RefusalKind, { readonly status: number; readonly title: string }> = {
  invalid: { status: 400, title: 'Invalid input' },
  forbidden: { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'Conflict' },
  refused: { status: 422, title: 'Refused by a rule' },
};

/** What is wrong before a command or query is even read. */
const unread: Readonly<Record<number, { readonly title: string; readonly code: string; readonly detail?: string }>> = {
  400: { title: 'Malformed request', code: 'MALFORMED_REQUEST' },
  401: { title: 'Not authenticated', code: 'NOT_AUTHENTICATED' },
  404: { title: 'Not found', code: 'NO_SUCH_PATH' },
  413: { title: 'Too large', code: 'BODY_TOO_LARGE', detail: 'A command is at most 1 MiB of JSON.' },
  414: { title: 'Too long', code: 'PATH_TOO_LONG', detail: 'A name in the path is at most 200 characters.' },
  415: {
    title: 'Unsupported media type',
    code: 'UNSUPPORTED_MEDIA_TYPE',
    detail: 'Send application/json, or application/x-ndjson for many commands.',
  },
};

const problem = (status: number, title: string, code: string, detail: string): Problem => ({
  type: `urn:kroniek:problem:${code.toLowerCase().replaceAll('_', '-')}`,
  title,
  status,
  code,
  detail,
});

/** The problem that an error is to the caller; `undefined` for one that we did not foresee. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Refusal) {
    const { status, title } = kinds[error.kind];
    const found = problem(status, title, error.code, error.message);
    return error.errors.length > 0 ? { ...found, errors: error.errors } : found;
  }
  if (error instanceof PreconditionFailed) {
    return problem(412, 'Precondition failed', 'REVISION_MISMATCH', error.message);
  }
  if (error instanceof BehindPosition) {
    return { ...problem(503, 'Not there yet', 'READ_MODEL_BEHIND', error.message), lag: error.lag };
  }
  if (error instanceof StoreUnavailable || isDatabaseUnavailable(error)) {
    const detail = 'A store does not answer. Nothing is half-done: try again with the same Idempotency-Key.';
    return problem(503, 'Store unavailable', 'STORE_UNAVAILABLE', detail);
  }
  if (error instanceof MalformedRequest) {
    return problem(error.status, unread[error.status]?.title ?? 'Malformed request', error.code, error.message);
  }
  if (error instanceof HttpException) return unreadProblem(error.getStatus(), error.message);
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  // Fastify's own errors of reading a body.
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return unreadProblem(statusCode, 'The request could not be read.');
  }
  return undefined;
}

function unreadProblem(status: number, message: string): Problem {
  const { title, code, detail } = unread[status] ?? { title: 'Malformed request', code: 'MALFORMED_REQUEST' };
  return problem(status, title, code, detail ?? message);
}

/** The request could not even be read. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest';

  constructor(
    readonly status: 400 | 401 | 413 | 415,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const unforeseen: Problem = problem(
  500,
  'Internal error',
  'INTERNAL_ERROR',
  'Something went wrong on our side. The correlation id finds it in the log.',
);

export type ReportError = (error: unknown, correlationId: string) => void;

/** Every error leaves through here. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly report: ReportError) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (!problemOf(error)) this.report(error, correlationOf(request));
    answerProblem(error, request, reply);
  }
}

/** Answers with the problem that an error is. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const answer = problemOf(error) ?? unforeseen;
  if (answer.status === 401) void reply.header('www-authenticate', 'Bearer');
  if (answer.status === 503) void reply.header('retry-after', '1');
  void reply
    .status(answer.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify({ ...answer, correlationId: correlationOf(request) }));
}
