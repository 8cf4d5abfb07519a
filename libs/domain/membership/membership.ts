import { aggregate, daysAfter, factsOf, invalid, type LocalDate, type Lookup, refused } from '../../kernel/index.js';
import { itsOwnId, naturalId } from '../natural-id.js';
import { disbanded, team, type TeamState } from '../team/team.js';
import { plain } from '../values.js';
import { AddTeamMember, RemoveTeamMember } from './membership.commands.js';
import { type Membership, membershipEvents } from './membership.events.js';

export interface MembershipState {
  /** By their first day; on no day two. */
  readonly memberships: readonly Membership[];
}

interface Lookups {
  readonly team: TeamState;
}

const fact = factsOf(membershipEvents);

const joined: Lookup<MembershipState, TeamState> = {
  from: team,
  id: (command) => (command instanceof AddTeamMember ? command.teamId : undefined),
};

/** Every salesperson has a stream of their own, named by them. */
export const membershipIdOf = (salesperson: string): string => naturalId('membership', salesperson);

/** "Until further notice" is later than every day. */
const endless = '9999-12-31';
const lastDay = ({ until }: Membership): string => until ?? endless;

const holdsOn = (membership: Membership, day: LocalDate): boolean =>
  membership.from <= day && lastDay(membership) >= day;

/** The team that the salesperson is in on a day. */
export const teamOn = ({ memberships }: MembershipState, day: LocalDate): string | undefined =>
  memberships.find((membership) => holdsOn(membership, day))?.teamId;

/**
 * In which teams a salesperson is when: on each day in one at most, so that every amount counts for one team
 * (domain.md §4; docs/decisions). It is a matter of days, and any day may be reported late.
 */
export const membership = aggregate<MembershipState, Lookups>()({
  events: membershipEvents,
  commands: { AddTeamMember, RemoveTeamMember },
  id: 'membershipId',
  initial: { memberships: [] },
  lookups: { team: joined },
  naturalId: (command) =>
    command instanceof AddTeamMember || command instanceof RemoveTeamMember
      ? membershipIdOf(command.salesperson)
      : undefined,
  // Nobody takes members out of the team of another manager.
  whose: (command, state) => {
    const { teamId, from } = command as AddTeamMember | (RemoveTeamMember & { readonly from?: undefined });
    const left = from === undefined ? undefined : teamOn(state, from);
    return [...new Set([teamId, left])].flatMap((its) => (its === undefined ? [] : [{ teamId: its }]));
  },
  decide: {
    AddTeamMember: ({ membershipId, salesperson, teamId, from, until }, { memberships }, { lookups }) => {
      itsOwnId('membershipId', membershipId, membershipIdOf(salesperson));
      const asked = plain({ teamId, from, until });
      if (lastDay(asked) < from) {
        throw invalid('MEMBERSHIP_DATES_REVERSED', 'A membership ends on its first day at the earliest.', [
          { path: 'until', message: 'until must not be before from.' },
        ]);
      }
      const known = memberships.find((other) => holdsOn(other, from));
      // Said again for its first day it is so already, however it ended; for a later day only until further notice.
      const saysNoEnd = until === undefined && known?.from === from;
      if (known?.teamId === teamId && (saysNoEnd || until === known.until)) return [];
      if (lookups.team.disbanded) throw disbanded();
      // Who comes into a team leaves the one they are in until further notice.
      const left =
        known && known.until === undefined && known.from < from && known.teamId !== teamId ? known : undefined;
      if (memberships.some((other) => other !== left && overlap(other, asked))) throw overlaps();
      return [
        ...(left ? [fact('TeamMemberRemoved', { salesperson, ...left, until: daysAfter(from, -1) })] : []),
        fact('TeamMemberAdded', { salesperson, ...asked }),
      ];
    },

    RemoveTeamMember: ({ membershipId, salesperson, teamId, until }, { memberships }) => {
      itsOwnId('membershipId', membershipId, membershipIdOf(salesperson));
      const known = memberships.findLast((other) => other.teamId === teamId && other.from <= until);
      if (!known) throw refused('TEAM_MEMBER_UNKNOWN', 'The salesperson was not in this team by that day.');
      if (known.until === until) return [];
      const asked = { ...known, until };
      if (memberships.some((other) => other !== known && overlap(other, asked))) throw overlaps();
      return [fact('TeamMemberRemoved', { salesperson, ...asked })];
    },
  },
  evolve: {
    TeamMemberAdded: ({ memberships }, { teamId, from, until }) => ({
      memberships: inOrder([...memberships, plain({ teamId, from, until })]),
    }),
    TeamMemberRemoved: ({ memberships }, { teamId, from, until }) => ({
      memberships: memberships.map((known) => (known.from === from ? { teamId, from, until } : known)),
    }),
  },
});

const inOrder = (memberships: readonly Membership[]): readonly Membership[] =>
  memberships.toSorted((a, b) => (a.from < b.from ? -1 : 1));

const overlap = (a: Membership, b: Membership): boolean => a.from <= lastDay(b) && b.from <= lastDay(a);

const overlaps = () => refused('MEMBERSHIP_OVERLAPS', 'On each day a salesperson is in one team at most.');
