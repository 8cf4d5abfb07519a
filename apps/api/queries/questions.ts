import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Ask } from '../../../libs/cqrs/buses/index.js';
import type { Database } from '../../../libs/read-model/index.js';
import type { AsOfParams } from './asking.js';
import { ReadModels } from './read-models.js';

/** Puts questions to read models over the bus. */
@Injectable()
export class Questions {
  constructor(
    private readonly bus: QueryBus,
    private readonly models: ReadModels,
  ) {}

  /**
   * @param restsOn the read models that have to have `minPosition` before they answer
   * @param answer gets what is asked but for `minPosition`, which is about the answer alone
   */
  ask<Asked extends Pick<AsOfParams, 'minPosition'>, Answer>(
    restsOn: string | readonly string[],
    { minPosition, ...asked }: Asked,
    answer: (database: Database, asked: Omit<Asked, 'minPosition'>) => Promise<Answer>,
  ): Promise<Answer> {
    return this.bus.execute<Ask<Answer>, Answer>(
      new Ask(
        { restsOn: [restsOn].flat(), answer: () => answer(this.models.database, asked) },
        minPosition === undefined ? undefined : BigInt(minPosition),
      ),
    );
  }
}
