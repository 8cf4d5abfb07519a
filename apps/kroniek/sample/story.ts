import { v5 } from 'uuid';
import type { Instant, LocalDate } from '../../../libs/kernel/index.js';
import type { CommandLine } from '../client.js';
import { Random } from './random.js';

export const dayMs = 86_400_000;

/** A command of the sample. */
export interface SampleCommand extends CommandLine {
  /** Everything of a lower wave has to be in effect first, what processes do because of it included. */
  readonly wave: number;
}

/** Namespace of the sample's ids: it never changes, so that a load that broke off goes on where it was. */
const namespace = '6b0f5f0e-2f8e-5c8b-9c61-0a7f8b1d3e55';

/**
 * What happens to one customer, told in the order of time. Whatever lies behind the end is not told: so a story stops
 * in the middle of things, as life does.
 */
export class Story {
  readonly random: Random;
  #now: number;
  #told = 0;
  #things = 0;

  /** Begin and end are instants in milliseconds; what the company has agreed with itself is in effect before wave 1. */
  constructor(
    private readonly seed: string,
    private readonly name: string,
    private readonly telling: SampleCommand[],
    begin: number,
    readonly end: number,
    private wave = 1,
  ) {
    this.random = new Random(`${seed}/${name}`);
    this.#now = begin;
    this.pass(0, 0);
  }

  /** The instant that the story has come to, in milliseconds. */
  get now(): number {
    return this.#now;
  }

  get over(): boolean {
    return this.#now > this.end;
  }

  /** What was told so far, and what processes do because of it, has to be in effect before what is told next. */
  settle(): void {
    this.wave += 1;
  }

  /** What happens beside the story from now on, on streams of its own. */
  aside(what: string): Story {
    return new Story(this.seed, `${this.name}/${what} ${this.#things++}`, this.telling, this.#now, this.end, this.wave);
  }

  /** The id of something in this story. */
  id(what: string): string {
    return v5(`${this.seed}/${this.name}/${what}`, namespace);
  }

  /** The id of the next thing of its kind. */
  next(kind: string): string {
    return this.id(`${kind} ${this.#things++}`);
  }

  /** Goes on at a later instant. */
  passTo(instant: number): void {
    if (instant > this.#now) this.#now = instant;
  }

  /** Days go by, and the next thing happens in office hours. */
  pass(least: number, most: number): void {
    const day = Math.floor(this.#now / dayMs) + this.random.whole(least, most);
    const weekday = (day + 4) % 7;
    const workday = weekday === 6 ? day + 2 : weekday === 0 ? day + 1 : day;
    const hour = workday * dayMs + this.random.whole(7 * 60, 16 * 60) * 60_000;
    this.#now = hour > this.#now ? hour : this.#now + this.random.whole(5, 55) * 60_000;
  }

  /** Tells what happens now. Answers the command's id, or nothing when the story is over. */
  tell(command: string, data: Readonly<Record<string, unknown>>): string | undefined {
    return this.tellAt(this.#now, command, data);
  }

  /** Tells of something on a stream of its own that happened at another time; nothing when that is after the end. */
  tellAt(instant: number, command: string, data: Readonly<Record<string, unknown>>): string | undefined {
    if (instant > this.end) return undefined;
    const idempotencyKey = this.id(`command ${this.#told++}`);
    this.telling.push({ command, data, idempotencyKey, occurredAt: toInstant(instant), wave: this.wave });
    return idempotencyKey;
  }

  /** The day that lies so many days ahead of now. */
  dayAhead(days: number): LocalDate {
    return dayOf(this.#now + days * dayMs);
  }
}

export const toInstant = (milliseconds: number): Instant => new Date(milliseconds).toISOString();

export const dayOf = (milliseconds: number): LocalDate => toInstant(milliseconds).slice(0, 10);
