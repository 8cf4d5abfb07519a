import {
  type Signal,
  type SignalKind,
  type SignalEvents,
  signalOf,
} from '../../libs/domain/account/relationship.rules.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import type { SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import { aboutThePhase } from '../../libs/domain/segment/unjudged.rules.js';
import type { RecordedEvent } from '../../libs/kernel/index.js';
import { appends, bool, integer, optional, text, versions } from '../../libs/read-model/index.js';
import { policies, rates } from '../policies/tables.js';
import { buyers } from './buyers.js';
import { clocks, subjectsOf } from './clocks.js';
import { loyalty, retention, wins } from './loyalty.js';
import { accounts } from './organisations.js';
import { leads, people } from './people.js';
import { opportunities, purchases } from './sales.js';
import { worth } from './worth.js';

const signalled = ({ stream }: RecordedEvent, subjects: readonly string[], signal: Signal | undefined) =>
  signal ? subjects.map((subject_id) => ({ subject_id, stream, ...signal })) : [];

/** A row for each fact of a relationship and whom it is about. */
export const signals = appends<SignalEvents>()({
  columns: {
    subject_id: text('Account or person whom it is about.'),
    what: text<SignalKind>(
      'reached or failed (an interaction), sent or answered (a campaign), satisfaction (a survey).',
    ),
    outbound: bool('Of an interaction: whether we turned to them.'),
    stream: text('Stream of the event.'),
    value: optional(integer('Of satisfaction: in per cent of the scale of the survey.')),
  },
  on: {
    ActivityCompleted: (event) => signalled(event, subjectsOf(event.data), signalOf.ActivityCompleted(event.data)),
    ActivityLogged: (event) => signalled(event, subjectsOf(event.data), signalOf.ActivityLogged(event.data)),
    CampaignSent: (event) => signalled(event, [event.data.personId], signalOf.CampaignSent()),
    CampaignResponded: (event) => signalled(event, [event.data.personId], signalOf.CampaignResponded(event.data)),
    SurveyResponseRecorded: (event) =>
      signalled(event, subjectsOf(event.data), signalOf.SurveyResponseRecorded(event.data)),
  },
  // All that is asked of them: what somebody said over the years lies all over the table.
  indexes: [
    {
      on: ['subject_id', 'occurred_at'],
      with: ['recorded_at', 'position', 'what', 'outbound', 'stream', 'value'],
    },
  ],
});

/** Lists, and segments by rule: of those that a window is for, and whose rule does not ask for the phase, events tell the members. */
export const lists = versions<SegmentEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the segment or list.'),
    of: text<SegmentAudience>('accounts or people.'),
    by: text<'name' | 'rule' | 'phase'>(
      'name: members are named one by one; rule: they follow from a rule; phase: from one that asks for the phase.',
    ),
  },
  opens: {
    StaticListCreated: ({ data }) => ({ of: data.of, by: 'name' as const }),
    SegmentDefined: ({ data }) => ({
      of: data.of,
      by: aboutThePhase(data.rule).length > 0 ? ('phase' as const) : ('rule' as const),
    }),
  },
});

export type CustomersTables = {
  readonly wins: typeof wins;
  readonly loyalty: typeof loyalty;
  readonly retention: typeof retention;
  readonly worth: typeof worth;
  readonly buyers: typeof buyers;
  readonly leads: typeof leads;
  readonly accounts: typeof accounts;
  readonly people: typeof people;
  readonly purchases: typeof purchases;
  readonly opportunities: typeof opportunities;
  readonly signals: typeof signals;
  readonly clocks: typeof clocks;
  readonly lists: typeof lists;
  readonly policies: typeof policies;
  readonly rates: typeof rates;
};

export const tables: CustomersTables = {
  accounts,
  people,
  purchases,
  opportunities,
  signals,
  clocks,
  lists,
  policies,
  rates,
  wins,
  loyalty,
  retention,
  worth,
  buyers,
  leads,
};
