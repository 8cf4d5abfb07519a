import { v5 } from 'uuid';
import { CommandCatalogue } from '../cqrs/commands/catalogue.js';
import { fixCampaignMembers, processes } from '../domain/index.js';
import { idsIn } from '../domain/segment/id-set.js';
import { segment, type SegmentState } from '../domain/segment/segment.js';
import {
  type Actor,
  type Aggregate,
  type AskingProcess,
  type Instant,
  later,
  lookedUp,
  type Process,
  type RecordedEvent,
  referencesOf,
} from '../kernel/index.js';

/** A fact as the world has it. */
export interface Told {
  readonly stream: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Instant;
  readonly actor: Actor;
  readonly commandId: string;
  /** What a process reacted to with it; left out: somebody said so. */
  readonly because?: Told | undefined;
}

/** Something that the command names is not there. */
export class NotThere extends Error {}

const catalogue = new CommandCatalogue();
const lists = segment as unknown as Aggregate;

/** The rules of the domain with nothing around them: streams in memory, processes when they are asked to react. */
export class World {
  readonly streams = new Map<string, Told[]>();
  /** All facts, in the order in which they were decided. */
  readonly facts: Told[] = [];
  readonly #waiting: Told[] = [];

  /**
   * Decides on a command as the executor does.
   *
   * @returns what it added @throws Refusal, NotThere, or Error for what the executor would turn down around the decision
   */
  issue(
    name: string,
    data: object,
    commandId: string,
    asked: Instant,
    process?: string,
    because?: Told,
  ): readonly Told[] {
    const { aggregate } = catalogue.named(name);
    const { command } = catalogue.read(name, data);
    this.expectReferences(command);
    const given = (data as Record<string, string | undefined>)[aggregate.id];
    const stream = `${aggregate.category}-${given ?? aggregate.naturalId?.(command) ?? ''}`;
    const last = this.streams.get(stream)?.findLast(({ type }) => !aggregate.isVerdict?.(type))?.at ?? '';
    if (asked < last && process === undefined) throw new Error(`${name} at ${asked} is before ${last} on ${stream}`);
    const actor: Actor = process === undefined ? { id: 'sample', role: 'admin' } : { id: process, role: 'service' };
    const occurredAt = later(asked, last);
    const state = this.stateOf(aggregate, stream);
    const decided = aggregate.decide(command, state, {
      commandId,
      occurredAt,
      actor,
      issuer: actor.id,
      lookups: lookedUp(aggregate.lookups, command, state, (from, id) => ({
        id,
        state: this.stateOf(from, `${from.category}-${id}`),
      })),
    });
    const isVerdict = process !== undefined && decided.every(({ type }) => aggregate.isVerdict?.(type));
    const at = isVerdict ? asked : occurredAt;
    const added = decided.map((fact) => ({ ...fact, stream, at, actor, commandId, because }) as Told);
    for (const fact of added) this.take(fact);
    return added;
  }

  /** A fact that was decided on elsewhere. */
  take(fact: Told): void {
    const facts = this.streams.get(fact.stream);
    if (facts) facts.push(fact);
    else this.streams.set(fact.stream, [fact]);
    this.facts.push(fact);
    this.#waiting.push(fact);
  }

  /** Everybody here is a customer; a list does not change while a wave is reacted to. */
  readonly #fixing = fixCampaignMembers({
    membersOf: async function* (this: World, { segmentId }: { readonly segmentId: string }) {
      await Promise.resolve();
      yield idsIn((this.stateOf(lists, `segment-${segmentId}`) as SegmentState).members);
    }.bind(this),
  });

  /** What the processes make of all that they have not heard yet. */
  async react(): Promise<void> {
    const { signal } = new AbortController();
    for (let fact = this.#waiting.shift(); fact; fact = this.#waiting.shift()) {
      const { stream, type, data, actor, at: occurredAt, commandId } = fact;
      for (const process of [...processes, this.#fixing] as readonly (Process | AskingProcess)[]) {
        if (!process.hears.includes(type)) continue;
        const event = { stream, type, data, actor, occurredAt, position: 0n } as unknown as RecordedEvent;
        let place = 0;
        for await (const command of process.react(event, signal)) {
          const issued = JSON.parse(JSON.stringify(command)) as object;
          const id = v5(`${process.name}/${place++}`, commandId);
          this.issue(command.constructor.name, issued, id, occurredAt, process.name, fact);
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
          throw new NotThere(`There is no ${category ?? ''}-${id}.`);
      }
      if (!category && typeof value === 'object' && value !== null) this.expectReferences(value as object);
    }
  }
}
