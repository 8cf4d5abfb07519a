import { createParamDecorator, type ExecutionContext, type StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Page, type Paged, respond, respondPages } from './csv.js';

/** Answers one request with JSON, or with CSV where its caller accepts that rather. */
export class Reply {
  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
  ) {}

  /** @param columns of the CSV, where there may be no rows to tell them */
  with<Answer extends object>(
    answer: Answer,
    rowsOf: (answer: Answer) => readonly object[],
    columns?: readonly string[],
  ): Answer | string {
    return respond(this.request, this.reply, answer, rowsOf, columns);
  }

  /** Answers with a list that has no pages. */
  items(items: readonly object[], columns?: readonly string[]): object | string {
    return this.with({ items, next: null }, () => items, columns);
  }

  /** Answers with a page of a list, or with the whole of it as CSV; `ask` is called for each page. */
  pages<Asked extends Paged, Answer extends Page<object>>(
    columns: readonly string[],
    asked: Asked,
    ask: (asked: Asked) => Promise<Answer>,
  ): Promise<Answer | string | StreamableFile> {
    return respondPages(this.request, this.reply, columns, asked, (page) => ask({ ...asked, ...page }));
  }
}

/** What a handler answers with; what it returns is sent. */
export const InReply = createParamDecorator((_: unknown, context: ExecutionContext): Reply => {
  const http = context.switchToHttp();
  return new Reply(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
});
