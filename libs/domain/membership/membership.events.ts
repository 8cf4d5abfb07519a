import { declareEvents, type EventShape, type LocalDate } from '../../kernel/index.js';

/** In which team a salesperson is from which day to which, both included; without the last day: until further notice. */
export interface Membership {
  readonly teamId: string;
  readonly from: LocalDate;
  readonly until?: LocalDate;
}

/** These names and shapes are on disk: compensate, never change. A stream tells of one salesperson. */
export interface MembershipEvents {
  TeamMemberAdded: EventShape<Membership & { readonly salesperson: string }>;
  TeamMemberRemoved: EventShape<Required<Membership> & { readonly salesperson: string }>;
}

export const membershipEvents = declareEvents<MembershipEvents>('membership', {
  TeamMemberAdded: { says: 'A salesperson is in a team from this day on.' },
  TeamMemberRemoved: { says: 'A salesperson who came into a team on one day is in it until another, the last one.' },
});
