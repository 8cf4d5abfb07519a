import { IsObject } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Currency, Optional, PartOf, PartsOf, Rate, Slug, Whole } from '../../../libs/domain/fields.js';
import { NestedUpTo } from '../../../libs/domain/filled.js';
import {
  CustomerGroupPolicy,
  InactivityWindowPolicy,
  RatingCutOffPolicy,
} from '../../../libs/domain/policy/policy.values.js';
import { ruleBounds } from '../../../libs/domain/segment/segment.rules.js';

/*
 * The bodies of what-if questions. What is left out of one is as it is; policies are whole values, as they would be
 * given to `ChangePolicy`.
 */

export class AssumedStage {
  @Slug()
  readonly stage!: string;

  /** In whole per cents; a pipeline that is defined has 10 to 90. */
  @Whole(0, 100)
  readonly probability!: number;
}

export class AssumedPipeline {
  @Slug()
  readonly pipelineId!: string;

  /** Those that are not named keep their probability. */
  @PartsOf(AssumedStage, 1, 40, 'stage')
  readonly stages!: readonly AssumedStage[];
}

/** What one unit of `from` would cost in `to`; one of them is the reporting currency. */
export class AssumedRate {
  @Currency()
  readonly from!: string;

  @Currency()
  readonly to!: string;

  @Rate()
  readonly rate!: string;
}

export class ForecastAssumptions {
  @Optional()
  @PartsOf(AssumedPipeline, 0, 40, 'pipelineId')
  readonly pipelines?: readonly AssumedPipeline[];

  /** From the day asked for on; what is closed keeps its rate. */
  @Optional()
  @PartsOf(AssumedRate, 0, 200)
  readonly rates?: readonly AssumedRate[];
}

@NestedUpTo(2 * ruleBounds.depth + 8)
export class SegmentAssumptions {
  /** In place of the rule of the segment; needed where there is no segment, or a static list. */
  @Optional()
  @IsObject({ message: '$property must be an object: {"all": […]}, {"any": […]}, {"not": {…}} or a condition.' })
  @JSONSchema((_, options) => ({ $ref: `${options.refPointerPrefix}SegmentRule` }))
  readonly rule?: object;

  /** What phases in the rule are judged by, in place of the policy `inactivity.window`. */
  @Optional()
  @PartOf(InactivityWindowPolicy)
  readonly inactivityWindow?: InactivityWindowPolicy;

  /** What groups in the rule are judged by, in place of the policy `customer-group`. */
  @Optional()
  @PartOf(CustomerGroupPolicy)
  readonly customerGroup?: CustomerGroupPolicy;
}

export class PhasesAssumptions {
  /** In place of the policy `inactivity.window`. */
  @Optional()
  @PartOf(InactivityWindowPolicy)
  readonly inactivityWindow?: InactivityWindowPolicy;

  /** In place of the policy `customer-group`. */
  @Optional()
  @PartOf(CustomerGroupPolicy)
  readonly customerGroup?: CustomerGroupPolicy;
}

export class RatingsAssumptions {
  /** In place of the policy `rating.cut-off`. */
  @Optional()
  @PartOf(RatingCutOffPolicy)
  readonly cutOff?: RatingCutOffPolicy;
}
