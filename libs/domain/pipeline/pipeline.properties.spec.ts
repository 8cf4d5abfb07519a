import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, holds, of, type Trail } from '../../testing/properties.js';
import { pipeline, type PipelineState } from './pipeline.js';

const bodies: Bodies = {
  DefinePipeline: fc.record({
    name: of('Default', 'Direct'),
    currency: fc.oneof({ weight: 9, arbitrary: of('EUR') }, of('USD')),
    stages: fc.array(fc.record({ stage: of('a', 'b', 'c', 'd', 'won'), probability: of(10, 50, 90) }), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
};

describe('In whatever order it is asked', () => {
  it('a pipeline forgets no stage, and keeps its currency', () => {
    const names = ({ defined }: PipelineState) => [...(defined?.stages ?? []), ...(defined?.retired ?? [])];
    holds(pipeline, { bodies }, ({ before, after }: Trail<PipelineState>) => {
      const now = names(after).map(({ stage }) => stage);
      expect(new Set(now).size).toBe(now.length);
      for (const { stage } of names(before)) expect(now).toContain(stage);
      expect(after.defined?.stages.length).toBeGreaterThan(0);
      if (before.defined) expect(after.defined?.currency).toBe(before.defined.currency);
    });
  });
});
