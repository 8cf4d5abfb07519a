import { join } from 'node:path';
import { v5 } from 'uuid';
import { knownCommands } from '../../apps/kroniek/import/commands.js';
import { readHeader, readRows } from '../../apps/kroniek/import/csv.js';
import { readMapping } from '../../apps/kroniek/import/mapping.js';
import { Problems } from '../../apps/kroniek/import/problems.js';
import { type HeaderPlaces, placesIn, type Source } from '../../apps/kroniek/import/source.js';
import { loadTables } from '../../apps/kroniek/import/tables.js';
import { translateOnce, translateRow } from '../../apps/kroniek/import/translate.js';
import type { CommandLine } from '../../apps/kroniek/client.js';
import { sampleCommands } from '../../apps/kroniek/sample/index.js';
import { Random } from '../../apps/kroniek/sample/random.js';
import { domainCatalogue, processManagers } from '../../libs/domain/index.js';
import {
  defaultPolicies,
  idOf,
  type Instant,
  type Issue,
  later,
  minuteMs,
  plusMs,
  type ProcessManager,
  type RecordedEvent,
  Refusal,
  Timeline,
} from '../../libs/kernel/index.js';
import { NotThere, type Told, World } from '../../libs/testing/world.js';

/** The sample data, or a share of it, as the rules of the domain take it, with what processes make of it at once. */
export async function sampleFacts(seed: string, now: Instant, share: number): Promise<readonly Told[]> {
  const world = new World();
  const commands = sampleCommands(seed, now, share);
  for (const wave of new Set(commands.map((line) => line.wave))) {
    for (const line of commands.filter((one) => one.wave === wave)) tell(world, line);
    await world.react();
  }
  return [...world.facts, ...segmentWords(world.facts, new Random(seed), now)];
}

/** What is said of accounts and a segment by rule that the sample has a window for, at any instants and in any order. */
function segmentWords(facts: readonly Told[], random: Random, now: Instant): readonly Told[] {
  const actor = { id: 'customer-segments', role: 'service' } as const;
  return facts
    .filter(({ type }) => type === 'AccountOpened')
    .filter(() => random.chance(0.6))
    .flatMap((opened) => {
      const [customerKind, customerId] = ['account', idOf(opened.stream)] as const;
      return Array.from({ length: random.whole(1, 4) }, (_, n): Told => {
        const left = Date.parse(now) - Date.parse(opened.at);
        const at = plusMs(opened.at, Math.floor(random.next() * Math.max(0, left)));
        const word = { customerKind, segmentId: 'large-buyers', at };
        const said = random.chance(0.6)
          ? { type: 'CustomerEnteredSegment', data: { ...word, ruleVersion: 1 } }
          : { type: 'CustomerLeftSegment', data: word };
        return {
          ...said,
          stream: `customer-${customerId}`,
          at,
          actor,
          commandId: v5(`word ${n}`, customerId),
          because: opened,
        };
      });
    });
}

/**
 * The Maven CRM data set, or the project's own of the same form, as its mapping reads it.
 *
 * @param takes whether a row of a file is among them
 */
export async function mavenFacts(
  mapping: string,
  folder: string,
  takes: (file: string) => boolean,
): Promise<readonly Told[]> {
  const world = new World();
  const read = readMapping(mapping, knownCommands);
  const places = new Map<Source, HeaderPlaces>();
  const sources = [...read.tables.values(), ...read.steps.flatMap(({ source }) => (source ? [source] : []))];
  for (const source of sources) {
    places.set(source, placesIn(source, await readHeader(join(folder, source.file), source.format), new Problems()));
  }
  const placesOf = (source: Source): HeaderPlaces => places.get(source) ?? { header: [], places: new Map() };
  await loadTables(folder, read.tables.values(), placesOf);
  for (const step of read.steps) {
    let lines: CommandLine[] = [];
    if (step.source) {
      const at = placesOf(step.source);
      for await (const row of readRows(join(folder, step.source.file), step.source.format, at.header.length)) {
        if (takes(step.source.file)) lines.push(...translateRow(read, step, at, row));
      }
    } else lines.push(...translateOnce(read, step));
    // A line may name one that comes later in the file, which then is told first.
    for (let left = Infinity; lines.length > 0 && lines.length < left;) {
      left = lines.length;
      lines = lines.filter((line) => !isTold(world, line));
    }
    await world.react();
  }
  return world.facts;
}

function isTold(world: World, line: CommandLine): boolean {
  try {
    tell(world, line);
    return true;
  } catch (error) {
    if (error instanceof NotThere) return false;
    throw error;
  }
}

const tell = (world: World, { command, data, idempotencyKey, occurredAt }: CommandLine): unknown =>
  world.issue(command, data, idempotencyKey, occurredAt);

/** A fact with when it was learnt. */
interface Learnt {
  readonly fact: Told;
  readonly recordedAt: Instant;
}

