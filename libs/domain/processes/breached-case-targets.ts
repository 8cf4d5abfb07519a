import { declareProcessManager, idOf, type Instant } from '../../kernel/index.js';
import { RecordCaseTargetBreach } from '../case/case.commands.js';
import { caseEvents, type CaseTargetName } from '../case/case.events.js';

/** What is still to be done, and by when. Empty: nothing. */
interface ToDo {
  readonly respondBy?: Instant | undefined;
  readonly resolveBy?: Instant | undefined;
}

const nothing: ToDo = {};
const itself = ({ stream }: { readonly stream: string }): readonly string[] => [idOf(stream)];
const deadlines = (_: ToDo, { data: { respondBy, resolveBy } }: { readonly data: ToDo }): ToDo => ({
  respondBy,
  resolveBy,
});

/** A target of a case that is not met by its deadline is breached at that instant (S3; domain.md §8). */
export const breachedCaseTargets = declareProcessManager<ToDo>()((on) => ({
  name: 'breached-case-targets',
  version: 1,
  policies: {},
  initial: nothing,
  hears: [
    on(caseEvents, {
      CaseOpened: { keys: itself, evolve: deadlines },
      CasePriorityChanged: { keys: itself, evolve: deadlines },
      CaseReplied: { keys: itself, evolve: ({ resolveBy }) => (resolveBy === undefined ? nothing : { resolveBy }) },
      CaseResolved: { keys: itself, evolve: () => nothing },
      CaseReopened: { keys: itself, evolve: (_, { data: { resolveBy } }) => ({ resolveBy }) },
    }),
  ],
  due: ({ respondBy, resolveBy }) => {
    if (respondBy === undefined || resolveBy === undefined) return respondBy ?? resolveBy;
    return respondBy < resolveBy ? respondBy : resolveBy;
  },
  onDue: ({ respondBy, resolveBy }, dueAt, caseId) => {
    const breached = (target: CaseTargetName) => Object.assign(new RecordCaseTargetBreach(), { caseId, target, dueAt });
    const commands = [
      ...(respondBy === dueAt ? [breached('response')] : []),
      ...(resolveBy === dueAt ? [breached('resolution')] : []),
    ];
    const left = { respondBy: later(respondBy, dueAt), resolveBy: later(resolveBy, dueAt) };
    return { state: left.respondBy === undefined && left.resolveBy === undefined ? nothing : left, commands };
  },
}));

const later = (deadline: Instant | undefined, than: Instant): Instant | undefined =>
  deadline !== undefined && deadline > than ? deadline : undefined;
