import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf, Refusal } from '../../kernel/index.js';
import { command, decide, fold, given, type StatedFact } from '../../testing/decider.js';
import { teamEvents } from '../team/team.events.js';
import { AddTeamMember, RemoveTeamMember } from './membership.commands.js';
import { membershipEvents } from './membership.events.js';
import { membership, membershipIdOf, type MembershipState } from './membership.js';

const fact = factsOf(membershipEvents);
const teamFact = factsOf(teamEvents);
const salesperson = 'sam';

const added = (teamId: string, from: string, until?: string) =>
  fact('TeamMemberAdded', { salesperson, teamId, from, ...(until === undefined ? {} : { until }) });
const removed = (teamId: string, from: string, until: string) =>
  fact('TeamMemberRemoved', { salesperson, teamId, from, until });

const add = (teamId: string, from: string, until?: string) =>
  command(AddTeamMember, { salesperson, teamId, from, until });
const remove = (teamId: string, until: string) => command(RemoveTeamMember, { salesperson, teamId, until });

describe('A salesperson', () => {
  it('is in a team from a day on', () => {
    given(membership).when(add('north', '2026-01-01')).then(added('north', '2026-01-01'));
    given(membership)
      .when(add('north', '2026-01-01', '2026-03-31'))
      .then(added('north', '2026-01-01', '2026-03-31'));
  });

  it('is in it already: nothing changes', () => {
    given(membership, added('north', '2026-01-01')).when(add('north', '2026-02-01')).thenNothing();
    given(membership, added('north', '2026-01-01'), removed('north', '2026-01-01', '2026-03-31'))
      .when(add('north', '2026-01-01'))
      .thenNothing();
  });

  it('does not stay longer than was said because they are said to be in it from a later day', () => {
    given(membership, added('north', '2026-01-01', '2026-03-31'))
      .when(add('north', '2026-02-01'))
      .thenRefused('MEMBERSHIP_OVERLAPS');
  });

  it('is in one team at a time: who comes into another leaves the one they are in the day before', () => {
    given(membership, added('north', '2026-01-01'))
      .when(add('south', '2026-04-01'))
      .then(removed('north', '2026-01-01', '2026-03-31'), added('south', '2026-04-01'));
    given(membership, added('north', '2026-01-01')).when(add('south', '2026-01-01')).thenRefused('MEMBERSHIP_OVERLAPS');
    given(membership, added('north', '2026-01-01'))
      .when(add('north', '2026-02-01', '2026-02-28'))
      .thenRefused('MEMBERSHIP_OVERLAPS');
  });

  it('leaves a team on its last day; a later report corrects it', () => {
    const left = [added('north', '2026-01-01'), removed('north', '2026-01-01', '2026-03-31')];
    given(membership, added('north', '2026-01-01'))
      .when(remove('north', '2026-03-31'))
      .then(removed('north', '2026-01-01', '2026-03-31'));
    given(membership, ...left)
      .when(remove('north', '2026-03-31'))
      .thenNothing();
    given(membership, ...left)
      .when(remove('north', '2026-02-28'))
      .then(removed('north', '2026-01-01', '2026-02-28'));
    given(membership, ...left, added('south', '2026-04-01'))
      .when(remove('north', '2026-04-01'))
      .thenRefused('MEMBERSHIP_OVERLAPS');
  });

  it('may have been in a team before, which is told late: where it ended is told too', () => {
    const now = added('north', '2026-04-01');
    given(membership, now)
      .when(add('south', '2026-01-01', '2026-03-31'))
      .then(added('south', '2026-01-01', '2026-03-31'));
    given(membership, now).when(add('south', '2026-01-01')).thenRefused('MEMBERSHIP_OVERLAPS');
    given(membership, now)
      .when(add('south', '2026-01-01', '2026-04-01'))
      .thenRefused('MEMBERSHIP_OVERLAPS');
    given(membership, now)
      .when(add('south', '2026-02-01', '2026-01-31'))
      .thenRefused('MEMBERSHIP_DATES_REVERSED');
  });

  it('leaves only a team that they are in', () => {
    given(membership).when(remove('north', '2026-03-31')).thenRefused('TEAM_MEMBER_UNKNOWN');
    given(membership, added('north', '2026-04-01'))
      .when(remove('north', '2026-03-31'))
      .thenRefused('TEAM_MEMBER_UNKNOWN');
    given(membership, added('north', '2026-01-01'))
      .when(remove('south', '2026-03-31'))
      .thenRefused('TEAM_MEMBER_UNKNOWN');
  });

  it('comes into no team that was disbanded', () => {
    const lookups = {
      'team-north': [teamFact('TeamDefined', { name: 'N', manager: 'kim' }), teamFact('TeamDisbanded', {})],
    };
    given(membership).when(add('north', '2026-01-01'), { lookups }).thenRefused('TEAM_DISBANDED');
    given(membership, added('north', '2026-01-01')).when(add('north', '2026-02-01'), { lookups }).thenNothing();
  });

  it('has one stream, whoever asks', () => {
    const body = { salesperson, teamId: 'north', from: '2026-01-01' };
    expect(membership.naturalId?.(command(AddTeamMember, body))).toBe(membershipIdOf('sam'));
    expect(membership.naturalId?.(remove('south', '2026-01-01'))).toBe(membershipIdOf('sam'));
    given(membership)
      .when(command(AddTeamMember, { ...body, membershipId: membershipIdOf('sam') }))
      .then(added('north', '2026-01-01'));
    given(membership)
      .when(command(AddTeamMember, { ...body, membershipId: membershipIdOf('kim') }))
      .thenRefused('ID_NOT_ITS_OWN');
    given(membership)
      .when(
        command(RemoveTeamMember, {
          membershipId: membershipIdOf('kim'),
          salesperson,
          teamId: 'n',
          until: '2026-01-01',
        }),
      )
      .thenRefused('ID_NOT_ITS_OWN');
  });

  it('is in one team at most on each day, in whatever order it is told', () => {
    const day = fc.integer({ min: 1, max: 28 }).map((number) => `2026-02-${String(number).padStart(2, '0')}`);
    const team = fc.constantFrom('a', 'b', 'c');
    const asked = fc.oneof(
      fc.tuple(team, day, fc.option(day, { nil: undefined })).map(([teamId, from, until]) => add(teamId, from, until)),
      fc.tuple(team, day).map(([teamId, until]) => remove(teamId, until)),
    );
    fc.assert(
      fc.property(fc.array(asked, { minLength: 1, maxLength: 20 }), (sequence) => {
        let state: MembershipState = membership.initial;
        const history: StatedFact[] = [];
        for (const issued of sequence) {
          try {
            const facts = decide(membership, state, issued);
            history.push(...facts);
            state = fold(membership, history);
            expect(decide(membership, state, issued)).toEqual([]);
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
          }
        }
        state.memberships.forEach(({ from, until }, place) => {
          expect(until === undefined || from <= until).toBe(true);
          const next = state.memberships[place + 1];
          if (next) expect(until !== undefined && until < next.from).toBe(true);
        });
      }),
    );
  });
});
