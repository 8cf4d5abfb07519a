import { describe, expect, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { defaultPipeline } from '../pipeline/pipeline.js';
import { pipelineEvents } from '../pipeline/pipeline.events.js';
import { AgreeTarget, WithdrawTarget } from './target.commands.js';
import { targetEvents } from './target.events.js';
import { target, targetIdOf } from './target.js';

const fact = factsOf(targetEvents);
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const ofSam = { owner: 'sam', period: '2026-Q3' };
const targetId = targetIdOf(ofSam);

const agreed = (amount: number) => fact('TargetAgreed', { ...ofSam, amount: eur(amount) });
const withdrawn = fact('TargetWithdrawn', { ...ofSam, reason: 'On leave' });
const agree = (change: object = {}) => command(AgreeTarget, { ...ofSam, amount: eur(100), ...change });
const withdraw = (reason = 'On leave') => command(WithdrawTarget, { targetId, reason });

const lookups = {
  'pipeline-default': [factsOf(pipelineEvents)('PipelineDefined', { ...defaultPipeline, retired: [] })],
};

describe('A target', () => {
  it('is agreed per salesperson or team, and period', () => {
    given(target).when(agree()).then(agreed(100));
    given(target)
      .when(agree({ owner: undefined, teamId: 'north', period: '2026-07' }))
      .then(fact('TargetAgreed', { teamId: 'north', period: '2026-07', amount: eur(100) }));
    given(target)
      .when(agree({ owner: undefined }))
      .thenRefused('TARGET_OWNER_AMBIGUOUS');
    given(target)
      .when(agree({ teamId: 'north' }))
      .thenRefused('TARGET_OWNER_AMBIGUOUS');
  });

  it('may be for one pipeline, in its currency', () => {
    given(target)
      .when(agree({ pipelineId: 'default' }), { lookups })
      .then(fact('TargetAgreed', { ...ofSam, pipelineId: 'default', amount: eur(100) }));
    given(target)
      .when(agree({ pipelineId: 'default', amount: { amount: 1, currency: 'USD' } }), { lookups })
      .thenRefused('TARGET_CURRENCY_NOT_OF_PIPELINE');
    given(target)
      .when(agree({ pipelineId: 'default' }))
      .thenRefused('PIPELINE_NOT_FOUND');
  });

  it('is agreed anew with another amount; what was agreed before stays known', () => {
    given(target, agreed(80)).when(agree()).then(agreed(100));
    given(target, agreed(100)).when(agree()).thenNothing();
  });

  it('is withdrawn with the reason, and can be agreed again', () => {
    given(target, agreed(100)).when(withdraw()).then(withdrawn);
    given(target, agreed(100), withdrawn).when(withdraw()).thenNothing();
    given(target, agreed(100), withdrawn).when(withdraw('a mistake')).thenRefused('TARGET_WITHDRAWN');
    given(target, agreed(100), withdrawn).when(agree()).then(agreed(100));
    given(target).when(withdraw()).thenRefused('TARGET_NOT_FOUND');
  });

  it('is one for the same salesperson or team, period and pipeline', () => {
    expect(target.naturalId?.(agree())).toBe(targetId);
    expect(target.naturalId?.(agree({ amount: eur(7) }))).toBe(targetId);
    const others = [{ owner: 'kim' }, { owner: undefined, teamId: 'sam' }, { period: '2026-07' }, { pipelineId: 'p' }];
    const ids = others.map((change) => target.naturalId?.(agree(change)));
    expect(new Set([targetId, ...ids]).size).toBe(5);
    expect(target.naturalId?.(withdraw())).toBeUndefined();
    given(target)
      .when(agree({ targetId: targetIdOf({ ...ofSam, owner: 'kim' }) }))
      .thenRefused('ID_NOT_ITS_OWN');
  });
});
