import { describe, expect, it } from '@jest/globals';
import { commandNamed, OpenOpportunity } from '../../domain/index.js';
import { membershipIdOf } from '../../domain/membership/membership.js';
import { membershipEvents } from '../../domain/membership/membership.events.js';
import { teamEvents } from '../../domain/team/team.events.js';
import { factsOf, type Foldable, type Found, type Owner, type Role } from '../../kernel/index.js';
import { fold, type StatedFact } from '../../testing/decider.js';
import { asksForOwners, checkOwners } from './ownership.js';

const joined = factsOf(membershipEvents);
const defined = factsOf(teamEvents);

const log: Readonly<Record<string, readonly StatedFact[]>> = {
  'team-west': [defined('TeamDefined', { name: 'West', manager: 'kim' })],
  'team-north': [defined('TeamDefined', { name: 'North', manager: 'lee' })],
  'team-south': [defined('TeamDefined', { name: 'South', manager: 'kim' }), defined('TeamDisbanded', {})],
  [`membership-${membershipIdOf('sam')}`]: [
    joined('TeamMemberAdded', { salesperson: 'sam', teamId: 'west', from: '2026-01-01', until: '2026-06-30' }),
    joined('TeamMemberAdded', { salesperson: 'sam', teamId: 'north', from: '2026-07-01' }),
  ],
  [`membership-${membershipIdOf('noor')}`]: [
    joined('TeamMemberAdded', { salesperson: 'noor', teamId: 'south', from: '2026-01-01' }),
  ],
  [`membership-${membershipIdOf('lee')}`]: [
    joined('TeamMemberAdded', { salesperson: 'lee', teamId: 'west', from: '2026-01-01' }),
  ],
};

const looked = <State>(from: Foldable<State>, id: string | undefined) =>
  id === undefined ? undefined : { id, state: fold(from, log[`${from.category}-${id}`] ?? []) };

const known = commandNamed('OpenOpportunity');

/** What a command that belongs to these owners is answered; `undefined`: it is let through. */
async function answer(role: Role, salesperson: string, owners: readonly Owner[], today = '2026-03-01') {
  if (!known) throw new Error('There is no such command.');
  const claimed = { ...known, aggregate: { ...known.aggregate, whose: () => owners } };
  const ask = <Answer>(question: (found: Found) => Answer) => Promise.resolve(question(looked));
  try {
    await checkOwners({ role, salesperson, today }, claimed, new OpenOpportunity(), {}, ask);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

const isLet = async (...asked: Parameters<typeof answer>): Promise<boolean> => (await answer(...asked)) === undefined;

describe('A key that acts for a salesperson', () => {
  it('is for what is theirs or nobody’s, and for nothing of others', async () => {
    expect(await isLet('sales', 'sam', [{ salesperson: 'sam' }])).toBe(true);
    expect(await isLet('sales', 'sam', [])).toBe(true);
    expect(await isLet('sales', 'sam', [{ salesperson: 'noor' }])).toBe(false);
    expect(await isLet('sales', 'sam', [{ salesperson: 'sam' }, { salesperson: 'noor' }])).toBe(false);
  });

  it('is for what is of the team where it is a manager’s, as the team is on that day', async () => {
    const sams = [{ salesperson: 'sam' }];
    expect(await isLet('sales-manager', 'kim', sams, '2026-06-30')).toBe(true);
    expect(await isLet('sales-manager', 'lee', sams, '2026-06-30')).toBe(false);
    expect(await isLet('sales-manager', 'kim', sams, '2026-07-01')).toBe(false);
    expect(await isLet('sales-manager', 'lee', sams, '2026-07-01')).toBe(true);
    expect(await isLet('sales-manager', 'kim', [{ salesperson: 'kim' }])).toBe(true);
    expect(await isLet('sales-manager', 'kim', [{ salesperson: 'nobody-knows' }])).toBe(false);
    // Who leads a team in a team of hers is a member like another; his own team is not hers.
    expect(await isLet('sales-manager', 'kim', [{ salesperson: 'lee' }])).toBe(true);
    expect(await isLet('sales-manager', 'kim', sams, '2026-08-01')).toBe(false);
  });

  it('is not for what is of the team where the role is that of a salesperson', async () => {
    expect(await isLet('sales', 'kim', [{ salesperson: 'sam' }])).toBe(false);
    expect(await isLet('sales', 'kim', [{ teamId: 'west' }])).toBe(false);
  });

  it('is for the targets and commitments of its own teams, also of a disbanded one, whose members it has no more', async () => {
    expect(await isLet('sales-manager', 'kim', [{ teamId: 'west' }])).toBe(true);
    expect(await isLet('sales-manager', 'kim', [{ teamId: 'north' }])).toBe(false);
    expect(await isLet('sales-manager', 'kim', [{ teamId: 'south' }])).toBe(true);
    expect(await isLet('sales-manager', 'kim', [{ salesperson: 'noor' }])).toBe(false);
    expect(await isLet('sales-manager', 'kim', [{ allOfSales: true }])).toBe(false);
  });

  it('says what it takes, and names nobody', async () => {
    const refusals = [
      await answer('sales', 'sam', [{ salesperson: 'noor' }]),
      await answer('sales-manager', 'kim', [{ teamId: 'north' }]),
      await answer('sales-manager', 'kim', [{ allOfSales: true }]),
    ];
    expect(refusals).toMatchObject(refusals.map(() => ({ kind: 'forbidden', code: 'NOT_YOURS' })));
    expect(refusals.map((refusal) => refusal?.message)).toEqual([
      'OpenOpportunity is about what belongs to another salesperson: it takes a key that acts for them, for the manager of their team, or for nobody in particular.',
      'OpenOpportunity is about what belongs to a team with another manager: it takes a key that acts for its manager or for nobody in particular.',
      'OpenOpportunity is about what belongs to all of sales together: it takes a key that acts for nobody in particular.',
    ]);
  });

  it('is asked for only where sales may issue the command, and where it is about what somebody owns', () => {
    const asking = (name: string): boolean => {
      const found = commandNamed(name);
      return found !== undefined && asksForOwners(found);
    };
    expect(['OpenOpportunity', 'CommitForecast', 'LogActivity'].map(asking)).toEqual([true, true, true]);
    expect(['RegisterName', 'DefinePipeline', 'OpenCase', 'AcceptPersonMerge'].map(asking)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
