import { describe, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { defaultPipeline, pipeline } from './pipeline.js';
import { DefinePipeline } from './pipeline.commands.js';
import { pipelineEvents, type Stage } from './pipeline.events.js';

const fact = factsOf(pipelineEvents);

const early: Stage = { stage: 'prospecting', probability: 10 };
const late: Stage = { stage: 'engaging', probability: 50 };

const defined = (stages: readonly Stage[], retired: readonly Stage[] = []) =>
  fact('PipelineDefined', { name: 'Maven', currency: 'USD', stages, retired });

const define = (...stages: readonly Stage[]) =>
  command(DefinePipeline, { pipelineId: 'maven', name: 'Maven', currency: 'USD', stages });

describe('A pipeline', () => {
  it('has ordered stages, each with a win probability', () => {
    given(pipeline)
      .when(define(early, late))
      .then(defined([early, late]));
  });

  it('stands ready as the default one', () => {
    const { name, currency, stages } = defaultPipeline;
    given(pipeline)
      .when(command(DefinePipeline, defaultPipeline))
      .then(fact('PipelineDefined', { name, currency, stages, retired: [] }));
  });

  it('changes nothing when it is defined as it is', () => {
    given(pipeline, defined([early], [late]))
      .when(define(early))
      .thenNothing();
  });

  it('takes another order, other probabilities and another name', () => {
    given(pipeline, defined([early, late]))
      .when(define(late, { ...early, probability: 20 }))
      .then(defined([late, { ...early, probability: 20 }]));
    given(pipeline, defined([early]))
      .when(command(DefinePipeline, { pipelineId: 'maven', name: 'Direct', currency: 'USD', stages: [early] }))
      .then(fact('PipelineDefined', { name: 'Direct', currency: 'USD', stages: [early], retired: [] }));
  });

  it('retires a stage that is left out, and never deletes it', () => {
    const demo = { stage: 'demo', probability: 30 };
    given(pipeline, defined([early, late]))
      .when(define(late))
      .then(defined([late], [early]));
    given(pipeline, defined([late], [early]))
      .when(define(demo))
      .then(defined([demo], [late, early]));
  });

  it('takes a retired stage back', () => {
    given(pipeline, defined([late], [early]))
      .when(define(early, late))
      .then(defined([early, late]));
  });

  it('stays in its currency', () => {
    given(pipeline, defined([early]))
      .when(command(DefinePipeline, { pipelineId: 'maven', name: 'Maven', currency: 'EUR', stages: [early] }))
      .thenRefused('PIPELINE_CURRENCY_FIXED');
  });

  it('names each stage once, and none of them won or lost', () => {
    given(pipeline)
      .when(define(early, { ...early, probability: 30 }))
      .thenRefused('STAGE_NAMES_INVALID');
    for (const stage of ['won', 'lost']) {
      given(pipeline)
        .when(define(early, { stage, probability: 90 }))
        .thenRefused('STAGE_NAMES_INVALID');
    }
  });
});
