import type { KnownCommand } from '../../domain/index.js';
import { membership, membershipIdOf, teamOn } from '../../domain/membership/membership.js';
import { team } from '../../domain/team/team.js';
import { forbidden, type Found, type LocalDate, type Owner, type Refusal, type Role } from '../../kernel/index.js';
import { actsForSalespeople } from './keys.js';

/** A salesperson for whom a command is issued, in which role. */
export interface Claimant {
  readonly role: Role;
  readonly salesperson: string;
  /** Who is in which team is a matter of days (UTC). */
  readonly today: LocalDate;
}

/** Whether a key that acts for a salesperson issues it only about what is theirs. */
export const asksForOwners = ({
  options: { by },
  aggregate: { whose },
}: Pick<KnownCommand, 'options' | 'aggregate'>): boolean =>
  whose !== undefined && actsForSalespeople.some((role) => by.includes(role));

/** Loads what a question looks for, and answers it. */
type Ask = <Answer>(question: (found: Found) => Answer) => Promise<Answer>;

/**
 * A salesperson works on what is their own, a sales manager on what is the team's, and both on what is nobody's yet
 * (domain.md §9; docs/decisions/0030). Whose it is, the aggregate tells of the very state that is decided upon.
 *
 * @throws Refusal `NOT_YOURS`
 */
export async function checkOwners(
  claimant: Claimant,
  { name, aggregate: { whose } }: KnownCommand,
  command: object,
  state: unknown,
  ask: Ask,
): Promise<void> {
  if (!whose) return;
  const others = await ask((found) =>
    whose(command, state, found).filter((owner) => !worksFor(owner, claimant, found)),
  );
  const [other] = others;
  if (other) throw notYours(name, other);
}

function worksFor(owner: Owner, { role, salesperson, today }: Claimant, found: Found): boolean {
  const manages = role === 'sales-manager';
  if ('allOfSales' in owner) return false;
  if ('teamId' in owner) return manages && found(team, owner.teamId)?.state.defined?.manager === salesperson;
  if (owner.salesperson === salesperson) return true;
  const memberships = manages ? found(membership, membershipIdOf(owner.salesperson)) : undefined;
  const its = found(team, memberships && teamOn(memberships.state, today))?.state;
  return its?.defined?.manager === salesperson && !its.disbanded;
}

const nobody = 'or for nobody in particular';

/** Names nobody: who owns what is not told by a refusal. */
function notYours(command: string, owner: Owner): Refusal {
  const [whose, who] =
    'allOfSales' in owner
      ? ['all of sales together', 'for nobody in particular']
      : 'teamId' in owner
        ? ['a team with another manager', `for its manager ${nobody}`]
        : ['another salesperson', `for them, for the manager of their team, ${nobody}`];
  return forbidden('NOT_YOURS', `${command} is about what belongs to ${whose}: it takes a key that acts ${who}.`);
}
