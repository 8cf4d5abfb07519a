import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CommandClass, type Instant, minutesAfter, Refusal } from '../../kernel/index.js';
import { command, decide } from '../../testing/decider.js';
import {
  AssignCase,
  ChangeCasePriority,
  OpenCase,
  RecordCaseTargetBreach,
  ReopenCase,
  ReplyToCase,
  ResolveCase,
} from './case.commands.js';
import { priorities } from './case.events.js';
import { type CaseState, serviceCase } from './case.js';

const caseId = 'e4b1c7d2-90af-4c3e-8b57-6d2f1a9c0e48';
const start: Instant = '2024-01-15T09:00:00.000Z';
const of = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const asked = fc.oneof(
  fc.record({ type: of<CommandClass>(ReplyToCase), body: fc.record({ text: of('Hello', 'On our way') }) }),
  fc.record({ type: of<CommandClass>(ResolveCase), body: fc.record({ resolution: of('Fixed', 'Explained') }) }),
  fc.record({ type: of<CommandClass>(ReopenCase), body: fc.record({ reason: of('Again', 'Not fixed') }) }),
  fc.record({ type: of<CommandClass>(AssignCase), body: fc.record({ assignee: of('fred', 'nora') }) }),
  fc.record({ type: of<CommandClass>(ChangeCasePriority), body: fc.record({ priority: of(...priorities) }) }),
);
const steps = fc.array(fc.record({ wait: of(0, 5, 30, 240, 1_440), asked }), { minLength: 5, maxLength: 25 });

/** What a history of a case comes to when each deadline is noticed at some later time. */
interface Course {
  state: CaseState;
  now: Instant;
  readonly reached: Set<string>;
}

function issue(course: Course, issued: object): void {
  const circumstances = { occurredAt: course.now };
  try {
    const facts = decide(serviceCase, course.state, issued, circumstances);
    for (const { type, data } of facts) {
      course.reached.add(type);
      const stored = { type, data: JSON.parse(JSON.stringify(data)) as object };
      course.state = serviceCase.apply(course.state, stored, course.now);
    }
    expect(decide(serviceCase, course.state, issued, circumstances)).toEqual([]);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    course.reached.add(error.code);
  }
}

describe('In whatever order it is asked', () => {
  it('a case is breached once for each deadline that held and was missed, however late that is noticed', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(steps, (sequence) => {
        const course: Course = { state: serviceCase.initial, now: start, reached };
        const open = { caseId, subject: 'Alarm', channel: 'phone', accountId: caseId };
        issue(course, command(OpenCase, open));
        for (const step of sequence) {
          course.now = minutesAfter(course.now, step.wait);
          issue(course, command(step.asked.type, { caseId, ...step.asked.body }));
        }
        course.now = minutesAfter(course.now, 100_000);
        const { deadlines = [], answeredAt, resolvedAt = [] } = course.state.known ?? {};
        for (const { target, dueAt } of [...deadlines, ...deadlines]) {
          issue(course, command(RecordCaseTargetBreach, { caseId, target, dueAt }));
        }
        const breached = course.state.known?.breached ?? [];
        expect(new Set(breached.map(({ target, dueAt }) => `${target} ${dueAt}`)).size).toBe(breached.length);
        for (const { target, dueAt } of breached) {
          expect(deadlines.some((set) => set.target === target && set.dueAt === dueAt)).toBe(true);
          if (target === 'response') expect(answeredAt === undefined || answeredAt > dueAt).toBe(true);
        }
        for (const { dueAt, setAt } of deadlines) expect(dueAt >= setAt).toBe(true);
        // A case that was never resolved has missed its last resolution target by now.
        const last = deadlines.findLast(({ target }) => target === 'resolution');
        if (resolvedAt.length === 0) expect(breached).toContainEqual({ target: 'resolution', dueAt: last?.dueAt });
      }),
      { numRuns: 200 },
    );
    // The sequences came everywhere, so the property says something.
    for (const type of Object.keys(serviceCase.events.types)) expect(reached).toContain(type);
    for (const code of ['CASE_RESOLVED', 'CASE_NOT_RESOLVED']) expect(reached).toContain(code);
  });
});
