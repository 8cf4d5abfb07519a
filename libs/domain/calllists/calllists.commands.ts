import { Command } from '../../kernel/index.js';
import { type CustomerGroup, customerGroups } from '../account/customer-group.rules.js';
import { type ActivityKind, activityKinds } from '../activity/activity.events.js';
import { Moment, OneOf, Optional, OptionalId, PartsOf, Slug, Text, Texts, Whole } from '../fields.js';

/** A member of the selection's segment, with what it is ordered by. */
export class CandidateField {
  @OptionalId('person')
  readonly personId?: string;

  @OptionalId('account')
  readonly accountId?: string;

  /** Whole: minor units, days, points; of groups partner 4, friend 3, economist 2, dog 1. */
  @Whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  readonly value!: number;

  /** The customer group that it is in, where that is known: dogs are called only if the selection asks for them (S4). */
  @Optional()
  @OneOf(customerGroups)
  readonly group?: CustomerGroup;

  /** Whose customer it is: the salesperson who calls it, if there is room. */
  @Optional()
  @Text(100)
  readonly owner?: string;
}

@Command({
  says: 'Cuts a selection into call lists for salespeople, worked off as planned activities.',
  by: ['sales', 'sales-manager', 'marketing'],
  opens: true,
  refuses: {
    SELECTION_NOT_FOUND: 'There is no such selection.',
    CALL_LISTS_EXIST: 'Other call lists were cut under this id.',
    CANDIDATE_OF_OTHER_KIND: 'The selection is of accounts and a candidate is a person, or the other way round.',
    CANDIDATE_TWICE: 'Somebody is among the candidates twice.',
  },
  example: {
    cutId: '0d6f4a3e-58c1-4b7e-9a21-c3d2e1f0a9b8',
    selectionId: 'win-back',
    salespeople: ['sam', 'kim'],
    size: 20,
    kind: 'phone-call',
    dueAt: '2026-09-04T15:00:00Z',
    candidates: [{ accountId: '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10', value: 4_800_000, owner: 'sam' }],
  },
})
export class CutCallLists {
  @OptionalId()
  readonly cutId?: string;

  @Slug('selection')
  readonly selectionId!: string;

  @Texts(100, 50, 1)
  readonly salespeople!: readonly string[];

  /** Most members of a list. */
  @Whole(1, 200)
  readonly size!: number;

  /** A phone call when left out. */
  @Optional()
  @OneOf(activityKinds)
  readonly kind?: ActivityKind;

  @Moment()
  readonly dueAt!: string;

  /** In any order; it is the selection that puts them in order. */
  @PartsOf(CandidateField, 1, 2_000)
  readonly candidates!: readonly CandidateField[];
}
