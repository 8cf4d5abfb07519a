import { CommandBus } from '@nestjs/cqrs';
import { issue } from '../../../libs/cqrs/buses/index.js';
import { mayIssue, type CommandCatalogue, type KeyHolder } from '../../../libs/cqrs/index.js';
import { invalid } from '../../../libs/kernel/index.js';
import { linesOf, readJson, type Line } from '../http/body.js';
import { MalformedRequest, problemOf, unforeseen, type ReportError } from '../http/problem.js';
import { commandIdFrom } from './headers.js';
import { inOrder } from './in-order.js';

/**
 * Commands of one body that are under way at once, and those whose results wait for one before them besides. Of those
 * under way some have their id claimed while others are being recorded.
 */
const room = { underWay: 256, untaken: 512 };

/**
 * Many commands as NDJSON, one `{"command","data","idempotencyKey","occurredAt"}` a line. Each line gets its result in
 * the same order; a line that is wrong gets its problem and the others go on.
 */
export class ManyCommands {
  constructor(
    private readonly catalogue: CommandCatalogue,
    private readonly bus: CommandBus,
    private readonly report: ReportError,
  ) {}

  /** The result lines. The body is read only as fast as commands are carried out. */
  async *results(body: AsyncIterable<Buffer>, holder: KeyHolder, correlationId: string): AsyncGenerator<string> {
    for await (const run of inOrder(this.begin(body, holder, correlationId), room)) {
      yield run.map((answer) => `${JSON.stringify(answer)}\n`).join('');
    }
  }

  /** Commands enter their streams' queues in the order of the lines. */
  private async *begin(
    body: AsyncIterable<Buffer>,
    holder: KeyHolder,
    correlationId: string,
  ): AsyncGenerator<{ readonly result: Promise<object> }> {
    for await (const line of linesOf(body)) yield { result: this.resultOf(line, holder, correlationId) };
  }

  private async resultOf(line: Line, holder: KeyHolder, correlationId: string): Promise<object> {
    try {
      const { command, data, idempotencyKey, occurredAt } = readLine(line);
      mayIssue(holder.actor, command, this.catalogue.named(command).options);
      const read = this.catalogue.read(command, data, occurredAt);
      const result = await issue(this.bus, {
        command: read.command,
        occurredAt: read.occurredAt,
        commandId: commandIdFrom(idempotencyKey, 'idempotencyKey'),
        ...holder,
        correlationId,
      });
      return { line: line.number, ...result };
    } catch (error) {
      const problem = problemOf(error);
      if (!problem) this.report(error, correlationId);
      return { line: line.number, ...(problem ?? unforeseen) };
    }
  }
}

interface CommandLine {
  readonly command: string;
  readonly data: unknown;
  readonly idempotencyKey: unknown;
  readonly occurredAt: unknown;
}

const known = ['command', 'data', 'idempotencyKey', 'occurredAt'];

function readLine(line: Line): CommandLine {
  if ('tooLong' in line) throw new MalformedRequest(413, 'LINE_TOO_LARGE', 'A command is at most 1 MiB of JSON.');
  const read = readJson(line.bytes);
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw new MalformedRequest(400, 'INVALID_LINE', 'A line is a JSON object: {"command","data",…}.');
  }
  const { command, data, idempotencyKey, occurredAt } = read as Record<string, unknown>;
  const errors = Object.keys(read)
    .filter((field) => !known.includes(field))
    .map((path) => ({ path, message: `${path} is not a field of a line` }));
  if (typeof command !== 'string') errors.push({ path: 'command', message: 'must be the name of a command' });
  if (errors.length > 0) throw invalid('INVALID_LINE', 'The line is not a command.', errors);
  return { command: command as string, data, idempotencyKey, occurredAt };
}
