import 'reflect-metadata';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { commands as known } from '../../../libs/domain/index.js';
import { idOf } from '../../../libs/kernel/index.js';
import { type Told, World } from '../../../libs/testing/world.js';
import { sampleCommands } from './commands.js';
import type { SampleCommand } from './story.js';

const now = '2026-03-11T15:20:00.000Z';
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

  const facts = (type: string): readonly Told[] => world.facts.filter((fact) => fact.type === type);

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
