import 'reflect-metadata';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { v5 } from 'uuid';
import { CommandCatalogue } from '../../../libs/cqrs/commands/catalogue.js';
import { commands as known, fixCampaignMembers, processes } from '../../../libs/domain/index.js';
import { idsIn } from '../../../libs/domain/segment/id-set.js';
import { segment, type SegmentState } from '../../../libs/domain/segment/segment.js';
import {
  type Actor,
  type Aggregate,
  type AskingProcess,
  idOf,
  lookedUp,
  type Process,
  type RecordedEvent,
  referencesOf,
} from '../../../libs/kernel/index.js';
import { sampleCommands } from './commands.js';
import type { SampleCommand } from './story.js';

const now = '2026-03-11T15:20:00.000Z';
const catalogue = new CommandCatalogue();

const lists = segment as unknown as Aggregate;

interface Fact {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: string;
  readonly actor: Actor;
}

/** The rules of the domain with nothing around them: streams in memory, processes after each wave. */
class World {
  readonly streams = new Map<string, Fact[]>();
  readonly #waiting: { stream: string; id: string; fact: Fact }[] = [];

  issue(name: string, data: object, commandId: string, asked: string, process?: string): void {
    const { aggregate } = catalogue.named(name);
    const { command } = catalogue.read(name, data);
    this.expectReferences(command);
    const given = (data as Record<string, string | undefined>)[aggregate.id];
    const stream = `${aggregate.category}-${given ?? aggregate.naturalId?.(command) ?? ''}`;
    const facts = this.streams.get(stream) ?? [];
    const last = facts.at(-1)?.at ?? '';
    if (asked < last && process === undefined) throw new Error(`${name} at ${asked} is before ${last} on ${stream}`);
    const actor: Actor = process === undefined ? { id: 'sample', role: 'admin' } : { id: process, role: 'service' };
    const occurredAt = asked < last ? last : asked;
    const state = this.stateOf(aggregate, stream);
    const decided = aggregate.decide(command, state, {
      commandId,
      occurredAt,
      actor,
      lookups: lookedUp(aggregate.lookups, command, state, (from, id) => ({
        id,
        state: this.stateOf(from, `${from.category}-${id}`),
      })),
    });
    const added = decided.map((fact) => ({ ...fact, at: occurredAt, actor }) as Fact);
    this.streams.set(stream, [...facts, ...added]);
    this.#waiting.push(...added.map((fact) => ({ stream, id: commandId, fact })));
  }

  /** Everybody here is a customer; a list does not change while a wave is reacted to. */
  readonly #fixing = fixCampaignMembers({
    membersOf: async function* (this: World, { segmentId }: { readonly segmentId: string }) {
      await Promise.resolve();
      yield idsIn((this.stateOf(lists, `segment-${segmentId}`) as SegmentState).members);
    }.bind(this),
  });

  async react(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { stream, id, fact } = next;
      for (const process of [...processes, this.#fixing] as readonly (Process | AskingProcess)[]) {
        if (!process.hears.includes(fact.type)) continue;
        const { type, data, actor, at: occurredAt } = fact;
        const event = { stream, type, data, actor, occurredAt, position: 0n } as unknown as RecordedEvent;
        let place = 0;
        for await (const command of process.react(event)) {
          const issued = JSON.parse(JSON.stringify(command)) as object;
          this.issue(command.constructor.name, issued, v5(`${process.name}/${place++}`, id), occurredAt, process.name);
        }
      }
    }
  }

  private stateOf(aggregate: Pick<Aggregate, 'initial' | 'apply'>, stream: string): unknown {
    const facts = this.streams.get(stream) ?? [];
    return facts.reduce<unknown>(
      (state, { type, data, at }) => aggregate.apply(state, { type, data }, at),
      aggregate.initial,
    );
  }

  private expectReferences(part: object): void {
    const references = referencesOf(part);
    for (const [field, value] of Object.entries(part)) {
      const category = references.get(field);
      for (const id of category ? [value].flat() : []) {
        if (typeof id === 'string' && !this.streams.has(`${category ?? ''}-${id}`))
          throw new Error(`no ${category ?? ''}-${id}`);
      }
      if (!category && typeof value === 'object' && value !== null) this.expectReferences(value as object);
    }
  }
}

