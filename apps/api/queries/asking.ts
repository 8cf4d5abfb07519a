import { Matches, ValidateBy } from 'class-validator';
import { Moment, Optional, Whole } from '../../../libs/domain/fields.js';
import { notFound } from '../../../libs/kernel/index.js';
import { InDigits, Says } from '../http/params.js';

/** What every query takes. */
export class AsOfParams {
  @Says('What was true at this instant; left out: now.')
  @Optional()
  @Moment()
  asOf?: string;

  @Says('As far as it was known at this instant; left out: now.')
  @Optional()
  @Moment()
  knownAt?: string;

  @Says('Wait until the read model has the command that answered with this position.')
  @Optional()
  @Matches(/^\d{1,19}$/, { message: '$property must be the position that a command answered, for instance 4711.' })
  minPosition?: string;
}

interface Pages {
  limit?: number;
  cursor?: string;
}

/** The same parameters with those of a list besides. */
export function paged<P extends AsOfParams>(type: new () => P): new () => P & Pages {
  class Paged extends (type as new () => AsOfParams) implements Pages {
    @Says('Rows of a page, at most 1,000; 100 when left out.')
    @Optional()
    @InDigits()
    @Whole(1, 1_000)
    limit?: number;

    @Says('`next` of the page before.')
    @Optional()
    @Matches(/^[\w-]{1,2000}$/, { message: '$property must be the `next` of the page before.' })
    cursor?: string;
  }
  return Paged as new () => P & Pages;
}

/** What every list takes. */
export class PageParams extends paged(AsOfParams) {}

type Bound = string | number;
const isBound = (value: unknown): value is Bound => typeof value === 'string' || typeof value === 'number';

/** The other end of what the parameter `from` begins: the wrong way round, nothing could ever be in between. */
export const EndOf = (from: string, inOrder = (begin: Bound, end: Bound) => begin <= end): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isEndOf',
      validator: {
        validate: (end, given) => {
          const begin: unknown = (given?.object as Readonly<Record<string, unknown>> | undefined)?.[from];
          return !isBound(begin) || !isBound(end) || inOrder(begin, end);
        },
      },
    },
    { message: `$property must not lie before ${from}.` },
  );

/** What the parameters ask, with what the path says and what the caller may see. */
export const including = <P extends object, More extends object>(params: P, more: More): P & More => ({
  ...params,
  ...more,
});

/** The answer, unless there is none. @throws Refusal `PIPELINE_NOT_FOUND` and the like */
export function found<Answer>(answer: Answer | null, what: string): Answer {
  if (answer !== null) return answer;
  throw notFound(`${what.toUpperCase()}_NOT_FOUND`, `There is no ${what} with this id at this moment.`);
}