/**
 * A log of the facts as it comes about in life: most are reported at once, some days or weeks after they happened, and
 * what happens side by side comes in another order than it happened in. Within a stream the order stays, and a fact is
 * learnt after what it rests on. Deadlines fall where such a log lets them fall.
 */
export function reported(
  facts: readonly Told[],
  random: Random,
  managers: readonly ProcessManager[] = processManagers,
): readonly RecordedEvent[] {
  const world = new World();
  const log: RecordedEvent[] = [];
  const lengths = new Map<string, number>();
  const managed = managers.map((manager) => ({
    manager,
    timeline: new Timeline(manager, defaultPolicies(manager), '0001-01-01T00:00:00.000Z'),
  }));

  const record = (fact: Told, recordedAt: Instant): void => {
    const revision = lengths.get(fact.stream) ?? 0;
    lengths.set(fact.stream, revision + 1);
    const event = eventOf(fact, { place: log.length, revision, recordedAt });
    log.push(event);
    for (const { manager, timeline } of managed) {
      if (manager.hears.includes(event.type)) issue(timeline.hear(event), recordedAt, manager.name);
    }
  };
  const issue = (issues: readonly Issue[], recordedAt: Instant, process: string): void => {
    for (const { command, at, key, place, because } of issues) {
      const id = v5(`${process}/${typeof because === 'string' ? because : because.id}/${key}/${place}`, v5.URL);
      const issued = JSON.parse(JSON.stringify(command)) as object;
      for (const fact of decided(() => world.issue(command.constructor.name, issued, id, at, process))) {
        record(fact, recordedAt);
      }
    }
  };

  for (const { fact, recordedAt } of inOrder(facts, random)) {
    for (const { manager, timeline } of managed) {
      issue(timeline.fire(later(recordedAt, fact.at)), recordedAt, manager.name);
    }
    world.take(fact);
    record(fact, recordedAt);
  }
  return log;
}

/** A refusal is a verdict on what a process wanted. */
function decided(ask: () => readonly Told[]): readonly Told[] {
  try {
    return ask();
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

/** Definitions are made before anything rests on them. */
const atOnce = /^(pipeline|ratingscheme|survey)-/;

function delay({ stream }: Told, random: Random): number {
  if (atOnce.test(stream)) return 0;
  const kind = random.weighted({ minutes: 70, days: 22, weeks: 8 });
  if (kind === 'minutes') return random.whole(0, 90) * minuteMs;
  return random.whole(60, (kind === 'days' ? 5 : 28) * 24 * 60) * minuteMs;
}

function inOrder(facts: readonly Told[], random: Random): readonly Learnt[] {
  const begun = new Map<string, Instant>();
  const ends = new Map<string, Instant>();
  const streamsOf = new Map<string, string[]>();
  const learntAt = new Map<Told, Instant>();
  const found = facts.map((fact): Learnt => {
    const restsOn = stringsIn(fact.data).flatMap((id) => streamsOf.get(id) ?? []);
    const known = [
      ends.get(fact.stream) ?? '',
      fact.because ? (learntAt.get(fact.because) ?? '') : '',
      ...restsOn.map((stream) => begun.get(stream) ?? ''),
    ];
    const recordedAt = known.reduce(later, plusMs(fact.at, delay(fact, random)));
    if (!begun.has(fact.stream)) {
      begun.set(fact.stream, recordedAt);
      const id = fact.stream.slice(fact.stream.indexOf('-') + 1);
      streamsOf.set(id, [...(streamsOf.get(id) ?? []), fact.stream]);
    }
    ends.set(fact.stream, recordedAt);
    learntAt.set(fact, recordedAt);
    return { fact, recordedAt };
  });
  return found.sort((a, b) => (a.recordedAt < b.recordedAt ? -1 : Number(a.recordedAt > b.recordedAt)));
}

const stringsIn = (data: unknown): readonly string[] =>
  typeof data === 'string'
    ? [data]
    : typeof data === 'object' && data !== null
      ? Object.values(data).flatMap((part: unknown) => stringsIn(part))
      : [];

/** As it stands in the log: what is personal is closed, so that no read model can rest on it. */
function eventOf(
  fact: Told,
  { place, revision, recordedAt }: { readonly place: number; readonly revision: number; readonly recordedAt: Instant },
): RecordedEvent {
  const { stream, type, commandId, at: occurredAt, actor } = fact;
  const personal = domainCatalogue.get(type)?.personal ?? [];
  const data = JSON.parse(JSON.stringify(fact.data)) as Record<string, unknown>;
  const closed = personal.filter((name) => name in data);
  return {
    id: v5(`${commandId}/${place}`, v5.URL),
    stream,
    revision,
    position: BigInt(place + 1) * 7n,
    type,
    data: Object.fromEntries(Object.entries(data).filter(([name]) => !closed.includes(name))),
    ...(closed.length > 0 ? { sealed: { subject: stream, box: v5(`${stream}/${place}`, v5.URL) } } : {}),
    occurredAt,
    recordedAt,
    actor,
    correlationId: commandId,
    causationId: commandId,
  };
}
