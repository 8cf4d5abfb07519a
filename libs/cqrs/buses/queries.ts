import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Position } from '../../kernel/index.js';

/** A question to read models: which ones it rests on, and how it is answered. */
export interface Question<Answer> {
  readonly restsOn: readonly string[];
  readonly answer: () => Promise<Answer>;
}

/** How far read models have come, and waiting for them; the projection runtime tells. */
export interface Freshness {
  waitFor(projections: readonly string[], position: Position): Promise<void>;
}

/** A question that is put, perhaps only to read models that have the caller's own write. */
export class Ask<Answer = unknown> {
  constructor(
    readonly question: Question<Answer>,
    readonly minPosition?: Position,
  ) {}
}

@QueryHandler(Ask)
export class AskHandler implements IQueryHandler<Ask> {
  constructor(private readonly freshness: Freshness) {}

  async execute({ question, minPosition }: Ask): Promise<unknown> {
    if (minPosition !== undefined) await this.freshness.waitFor(question.restsOn, minPosition);
    return question.answer();
  }
}
