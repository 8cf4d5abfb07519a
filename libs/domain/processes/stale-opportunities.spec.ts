import { describe, it } from '@jest/globals';
import { factsOf, plusDays } from '../../kernel/index.js';
import { given } from '../../testing/decider.js';
import { givenLog, issued } from '../../testing/process.js';
import { happened } from '../../testing/projection.js';
import type { ActivityEvents } from '../activity/activity.events.js';
import { MarkOpportunityRevived, MarkOpportunityStale } from '../index.js';
import { opportunityEvents, type OpportunityEvents } from '../opportunity/opportunity.events.js';
import { opportunity } from '../opportunity/opportunity.js';
import type { PolicyEvents } from '../policy/policy.events.js';
import { staleOpportunities } from './stale-opportunities.js';

const opportunityId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
const stream = `opportunity-${opportunityId}`;
const activity = 'activity-9d3b8f64-2c1e-4b7a-8e5f-1a0c6d7b4e32';
const on = happened<OpportunityEvents>();

const day = (n: number): string => plusDays('2024-01-01T09:00:00.000Z', n - 1);
const end = day(1000);

const amount = { amount: 4_800_000, currency: 'EUR' };
const details = { title: 'Blades', pipelineId: 'default', stage: 'prospecting', amount, contactIds: [] };
const opened = on(stream, 'OpportunityOpened', day(1), details);
const advanced = (n: number) =>
  on(stream, 'OpportunityAdvanced', day(n), { from: 'prospecting', to: 'proposal', skipped: [] });
const won = (n: number) => on(stream, 'OpportunityWon', day(n), { from: 'proposal', amount });
const reopened = (n: number) => on(stream, 'OpportunityReopened', day(n), { to: 'proposal', reason: 'Again' });
const call = (n: number, recordedAt = day(n)) =>
  happened<ActivityEvents>()(
    activity,
    'ActivityLogged',
    day(n),
    { kind: 'phone-call', direction: 'outbound', outcome: 'no-answer', by: 'sam', opportunityId },
    { recordedAt },
  );

const stale = (since: number, deadline: number, policyVersion = 0) =>
  issued(
    MarkOpportunityStale,
    { opportunityId, since: day(since), deadline: day(deadline), policyVersion },
    day(deadline),
  );
const revived = (n: number) => issued(MarkOpportunityRevived, { opportunityId, at: day(n) }, day(n));

describe('An open opportunity', () => {
  it('goes stale after thirty days without a move or an activity', () => {
    givenLog(staleOpportunities, opened).at(day(30)).thenNothing();
    givenLog(staleOpportunities, opened).at(end).then(stale(1, 31));
  });

  it('counts from the last move, or from the last activity about it, also one that failed', () => {
    givenLog(staleOpportunities, opened, advanced(20)).at(end).then(stale(20, 50));
    givenLog(staleOpportunities, opened, advanced(20), call(25)).at(end).then(stale(25, 55));
  });

  it('is revived by the next move or activity, and may go stale again', () => {
    givenLog(staleOpportunities, opened, advanced(40)).at(day(69)).then(stale(1, 31), revived(40));
    givenLog(staleOpportunities, opened, call(40)).at(end).then(stale(1, 31), revived(40), stale(40, 70));
  });

  it('was never stale where an activity in time is reported late', () => {
    givenLog(staleOpportunities, opened, call(25, day(33)))
      .at(end)
      .then(stale(1, 31), revived(31), stale(25, 55));
  });

  it('stays stale where what is reported late happened before its last move', () => {
    givenLog(staleOpportunities, opened, advanced(20), call(15, day(55)))
      .at(end)
      .then(stale(20, 50));
  });

  it('does not go stale once it is closed, and may again once it is reopened', () => {
    givenLog(staleOpportunities, opened, won(20)).at(end).thenNothing();
    givenLog(staleOpportunities, opened, won(20), reopened(25)).at(end).then(stale(25, 55));
  });

  it('waits by the policy that is in force, and names its version', () => {
    const policy = happened<PolicyEvents>()('policy-stale-opportunity', 'PolicyChanged', day(10), {
      policy: 'stale-opportunity',
      version: 1,
      value: { days: 14 },
    });
    givenLog(staleOpportunities, opened, policy)
      .at(end)
      .then(stale(1, 15, 1));
  });
});

describe('An opportunity', () => {
  const fact = factsOf(opportunityEvents);
  const open = fact('OpportunityOpened', details);
  const went = fact('OpportunityWentStale', {
    since: day(1),
    deadline: day(31),
    policy: { name: 'stale-opportunity', version: 0 },
  });
  const back = fact('OpportunityRevived', { at: day(40) });

  it('goes stale once until it is revived', () => {
    given(opportunity, open).when(stale(1, 31).command).then(went);
    given(opportunity, open, went).when(revived(40).command).then(back);
    given(opportunity, open).when(revived(40).command).thenNothing();
  });

  it('is not stale once it is closed', () => {
    const lost = fact('OpportunityLost', { from: 'prospecting', reason: 'Price' });
    given(opportunity, open, lost).when(stale(1, 31).command).thenNothing();
    given(opportunity, open, went, lost).when(revived(40).command).thenNothing();
  });
});
