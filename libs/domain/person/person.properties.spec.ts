import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import {
  type Bodies,
  holds,
  ids,
  money,
  of,
  others,
  perhaps,
  perhapsMoney,
  reason,
  type Trail,
} from '../../testing/properties.js';
import { pipelineEvents } from '../pipeline/pipeline.events.js';
import { defaultPipeline } from '../pipeline/pipeline.js';
import { channels, leadLevels } from './person.events.js';
import { person } from './person.js';
import type { PersonState } from './state.js';

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
const reachable = { name: of('Ilse', 'Tomas'), email: of('a@example.com', 'b@example.com') };
const moment = of('2026-05-04T09:30:00Z', '2026-06-04T09:30:00Z');
/** A number like any other. */
const quoteId = of('__proto__');
const validUntil = perhaps('2024-01-10', '2024-01-31');

const bodies: Bodies = {
  RegisterName: fc.record({ ...reachable, source: of({ kind: 'bought-list', name: 'A' }) }),
  RegisterLead: fc.record({
    name: perhaps('Ilse'),
    source: of('web', 'fair'),
    potential: perhaps('customer', 'supplier'),
    owner: perhaps('sam'),
  }),
  SendLeadQuote: fc.record({ quoteId, amount: money, validUntil }),
  AcceptLeadQuote: fc.record({ quoteId }),
  DeclineLeadQuote: fc.record({ quoteId, reason }),
  SignLeadContract: fc.record({ contractId: of('C-1', 'C-2'), quoteId: perhaps('__proto__'), amount: perhapsMoney }),
  RegisterOther: fc.record({ ...reachable, relation: of('press', 'supplier') }),
  QualifyLead: fc.record({ to: of(...leadLevels.slice(1)) }),
  DisqualifyLead: fc.record({ reason }),
  RecycleLead: fc.record({}),
  ConvertLead: fc.record({
    account: of<object>({ accountId: ids[1] }, { name: 'Noordzee' }, { name: 'Oostzee', industry: 'energy' }, {}),
    opportunity: fc.option(fc.record({ title: of('Blades'), amount: money }), { nil: undefined }),
    owner: perhaps('kim'),
  }),
  MarkContactStalled: fc.record({ deadline: moment, policyVersion: of(0) }),
  ClearStalledContact: fc.record({ opportunityId: of(...ids), at: moment }),
  GiveConsent: fc.record({ channel: of(...channels), source: of('web form') }),
  WithdrawConsent: fc.record({ channel: of(...channels), source: of('web form') }),
  ChangePersonDetails: fc.record({ name: perhaps('Ilse V.'), phone: perhaps('112'), clear: perhaps(['email']) }),
  TransferPerson: fc.record({ owner: of('sam', 'kim') }),
  RevertConversion: fc.record({ reason }),
  AssignContactAccount: fc.record({ accountId: of(...ids) }),
  SetPersonAttributes: fc.record({
    attributes: perhaps([{ name: 'seats', type: 'whole-number', value: 2 }]),
    personalAttributes: perhaps([{ name: 'hobby', type: 'text', value: 'sailing' }]),
  }),
  RemovePersonAttributes: fc.record({ names: of(['seats'], ['hobby']) }),
  MergePersons: fc.record({ duplicateId: of(...others) }),
  UnmergePersons: fc.record({ duplicateId: of(...others) }),
  AcceptPersonMerge: fc.record({ survivorId: of(...others) }),
  ConfirmPersonMerge: fc.record({ duplicateId: of(...others), consents: of([]) }),
  DropPersonMerge: fc.record({ duplicateId: of(...others) }),
  SeparatePerson: fc.record({ survivorId: of(...others) }),
};

/** What leads somewhere is asked more often than what ends there. */
const often = ['RegisterLead', 'QualifyLead', 'QualifyLead', 'QualifyLead', 'ConvertLead', 'ConvertLead'];

describe('In whatever order it is asked', () => {
  it('a person climbs one level at a time, and is converted from the last one alone', () => {
    holds(person, { bodies, circumstances, often }, ({ before, after, facts }: Trail<PersonState>) => {
      const step = leadLevels.indexOf(after.level) - leadLevels.indexOf(before.level);
      expect(step).toBeLessThanOrEqual(1);
      if (facts.some(({ type }) => type === 'LeadConverted')) {
        expect(before).toMatchObject({ kind: 'lead', level: 'sales-qualified' });
        expect(before.disqualified).toBeUndefined();
        if (after.lead?.potential === 'supplier') expect(after.conversion?.opportunity).toBeUndefined();
      }
      const order = { unknown: 0, name: 1, other: 1, lead: 2, contact: 3 };
      // Only a conversion is ever taken back.
      if (facts.some(({ type }) => type === 'ConversionReverted')) expect(after.kind).toBe('lead');
      else expect(order[after.kind]).toBeGreaterThanOrEqual(order[before.kind]);
      if (before.kind === 'other') expect(after.kind).toBe('other');
    });
  });
});
