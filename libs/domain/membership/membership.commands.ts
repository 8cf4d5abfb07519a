import { Command } from '../../kernel/index.js';
import { Day, Optional, OptionalId, Slug, Text } from '../fields.js';
import { refusesOtherId } from '../natural-id.js';

const refuses = {
  ...refusesOtherId,
  MEMBERSHIP_OVERLAPS: 'The salesperson would be in two teams on one day.',
} as const;

@Command({
  says: 'A salesperson comes into a team on a day, and leaves the one they are in; also a late report of the past.',
  by: ['sales-manager'],
  opens: true,
  refuses: {
    ...refuses,
    MEMBERSHIP_DATES_REVERSED: 'The last day is before the first one.',
    TEAM_DISBANDED: 'The team was disbanded.',
  },
  example: { salesperson: 'sam', teamId: 'north-sea', from: '2026-07-01' },
})
export class AddTeamMember {
  /** Follows from the salesperson. */
  @OptionalId()
  readonly membershipId?: string;

  @Text(100)
  readonly salesperson!: string;

  @Slug('team')
  readonly teamId!: string;

  /** The first day in the team. */
  @Day()
  readonly from!: string;

  /** The last day in the team, where it is known. */
  @Optional()
  @Day()
  readonly until?: string;
}

@Command({
  says: 'A salesperson leaves a team: says, or corrects, which day is the last one in it.',
  by: ['sales-manager'],
  refuses: { ...refuses, TEAM_MEMBER_UNKNOWN: 'The salesperson was not in the team by that day.' },
  example: { salesperson: 'sam', teamId: 'north-sea', until: '2026-12-31' },
  after: ['AddTeamMember'],
})
export class RemoveTeamMember {
  /** Follows from the salesperson. */
  @OptionalId()
  readonly membershipId?: string;

  @Text(100)
  readonly salesperson!: string;

  @Slug('team')
  readonly teamId!: string;

  /** The last day in the team. */
  @Day()
  readonly until!: string;
}
