import { describe, expect, it } from '@jest/globals';
import type { Rule } from '../../libs/domain/segment/segment.rules.js';
import { evolve } from './customer.js';
import { judgedBy, partsTold } from './parts.js';

const by = (rule: Rule, windows: readonly { segmentId: string; days: number }[] = []) =>
  judgedBy({ of: 'accounts', rule, windows: { days: 180, segments: windows } });

describe('what a customer is judged by', () => {
  it('is told of every event that says something of a customer', () => {
    expect(Object.keys(partsTold).sort()).toEqual(Object.keys(evolve).sort());
  });

  it('is of a phase what was bought and how far somebody came, not what was said', () => {
    const { without, types } = by({ field: 'phase', operator: 'one-of', value: ['active'] });
    expect(without).toEqual(expect.arrayContaining(['signals', 'lastInteraction', 'consent', 'lists', 'attributes']));
    for (const part of ['known', 'survivor', 'duplicates', 'accountId', 'contacts', 'purchases', 'won', 'roles']) {
      expect(without).not.toContain(part);
    }
    expect(types).toContain('PurchaseRecorded');
    expect(types).not.toContain('ActivityLogged');
  });

  it('has lists where windows are for them, and attributes where they are asked for', () => {
    const phase: Rule = { field: 'phase', operator: 'one-of', value: ['active'] };
    expect(by(phase, [{ segmentId: 'a', days: 30 }]).without).not.toContain('lists');
    expect(by({ field: 'area', operator: 'one-of', value: ['North'] }).without).not.toContain('attributes');
    expect(by({ field: 'owner', operator: 'one-of', value: ['sam'] }).types).toContain('PersonTransferred');
  });
});
