import { aggregate, conflict, type DataOf, factsOf, invalid, refused } from '../../kernel/index.js';
import { type PolicyInForce, policyLookup } from '../policy/policy-in-force.js';
import { plain, same } from '../values.js';
import { sameRule } from './canonical.rules.js';
import { hasId, type IdSet, noIds, withIds, withoutIds } from './id-set.js';
import { readRule } from './parse.rules.js';
import {
  AddToStaticList,
  CreateStaticList,
  DefineSegment,
  RemoveFromStaticList,
  RetireSegment,
} from './segment.commands.js';
import { type SegmentEvents, segmentEvents } from './segment.events.js';
import type { SegmentAudience } from './segment.rules.js';
import { aboutThePhase, unjudged } from './unjudged.rules.js';

type Data<T extends keyof SegmentEvents> = DataOf<SegmentEvents[T]>;

/** A dynamic segment or a static list; both are used under one id. */
export interface SegmentState {
  readonly defined?: Data<'SegmentDefined'>;
  readonly list?: Data<'StaticListCreated'>;
  /** Of a static list. */
  readonly members: IdSet;
  readonly retired?: Data<'SegmentRetired'>;
}

interface Lookups {
  readonly windows: PolicyInForce<'inactivity.window'>;
}

const fact = factsOf(segmentEvents);

/** Only of a rule about the phase it matters whether the segment has a window of its own. */
const asksForThePhase = (command: object): boolean => {
  const rule = command instanceof DefineSegment ? readRule(command.rule, command.of).rule : undefined;
  return rule !== undefined && aboutThePhase(rule).length > 0;
};

/**
 * Dynamic segments by rules, each version kept, and static lists, whose members have a history (domain.md §6). The
 * members of a dynamic segment are no facts of its own: they follow from the rule.
 */
export const segment = aggregate<SegmentState, Lookups>()({
  events: segmentEvents,
  commands: { DefineSegment, CreateStaticList, AddToStaticList, RemoveFromStaticList, RetireSegment },
  id: 'segmentId',
  initial: { members: noIds },
  lookups: { windows: policyLookup('inactivity.window', asksForThePhase) },
  decide: {
    DefineSegment: ({ segmentId, name, of, rule: asked }, { defined, list, retired }, { lookups }) => {
      const { rule, errors } = readRule(asked, of);
      if (!rule) throw invalid('SEGMENT_RULE_INVALID', 'The rule is not one of the language of segments.', errors);
      if (list) throw conflict('SEGMENT_IS_A_LIST', 'There is a static list with this id.');
      if (defined && defined.of !== of) {
        throw refused('SEGMENT_AUDIENCE_FIXED', `The segment is of ${defined.of}; define another one of ${of}.`);
      }
      const unchanged = defined && sameRule(defined.rule, rule);
      if (unchanged && defined.name === name) return [];
      if (retired) throw isRetired();
      // What an earlier release took stays as it is.
      const unknown = unchanged ? [] : unjudged(rule);
      if (unknown.length > 0) throw invalid('SEGMENT_RULE_INVALID', 'No membership can rest on this.', unknown);
      const hasWindow = lookups.windows.value.segments.some((window) => window.segmentId === segmentId);
      const circular = unchanged || !hasWindow ? [] : aboutThePhase(rule);
      if (circular.length > 0) {
        throw invalid('SEGMENT_RULE_INVALID', 'The phase cannot rest on itself.', circular);
      }
      const version = unchanged ? defined.version : (defined?.version ?? 0) + 1;
      return [fact('SegmentDefined', plain({ name, of, rule, version }))];
    },

    CreateStaticList: ({ name, of }, { defined, list }) => {
      if (list && same({ name, of }, list)) return [];
      if (list ?? defined) throw conflict('SEGMENT_EXISTS', 'There is another segment or list with this id.');
      return [fact('StaticListCreated', { name, of })];
    },

    AddToStaticList: (command, state) => {
      const added = membersNamed(command, state).filter((id) => !hasId(state.members, id));
      if (added.length === 0) return [];
      if (state.retired) throw isRetired();
      return [fact('StaticListMembersAdded', { members: added })];
    },

    RemoveFromStaticList: (command, state) => {
      const removed = membersNamed(command, state).filter((id) => hasId(state.members, id));
      if (removed.length === 0) return [];
      if (state.retired) throw isRetired();
      return [fact('StaticListMembersRemoved', { members: removed })];
    },

    RetireSegment: ({ reason }, { retired }) => {
      if (!retired) return [fact('SegmentRetired', { reason })];
      if (retired.reason === reason) return [];
      throw refused('SEGMENT_ALREADY_RETIRED', 'It was retired for another reason.');
    },
  },
  evolve: {
    SegmentDefined: (state, defined) => ({ ...state, defined }),
    StaticListCreated: (state, list) => ({ ...state, list }),
    StaticListMembersAdded: (state, { members }) => ({ ...state, members: withIds(state.members, members) }),
    StaticListMembersRemoved: (state, { members }) => ({ ...state, members: withoutIds(state.members, members) }),
    SegmentRetired: (state, retired) => ({ ...state, retired }),
  },
});

const isRetired = () => refused('SEGMENT_RETIRED', 'The segment is retired.');

/** The ids that a command names, of the kind that the list is of. */
function membersNamed({ personIds, accountIds }: AddToStaticList, { list }: SegmentState): readonly string[] {
  if (!list) throw refused('SEGMENT_NOT_A_LIST', 'The members of a dynamic segment follow from its rule.');
  const [named, others] = list.of === 'people' ? [personIds, accountIds] : [accountIds, personIds];
  if (named && !others) return named;
  const field = list.of === 'people' ? 'personIds' : 'accountIds';
  throw invalid('LIST_MEMBERS_OF_OTHER_KIND', `This is a list of ${list.of}.`, [
    { path: field, message: `${field} must be given, and it alone.` },
  ]);
}

/** What a segment or list is made of; `undefined`: there is none. */
export const audienceOf = ({ defined, list }: SegmentState): SegmentAudience | undefined => defined?.of ?? list?.of;
