import { expect } from '@jest/globals';
import { filled } from '../domain/filled.js';
import {
  defaultPolicies,
  type Instant,
  type Issue,
  type ProcessManager,
  type RecordedEvent,
  Timeline,
} from '../kernel/index.js';
import { type GivenEvent, recorded } from './projection.js';

/** A command that a process is to issue, and the instant that its facts are to carry. */
export interface Issued {
  readonly at: Instant;
  readonly command: object;
}

/** `issued(MarkContactStalled, { … }, '2024-02-05T09:00:00.000Z')` */
export const issued = <C extends object>(
  type: new () => C,
  fields: { readonly [K in keyof C]: C[K] },
  at: Instant,
) => ({
  at,
  command: Object.assign(new type(), fields),
});

/** What a process makes of a log: all that it issues, and what it waits for in the end. */
export function run(
  manager: ProcessManager,
  log: readonly RecordedEvent[],
  now: Instant,
): { readonly issues: readonly Issue[]; readonly timeline: Timeline } {
  const timeline = new Timeline(manager, defaultPolicies(manager), '0001-01-01T00:00:00.000Z');
  const heard = log.filter(({ type }) => manager.hears.includes(type));
  const issues = [...heard.flatMap((event) => timeline.hear(event)), ...timeline.fire(now)];
  for (const { command } of issues) {
    expect(filled(command.constructor as new () => object, command).errors).toEqual([]);
  }
  return { issues, timeline };
}

/** `givenLog(stalledContact, …events).at('2024-03-01T00:00:00.000Z').then(…issued)`: pure, without servers. */
export const givenLog = (manager: ProcessManager, ...events: readonly GivenEvent[]) => ({
  at(now: Instant) {
    const { issues, timeline } = run(manager, recorded(events), now);
    return {
      /** Exactly these commands, in this order, since the beginning. */
      then(...expected: readonly [Issued, ...Issued[]]): void {
        expect(issues.map(({ at, command }) => ({ at, command }))).toEqual(expected);
      },

      thenNothing(): void {
        expect(issues).toEqual([]);
      },

      /** What it waits for under a key; `undefined`: nothing. */
      thenWaits(key: string, deadline: Instant | undefined): void {
        expect(timeline.at(key).deadline).toBe(deadline);
      },
    };
  },
});
