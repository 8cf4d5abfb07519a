import { declareProcess, idOf } from '../../kernel/index.js';
import { AcceptPersonMerge, ConfirmPersonMerge, DropPersonMerge, SeparatePerson } from '../person/merge.commands.js';
import { personEvents } from '../person/person.events.js';

/**
 * Of two people who are said to be one, the duplicate is asked to continue as the survivor, and the survivor is told the
 * answer (domain.md §1; docs/decisions/0010).
 */
export const mergePeople = declareProcess(personEvents)('merge-people', {
  PersonsMerged: ({ stream, data: { duplicateId } }) => [
    Object.assign(new AcceptPersonMerge(), { personId: duplicateId, survivorId: idOf(stream) }),
  ],
  PersonMergedInto: ({ stream, data: { survivorId, consents } }) => [
    Object.assign(new ConfirmPersonMerge(), { personId: survivorId, duplicateId: idOf(stream), consents }),
  ],
  PersonMergeDeclined: ({ stream, data: { survivorId } }) => [
    Object.assign(new DropPersonMerge(), { personId: survivorId, duplicateId: idOf(stream) }),
  ],
  PersonsUnmerged: ({ stream, data: { duplicateId } }) => [
    Object.assign(new SeparatePerson(), { personId: duplicateId, survivorId: idOf(stream) }),
  ],
});
