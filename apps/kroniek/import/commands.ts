import { getMetadataStorage } from 'class-validator';
import { CommandCatalogue } from '../../../libs/cqrs/commands/catalogue.js';
import { commands, type KnownCommand } from '../../../libs/domain/index.js';
import { type Instant, Refusal, systemClock } from '../../../libs/kernel/index.js';
import type { CommandLine } from '../client.js';
import { RowRefused } from './problems.js';

/** The commands that a mapping may use, by name. */
export type KnownCommands = ReadonlyMap<string, KnownCommand>;

/** All commands that the product has. */
export const knownCommands: KnownCommands = commands;

const catalogue = new CommandCatalogue();

/** The names of a command's fields. */
export function commandFields({ type }: KnownCommand): readonly string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

/** What can be said of commands without asking the server: their fields, and the order of their times. */
export class DryRun {
  readonly #lastOf = new Map<string, Instant>();
  readonly #now = systemClock.now();

  /**
   * Checks a command by the rules of its class, as the API will.
   *
   * @throws RowRefused with all that is wrong with its fields
   */
  check({ command, data, occurredAt }: CommandLine): void {
    const { aggregate } = this.read(command, data);
    if (occurredAt > this.#now)
      throw new RowRefused('OCCURRED_IN_FUTURE', `${command}: ${occurredAt} is in the future.`);
    const stream = `${aggregate.category}-${String(data[aggregate.id])}`;
    const last = this.#lastOf.get(stream);
    if (last !== undefined && occurredAt < last) {
      throw new RowRefused(
        'OCCURRED_BEFORE_LAST_FACT',
        `${command}: ${occurredAt} is before the row's or file's ${last}.`,
      );
    }
    this.#lastOf.set(stream, occurredAt);
  }

  private read(command: string, data: CommandLine['data']): KnownCommand {
    try {
      return catalogue.read(command, data).known;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const wrong = error.errors.map(({ path, message }) =>
        message.startsWith(path) ? message : `${path}: ${message}`,
      );
      throw new RowRefused(error.code, [`${command}:`, ...(wrong.length > 0 ? wrong : [error.message])].join(' '));
    }
  }
}