describe('the sample data', () => {
  let commands: readonly SampleCommand[];
  const world = new World();
  let refusals: string[];

  beforeAll(async () => {
    commands = sampleCommands('kroniek', now);
    refusals = [];
    const waves = new Set(commands.map(({ wave }) => wave));
    for (const wave of waves) {
      for (const { command, data, idempotencyKey, occurredAt } of commands.filter((line) => line.wave === wave)) {
        try {
          world.issue(command, data, idempotencyKey, occurredAt);
        } catch (error) {
          refusals.push(`${command} ${JSON.stringify(data)}: ${String(error)}`);
        }
      }
      await world.react();
    }
  });

  const facts = (type: string): Fact[] => [...world.streams.values()].flat().filter((fact) => fact.type === type);

  it('is accepted by every rule of the domain, whole', () => {
    expect(refusals.slice(0, 3)).toEqual([]);
  });

  it('has every command that there is', () => {
    const told = new Set(commands.map(({ command }) => command));
    const missing = [...known.values()].filter(({ name, options }) => !options.internal && !told.has(name));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('is the same for the same seed on the same day, and another for another seed', () => {
    expect(sampleCommands('kroniek', '2026-03-11T23:59:00Z')).toEqual(commands);
    expect(sampleCommands('another', now)).not.toEqual(commands);
  });

  it('gives no id twice', () => {
    const ids = commands.map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells of three years and of nothing in the future', () => {
    const instants = commands.map(({ occurredAt }) => occurredAt).sort();
    expect(instants[0]?.slice(0, 4)).toBe('2023');
    expect(instants.at(-1)?.slice(0, 7)).toBe('2026-03');
    expect(instants.filter((instant) => instant > now)).toEqual([]);
  });

  it('is large enough to look real and small enough to load at once', () => {
    expect(commands.length).toBeGreaterThan(8_000);
    expect(commands.length).toBeLessThan(15_000);
    expect(facts('AccountOpened').length).toBeGreaterThan(240);
  });

  it('has all that happens to a company', () => {
    const counted = (type: string) => facts(type).length;
    expect(counted('OpportunityWon')).toBeGreaterThan(200);
    expect(counted('OpportunityLost')).toBeGreaterThan(100);
    expect(
      facts('OpportunityAdvanced').filter(({ data }) => (data['skipped'] as unknown[]).length > 0).length,
    ).toBeGreaterThan(50);
    for (const type of [
      'OpportunityReopened',
      'OpportunityMovedBack',
      'LeadDisqualified',
      'LeadRecycled',
      'ActivityCancelled',
    ]) {
      expect([type, counted(type) > 5]).toEqual([type, true]);
    }
    const outcomes = new Set(facts('ActivityLogged').map(({ data }) => data['outcome']));
    expect(outcomes).toEqual(new Set(['reached', 'no-answer', 'left-message', 'bounced', 'refused', 'no-show']));
    const due = facts('ActivityPlanned').filter(({ data }) => String(data['dueAt']) > now);
    expect(due.length).toBeGreaterThan(30);
    expect(facts('LeadConverted').some(({ data }) => data['opportunity'] && data['newAccount'])).toBe(true);
  });

  it('has customers of whom nothing was heard for more than 200 days', () => {
    const heard = new Map<string, string>();
    for (const [stream, all] of world.streams) {
      for (const { data, at } of all) {
        const account = stream.startsWith('account-') ? idOf(stream) : data['accountId'];
        if (typeof account === 'string' && (heard.get(account) ?? '') < at) heard.set(account, at);
      }
    }
    const silentSince = new Date(Date.parse(now) - 200 * 86_400_000).toISOString();
    const dormant = [...heard.values()].filter((at) => at < silentSince).length;
    expect(dormant).toBeGreaterThan(40);
    expect(dormant).toBeLessThan(150);
  });

  it('writes to nobody: every address is under a domain that never exists', () => {
    const addresses = commands.map(({ data }) => data['email']).filter((email) => typeof email === 'string');
    expect(addresses.length).toBeGreaterThan(500);
    expect(addresses.filter((email) => !/^[a-z0-9.-]+@(?:[a-z]+\.example|example\.(?:com|org))$/.test(email))).toEqual(
      [],
    );
  });
});
