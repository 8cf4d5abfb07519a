import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf, Refusal, type RecordedEvent } from '../kernel/index.js';
import { command, decide, fold, type StatedFact } from '../testing/decider.js';
import type { Merging } from './merging.js';
import { MergePersons, UnmergePersons } from './person/merge.commands.js';
import { person } from './person/person.js';
import type { PersonState } from './person/state.js';
import { personEvents } from './person/person.events.js';
import { mergePeople } from './processes/merge-people.js';

/*
 * Some people, whom several users and the process merge and unmerge at once: each stream decides for itself, on what it
 * sees of the others, which may be old; what the process has to pass on arrives late, in any order between streams.
 */

const ids = Array.from({ length: 5 }, (_, place) => `5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c1${place}`);

class World {
  readonly histories = new Map<string, StatedFact[]>(ids.map((id) => [id, [lead]]));
  /** Commands that the process has still to issue, by the stream of the event that led to them: in order. */
  readonly waiting = new Map<string, object[]>(ids.map((id) => [id, []]));

  state(id: string): PersonState {
    return fold(person, this.histories.get(id) ?? []);
  }

  resolve(id: string): string {
    const followed = [id];
    for (let next = id; ;) {
      const continuesAs = person.continuesAs?.(this.state(next));
      if (continuesAs === undefined) return next;
      expect(followed).not.toContain(continuesAs);
      followed.push(continuesAs);
      next = continuesAs;
    }
  }

  /** @param seen how many facts the decision knows of the stream that it looks up: it may be behind */
  issue(id: string, issued: object, looksAt: string, seen = Infinity): void {
    const lookups = { [`person-${looksAt}`]: (this.histories.get(looksAt) ?? []).slice(0, Math.max(1, seen)) };
    let facts: readonly StatedFact[];
    try {
      facts = decide(person, this.state(id), issued, { lookups });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return;
    }
    this.histories.get(id)?.push(...facts);
    for (const heard of facts) {
      const event = { ...heard, stream: `person-${id}` } as unknown as RecordedEvent;
      this.waiting.get(id)?.push(...mergePeople.react(event));
    }
  }

  /** Passes on what waits longest of a stream. */
  deliver(from: string): boolean {
    const next = this.waiting.get(from)?.shift();
    if (!next) return false;
    this.issue((next as { personId: string }).personId, next, from);
    return true;
  }

  deliverAll(): void {
    while (ids.some((id) => this.deliver(id)));
  }
}

const lead = factsOf(personEvents)('LeadRegistered', { source: 'web form', potential: 'customer' });

const anyId = fc.constantFrom(...ids);
const steps = fc.array(
  fc.oneof(
    fc.record({ what: fc.constant('merge' as const), a: anyId, b: anyId, seen: fc.integer({ min: 0, max: 8 }) }),
    fc.record({ what: fc.constant('unmerge' as const), a: anyId, b: anyId, seen: fc.constant(0) }),
    fc.record({ what: fc.constant('deliver' as const), a: anyId, b: anyId, seen: fc.constant(0) }),
  ),
  { minLength: 20, maxLength: 80 },
);

function take(world: World, { what, a, b, seen }: { what: string; a: string; b: string; seen: number }): void {
  const fields = { personId: what === 'merge' ? world.resolve(a) : a, duplicateId: b };
  if (what === 'merge') world.issue(fields.personId, command(MergePersons, fields), b, seen);
  else if (what === 'unmerge') world.issue(a, command(UnmergePersons, fields), b);
  else world.deliver(a);
}

describe('However merges and unmerges cross', () => {
  it('every id leads to one that stands for itself, at every moment', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const world = new World();
        for (const step of sequence) {
          take(world, step);
          for (const id of ids) world.resolve(id);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('the two agree once everything was passed on, and nothing waits for ever', () => {
    let merges = 0;
    fc.assert(
      fc.property(steps, (sequence) => {
        const world = new World();
        for (const step of sequence) take(world, step);
        world.deliverAll();
        const merging = new Map<string, Merging>(ids.map((id) => [id, world.state(id).merging]));
        for (const [id, { survivorId, duplicates }] of merging) {
          for (const duplicate of duplicates) {
            expect(duplicate.confirmed).toBe(true);
            expect(merging.get(duplicate.id)?.survivorId).toBe(id);
            merges++;
          }
          if (survivorId === undefined) continue;
          expect(merging.get(survivorId)?.duplicates.map((duplicate) => duplicate.id)).toContain(id);
        }
      }),
      { numRuns: 300 },
    );
    expect(merges).toBeGreaterThan(100);
  });

  it('all of them stand as they stood once all merges are undone', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const world = new World();
        for (const step of sequence) take(world, step);
        world.deliverAll();
        for (const a of ids) for (const b of ids) take(world, { what: 'unmerge', a, b, seen: 0 });
        world.deliverAll();
        for (const id of ids) {
          const { merging, ...rest } = world.state(id);
          const { merging: none, ...alone } = fold(person, [lead]);
          expect(rest).toEqual(alone);
          expect({ ...merging, unmerged: [] }).toEqual(none);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('one of two survives who are merged in both directions at once', () => {
    const [a = '', b = ''] = ids;
    for (const order of [
      [a, b],
      [b, a],
    ]) {
      const world = new World();
      for (const [survivor, duplicate] of [
        [a, b],
        [b, a],
      ] as const) {
        const fields = { personId: survivor, duplicateId: duplicate };
        world.issue(survivor, command(MergePersons, fields), duplicate, 1);
      }
      for (const from of order) world.deliver(from);
      world.deliverAll();
      expect(ids.slice(0, 2).map((id) => world.resolve(id))).toEqual([a, a]);
    }
  });
});
