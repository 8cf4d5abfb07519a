import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Random } from '../../../apps/kroniek/sample/random.js';
import { eventually } from './eventually.js';
import { KilledProduct, killOrder, type Victim } from './killed-product.js';
import { Load } from './load.js';
import { corruptionIn, differences, dumpReadModels, rebuildAll } from './read-models.js';
import {
  conversionsIn,
  problemsOfCommands,
  problemsOfConversions,
  problemsOfLog,
  recordedFacts,
  type Fact,
} from './recorded-facts.js';

/** KRONIEK_SEED=… repeats the commands and the order of the kills of a run, though not its very instants. */
const seed = process.env['KRONIEK_SEED'] ?? String(Date.now());

const times: Record<Victim, number> = {
  projector: 8,
  api: 8,
  'event-store': 8,
  postgres: 7,
  supervisor: 1,
  everything: 3,
};

const say = (text: string): void => {
  process.stderr.write(`kill -9 under load, seed ${seed}: ${text}\n`);
};

/** Enough to find the cause; the rest is a number. */
const few = (problems: readonly string[]): readonly string[] =>
  problems.length <= 20 ? problems : [...problems.slice(0, 20), `and ${String(problems.length - 20)} more`];

describe(`kill -9 under load, seed ${seed}`, () => {
  let product: KilledProduct;
  let load: Load;
  let facts: Fact[] = [];
  let kills = 0;

  beforeAll(async () => {
    say('begins');
    product = await KilledProduct.start();
    load = new Load(product.url, product.adminKey, seed);
    load.start(16, 24);
    await killInARow(new Random(seed));
    await load.stop();
    await load.repeat(new Random(`${seed}/repeated`), 320);
    await caughtUp();
    facts = await recordedFacts(product.eventStoreUrl);
    const { acknowledged, retries, repeated } = load;
    say(
      `${String(kills)} kills, ${String(acknowledged.length)} commands acknowledged after ${String(retries)} tries ` +
        `without an answer, ${String(repeated)} repeated, ${String(facts.length)} events, ` +
        `${String(conversionsIn(facts).length)} conversions`,
    );
  }, 420_000);

  afterAll(async () => {
    load.abandon();
    await product.remove();
  }, 90_000);

  async function killInARow(random: Random): Promise<void> {
    for (const victim of killOrder(random, times)) {
      // Some die while others are still coming back, the others when all of it works again.
      if (random.chance(0.3)) await sleep(random.whole(0, 600));
      else await works(random.whole(0, 500));
      const twice = victim === 'everything' && random.chance(0.5);
      if (twice) await product.killTwice(random.whole(0, 1_500));
      else await product.kill(victim);
      kills += twice ? 2 : 1;
    }
    await works(500);
  }

  /** Commands are acknowledged again, and both stores answer. */
  async function works(moreMs: number): Promise<void> {
    const enough = load.acknowledged.length + 20;
    await eventually('commands are carried out again', async () => {
      return load.acknowledged.length >= enough && (await product.isReady());
    });
    await sleep(moreMs);
  }

  async function caughtUp(): Promise<void> {
    await eventually('the projector has caught up', async () => {
      const status = await product.status().catch(() => undefined);
      return (
        status?.projections.every(({ state, position, head }) => state === 'serving' && position === head) ?? false
      );
    });
    await eventually('the conversions are done', async () => {
      return problemsOfConversions(await recordedFacts(product.eventStoreUrl)).length === 0;
    }).catch(() => undefined);
    await eventually('processes and read models have them', async () => {
      const { projections, processes } = await product.status();
      const head = projections[0]?.head;
      return [...projections, ...processes].every(({ position }) => position === head);
    });
  }

  it('has killed at least thirty times, and worked in between', () => {
    expect(kills).toBeGreaterThanOrEqual(32);
    expect(load.acknowledged.length).toBeGreaterThan(500);
  });

  it('refuses no command and answers a repeated one the same', () => {
    expect(few(load.complaints)).toEqual([]);
    expect(load.repeated).toBeGreaterThan(300);
  });

  it('loses no acknowledged command, doubles none, and records nothing that nobody asked for', () => {
    expect(few(problemsOfCommands(facts, load.acknowledged))).toEqual([]);
  });

  it('leaves streams without a gap, whose hashes hold', () => {
    expect(few(problemsOfLog(facts))).toEqual([]);
  });

  it('ends each conversion in one account and one opportunity', () => {
    expect(conversionsIn(facts).length).toBeGreaterThan(20);
    expect(few(problemsOfConversions(facts))).toEqual([]);
  });

  it('leaves read models equal to a fresh rebuild', async () => {
    const before = await dumpReadModels(product.databaseUrl);
    const filled = [...before].filter(([, { rows }]) => rows.length > 0).map(([name]) => name);
    expect(filled).toEqual(expect.arrayContaining(['pipeline', 'customer-history', 'customers', 'forecast', 'people']));
    await rebuildAll(product, before);
    expect(few(differences(before, await dumpReadModels(product.databaseUrl)))).toEqual([]);
  });

  it('leaves PostgreSQL intact, and no process behind', async () => {
    expect(few(await corruptionIn(product.databaseUrl))).toEqual([]);
    expect(few(await corruptionIn(product.eventStoreDatabaseUrl))).toEqual([]);
    expect(await product.ctrlC()).toBe(0);
    expect(product.processes()).toEqual([]);
    expect(product.postgresLog).not.toMatch(/PANIC|invalid page|could not read block/);
  });
});
