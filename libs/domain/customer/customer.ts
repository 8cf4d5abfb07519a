import { aggregate, factsOf, type Instant } from '../../kernel/index.js';
import type { Phase } from '../policy/policy.values.js';
import { plain } from '../values.js';
import { EndCustomerPhase, RecordCustomerPhase, RecordSegmentWord } from './customer.commands.js';
import { customerEvents } from './customer.events.js';
import { type Word } from './words.rules.js';

/** The phase that a customer is in. */
export interface CustomerState {
  /** Left out: none. */
  readonly phase?: Phase | undefined;
  /** Of the last change. */
  readonly since?: Instant;
  /** All that was said of segments, by their ids, in the order in which it was recorded. */
  readonly words?: Readonly<Record<string, readonly Word[]>>;
}

const fact = factsOf(customerEvents);

const lies = ({ since }: CustomerState, at: Instant): boolean => since !== undefined && at < since;

/** What was said of a customer and a segment so far. */
export const wordsOn = ({ words = {} }: CustomerState, segmentId: string): readonly Word[] => words[segmentId] ?? [];

const withWord = (state: CustomerState, segmentId: string, word: Word): CustomerState => ({
  ...state,
  words: { ...state.words, [segmentId]: [...wordsOn(state, segmentId), word] },
});

/**
 * Exactly one relationship phase of a customer at any instant, dated and explained (S3, S4; domain.md §1). The process
 * `customer-phases` decides it; what lies before the last change is known already. Beside it stand the segments by rule
 * that it belongs to and that windows are for: what the phase rests on is a fact.
 */
export const customer = aggregate<CustomerState>()({
  events: customerEvents,
  commands: { RecordCustomerPhase, EndCustomerPhase, RecordSegmentWord },
  id: 'customerId',
  initial: {},
  lookups: {},
  decide: {
    RecordCustomerPhase: ({ customerKind, to, at, wonBack, because, policyVersion }, state) => {
      if (state.phase === to || lies(state, at)) return [];
      const policy =
        policyVersion === undefined ? undefined : ({ name: 'inactivity.window', version: policyVersion } as const);
      const changed = { customerKind, from: state.phase, to, at, because, policy };
      return [fact('CustomerPhaseChanged', plain(wonBack ? { ...changed, wonBack } : changed))];
    },

    EndCustomerPhase: ({ customerKind, at, carriedBy }, state) =>
      state.phase === undefined || lies(state, at)
        ? []
        : [fact('CustomerPhaseEnded', plain({ customerKind, from: state.phase, at, carriedBy }))],

    RecordSegmentWord: ({ customerKind, segmentId, at, ruleVersion, place }, state) => {
      if (wordsOn(state, segmentId).length !== place) return [];
      const word = { customerKind, segmentId, at };
      return [
        ruleVersion === undefined
          ? fact('CustomerLeftSegment', word)
          : fact('CustomerEnteredSegment', { ...word, ruleVersion }),
      ];
    },
  },
  evolve: {
    CustomerPhaseChanged: ({ words }, { to, at }) => plain({ phase: to, since: at, words }),
    CustomerPhaseEnded: ({ words }, { at }) => plain({ since: at, words }),
    CustomerEnteredSegment: (state, { segmentId, at }) => withWord(state, segmentId, { at, belongs: true }),
    CustomerLeftSegment: (state, { segmentId, at }) => withWord(state, segmentId, { at, belongs: false }),
  },
});
