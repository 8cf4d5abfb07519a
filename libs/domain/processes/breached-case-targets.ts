import { declareProcessManager, idOf, type Instant } from '../../kernel/index.js';
import { RecordCaseTargetBreach } from '../case/case.commands.js';
import { caseEvents, type CaseTargetName } from '../case/case.events.js';

interface Deadline {
  readonly target: CaseTargetName;
  readonly dueAt: Instant;
}

/** Deadlines that have not fired. */
interface ToDo {
  readonly by: readonly Deadline[];
}

/** What a step says of deadlines; most say nothing. */
interface Setting {
  readonly respondBy?: Instant;
  readonly resolveBy?: Instant;
}

const nothing: ToDo = { by: [] };
const itself = ({ stream }: { readonly stream: string }): readonly string[] => [idOf(stream)];

/**
 * A step sets new deadlines and ends the ones before, but for the targets that it leaves to be met. One that lies before
 * the step has been missed, whatever the step achieved: it may only be held back, while history is reported.
 */
const step =
  (...left: readonly CaseTargetName[]) =>
  ({ by }: ToDo, { occurredAt, data }: { readonly occurredAt: Instant; readonly data: object }): ToDo => {
    const { respondBy, resolveBy }: Setting = data;
    return toDo([
      ...by.filter(({ target, dueAt }) => dueAt < occurredAt || left.includes(target)),
      ...(respondBy === undefined ? [] : [{ target: 'response' as const, dueAt: respondBy }]),
      ...(resolveBy === undefined ? [] : [{ target: 'resolution' as const, dueAt: resolveBy }]),
    ]);
  };

const toDo = (by: readonly Deadline[]): ToDo => (by.length === 0 ? nothing : { by });

/** A target of a case that is not met by its deadline is breached at that instant (S3; domain.md §8). */
export const breachedCaseTargets = declareProcessManager<ToDo>()((on) => ({
  name: 'breached-case-targets',
  version: 2,
  policies: {},
  initial: nothing,
  hears: [
    on(caseEvents, {
      CaseOpened: { keys: itself, evolve: step() },
      CasePriorityChanged: { keys: itself, evolve: step() },
      CaseReplied: { keys: itself, evolve: step('resolution') },
      CaseResolved: { keys: itself, evolve: step() },
      CaseReopened: { keys: itself, evolve: step() },
    }),
  ],
  due: ({ by }) => by.map(({ dueAt }) => dueAt).sort()[0],
  onDue: ({ by }, deadline, caseId) => ({
    state: toDo(by.filter(({ dueAt }) => dueAt > deadline)),
    commands: by
      .filter(({ dueAt }) => dueAt === deadline)
      .map((missed) => Object.assign(new RecordCaseTargetBreach(), { caseId, ...missed })),
  }),
}));
