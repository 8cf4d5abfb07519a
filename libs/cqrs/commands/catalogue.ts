import { aggregates, commandNamed, commands, filled, type KnownCommand } from '../../domain/index.js';
import { invalid, isInstant, notFound, toInstant, type Aggregate, type Instant } from '../../kernel/index.js';

/** A command that came in, checked field by field. */
export interface ReadCommand {
  readonly known: KnownCommand;
  readonly command: object;
  readonly occurredAt: Instant | undefined;
}

const byCategory = new Map(aggregates.map((aggregate) => [aggregate.category, aggregate]));

/** Every command by its name, as it is read from outside; the aggregates' maps are the only list. */
export class CommandCatalogue {
  readonly all: readonly KnownCommand[] = [...commands.values()];

  /** @throws Refusal `UNKNOWN_COMMAND` */
  named(name: string): KnownCommand {
    const known = commandNamed(name);
    if (!known) throw notFound('UNKNOWN_COMMAND', `There is no command named "${name.slice(0, 80)}".`);
    return known;
  }

  aggregate(category: string): Aggregate {
    const aggregate = byCategory.get(category);
    if (!aggregate) throw new Error(`No aggregate has the category ${category}.`);
    return aggregate;
  }

  /** The command that an instance of a command class is. */
  of(command: object): KnownCommand {
    return this.named(command.constructor.name);
  }

  /**
   * Reads a command from JSON. `occurredAt` may stand in the body.
   *
   * @throws Refusal `INVALID_COMMAND` with an error for each field that is wrong, missing or unknown
   */
  read(name: string, body: unknown, occurredAt?: unknown): ReadCommand {
    const known = this.named(name);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw invalid('INVALID_COMMAND', `${name} takes a JSON object with its fields.`);
    }
    const { occurredAt: inBody, ...fields } = body as Record<string, unknown>;
    const instant = inBody ?? occurredAt;
    const { filled: command, errors: found } = filled(known.type, fields);
    const errors = [...found];
    if (instant !== undefined && !isInstant(instant)) {
      errors.push({ path: 'occurredAt', message: 'occurredAt must be an RFC 3339 instant, as 2017-06-30T14:00:00Z.' });
    }
    if (errors.length > 0) {
      const fieldsWrong = new Set(errors.map(({ path }) => path)).size;
      const message = `${name} has ${fieldsWrong} invalid field${fieldsWrong > 1 ? 's' : ''}.`;
      throw invalid('INVALID_COMMAND', message, errors);
    }
    return { known, command, occurredAt: instant === undefined ? undefined : toInstant(instant as string) };
  }
}
