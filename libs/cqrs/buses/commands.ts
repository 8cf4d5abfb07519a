import type { Type } from '@nestjs/common';
import { AsyncContext, CommandHandler, type CommandBus, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandCatalogue } from '../commands/catalogue.js';
import type { CommandExecutor } from '../commands/executor.js';
import type { CommandRequest } from '../commands/request.js';
import type { CommandResult } from '../commands/result.js';

/** What surrounds a command on its way over the bus. */
class Surroundings extends AsyncContext {
  constructor(readonly request: CommandRequest) {
    super();
  }
}

/** Issues a command over the bus. */
export function issue(bus: CommandBus, request: CommandRequest): Promise<CommandResult> {
  new Surroundings(request).attachTo(request.command);
  return bus.execute(request.command);
}

/** One handler a command, all the same: what differs between commands is in the domain. */
export const commandHandlers = (catalogue: CommandCatalogue, executor: CommandExecutor): Type<ICommandHandler>[] =>
  catalogue.all.map(({ type }) => {
    @CommandHandler(type)
    class ExecuteCommand {
      execute(command: object): Promise<CommandResult> {
        const surroundings = AsyncContext.of(command);
        if (!(surroundings instanceof Surroundings)) throw new Error('Commands are issued with issue().');
        return executor.execute(surroundings.request);
      }
    }
    return ExecuteCommand;
  });
