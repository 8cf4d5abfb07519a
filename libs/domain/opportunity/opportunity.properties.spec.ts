import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import {
  type Bodies,
  holds,
  id,
  ids,
  line,
  money,
  of,
  perhaps,
  perhapsMoney,
  reason,
  type Trail,
} from '../../testing/properties.js';
import { pipelineEvents } from '../pipeline/pipeline.events.js';
import { defaultPipeline } from '../pipeline/pipeline.js';
import { buyingRoles, openForecastCategories } from './opportunity.events.js';
import { opportunity, type OpportunityState } from './opportunity.js';

const stages = defaultPipeline.stages.filter(({ stage }) => stage !== 'proposal');
const retired = defaultPipeline.stages.filter(({ stage }) => stage === 'proposal');
const circumstances = of(
  ...[
    { ...defaultPipeline, retired: [] },
    { ...defaultPipeline, stages, retired },
  ].map((definition) => {
    const defined = [factsOf(pipelineEvents)('PipelineDefined', definition)];
    return { lookups: { 'pipeline-default': defined, 'pipeline-renewals': defined } };
  }),
);
const stageNames: readonly string[] = [...defaultPipeline.stages.map(({ stage }) => stage), 'won', 'unheard-of'];
const lines = fc.array(line, { maxLength: 3 });
const someLines = fc.option(fc.array(line, { minLength: 1, maxLength: 3 }), { nil: undefined });
const moment = of('2026-05-04T09:30:00Z', '2026-06-04T09:30:00Z');
/** A number like any other. */
const quoteId = of('__proto__');
const validUntil = perhaps('2024-01-10', '2024-01-31');

const bodies: Bodies = {
  OpenOpportunity: fc.record({
    title: of('Blades'),
    pipelineId: perhaps('default'),
    stage: perhaps(...stageNames),
    amount: perhapsMoney,
    lines: someLines,
    accountId: perhaps(ids[1]),
    contactIds: perhaps([id]),
  }),
  AdvanceOpportunity: fc.record({ to: of(...stageNames) }),
  MoveOpportunityBack: fc.record({ to: of(...stageNames), reason }),
  ChangeOpportunityAmount: fc.record({ amount: money }),
  RescheduleOpportunity: fc.record({ expectedClose: of('2026-09-30', '2026-12-15') }),
  AssignOpportunityAccount: fc.record({ accountId: of(...ids) }),
  WinOpportunity: fc.record({ amount: perhapsMoney }),
  LoseOpportunity: fc.record({ reason, competitor: perhaps('Baltic Rotor') }),
  WithdrawOpportunity: fc.record({}),
  ReopenOpportunity: fc.record({ reason, to: perhaps(...stageNames) }),
  ChangeOpportunityLines: fc.record({ lines }),
  SetForecastCategory: fc.record({ category: perhaps(...openForecastCategories) }),
  AssignBuyingRole: fc.record({ personId: of(id), role: of(...buyingRoles) }),
  RemoveBuyingRole: fc.record({ personId: of(id) }),
  ReassignOpportunity: fc.record({ owner: of('sam', 'kim') }),
  MoveOpportunityToPipeline: fc.record({
    pipelineId: of('default', 'renewals'),
    stage: perhaps(...stageNames),
    reason,
  }),
  SendQuote: fc.record({ quoteId, amount: perhapsMoney, lines: someLines, validUntil }),
  AcceptQuote: fc.record({ quoteId }),
  DeclineQuote: fc.record({ quoteId, reason }),
  SignContract: fc.record({ contractId: of('C-1', 'C-2'), quoteId: perhaps('__proto__'), amount: perhapsMoney }),
  MarkOpportunityStale: fc.record({ since: moment, deadline: moment, policyVersion: of(0) }),
  MarkOpportunityRevived: fc.record({ at: moment }),
};

/** What leads somewhere is asked more often than what ends there. */
const often = ['OpenOpportunity', 'SendQuote', 'SendQuote', 'DeclineQuote', 'ReopenOpportunity'];

describe('In whatever order it is asked', () => {
  it('an opportunity stands in a known stage, in one currency, lines add up to the amount, and an account is there to win', () => {
    const known = defaultPipeline.stages.map(({ stage }): string => stage);
    holds(opportunity, { bodies, circumstances, often }, ({ before, after, facts }: Trail<OpportunityState>) => {
      const now = after.opportunity;
      expect(known).toContain(now?.stage);
      expect(now?.amount.currency).toBe('EUR');
      expect(now?.amount.amount).toBeGreaterThanOrEqual(0);
      if (now?.status === 'won') expect(now.accountId).toBeDefined();
      if (now && now.lines.length > 0) {
        expect(now.lines.reduce((sum, { amount }) => sum + amount.amount, 0)).toBe(now.amount.amount);
      }
      for (const { sent } of now?.formalContact.quotes.values() ?? []) {
        expect(sent.amount.currency).toBe('EUR');
        expect((sent.lines ?? []).reduce((sum, { amount }) => sum + amount.amount, 0)).toBe(
          sent.lines ? sent.amount.amount : 0,
        );
      }
      if (before.opportunity && before.opportunity.status !== 'open' && facts.length > 0) {
        expect(['OpportunityReopened', 'OpportunityReassigned', 'ContractSigned']).toContain(facts[0]?.type);
      }
    });
  });
});
