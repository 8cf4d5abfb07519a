import { IsObject } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Command } from '../../kernel/index.js';
import { Ids, OneOf, Optional, Slug, Text } from '../fields.js';
import { NestedUpTo } from '../filled.js';
import { ruleSchema } from './schema.rules.js';
import { ruleBounds, segmentAudiences, type SegmentAudience } from './segment.rules.js';

const person = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';

/** So many members are added or removed at a time. */
const mostMembers = 500;

const retired = { SEGMENT_RETIRED: 'The segment or list is retired.' };

const ofAList = {
  ...retired,
  SEGMENT_NOT_A_LIST: 'The members of a dynamic segment follow from its rule.',
  LIST_MEMBERS_OF_OTHER_KIND:
    'People are put on a list of accounts, or accounts on a list of people, or neither is given.',
};

/** How a rule stands in the OpenAPI document. It is checked by the language itself (parse.rules.ts). */
@JSONSchema((_, options) => ruleSchema(`${options.refPointerPrefix}SegmentRule`))
export class SegmentRule {
  @Optional()
  readonly all?: object;
}

@NestedUpTo(2 * ruleBounds.depth + 8)
@Command({
  says: 'Defines a dynamic segment by a rule; each version of the rule is kept.',
  by: ['marketing', 'sales-manager'],
  opens: true,
  refuses: {
    ...retired,
    SEGMENT_RULE_INVALID:
      'The rule is not one of the language, or it asks for the phase and the policy inactivity.window has a window for the segment; `errors` names each place, as rule.all[1].not.value.',
    SEGMENT_AUDIENCE_FIXED: 'The segment was of accounts and is now to be of people, or the other way round.',
    SEGMENT_IS_A_LIST: 'There is a static list with this id.',
  },
  example: {
    segmentId: 'silent-energy',
    name: 'Silent customers in energy',
    of: 'accounts',
    rule: {
      all: [
        { field: 'industry', operator: 'one-of', value: ['energy', 'shipping'] },
        { not: { field: 'last-interaction', operator: 'newer-than', value: { days: 90 } } },
        {
          any: [
            { field: 'rating', operator: 'at-least', value: 4 },
            {
              field: 'purchases',
              operator: 'at-least',
              value: { amount: 5_000_000, currency: 'EUR' },
              within: { days: 365 },
            },
          ],
        },
      ],
    },
  },
})
export class DefineSegment {
  @Slug()
  readonly segmentId!: string;

  @Text(200)
  readonly name!: string;

  @OneOf(segmentAudiences)
  readonly of!: SegmentAudience;

  @IsObject({ message: '$property must be an object: {"all": […]}, {"any": […]}, {"not": {…}} or a condition.' })
  @JSONSchema((_, options) => ({ $ref: `${options.refPointerPrefix}SegmentRule` }))
  readonly rule!: object;
}

@Command({
  says: 'Creates a static list: a segment whose members are named one by one.',
  by: ['marketing', 'sales', 'sales-manager'],
  opens: true,
  refuses: { SEGMENT_EXISTS: 'There is another segment or list with this id.' },
  example: { segmentId: 'fair-2026', name: 'Visitors of our stand in 2026', of: 'people' },
})
export class CreateStaticList {
  @Slug()
  readonly segmentId!: string;

  @Text(200)
  readonly name!: string;

  @OneOf(segmentAudiences)
  readonly of!: SegmentAudience;
}

@Command({
  says: 'Puts people or accounts on a static list; those that are on it already stay there.',
  by: ['marketing', 'sales', 'sales-manager'],
  refuses: ofAList,
  example: { segmentId: 'fair-2026', personIds: [person] },
})
export class AddToStaticList {
  @Slug()
  readonly segmentId!: string;

  @Optional()
  @Ids('person', mostMembers)
  readonly personIds?: readonly string[];

  @Optional()
  @Ids('account', mostMembers)
  readonly accountIds?: readonly string[];
}

@Command({
  says: 'Takes people or accounts off a static list.',
  by: ['marketing', 'sales', 'sales-manager'],
  refuses: ofAList,
  example: { segmentId: 'fair-2026', personIds: [person] },
  after: ['AddToStaticList'],
})
export class RemoveFromStaticList {
  @Slug()
  readonly segmentId!: string;

  @Optional()
  @Ids('person', mostMembers)
  readonly personIds?: readonly string[];

  @Optional()
  @Ids('account', mostMembers)
  readonly accountIds?: readonly string[];
}

@Command({
  says: 'Retires a segment or a static list, with the reason; it is never deleted.',
  by: ['marketing', 'sales-manager'],
  refuses: { SEGMENT_ALREADY_RETIRED: 'It was retired for another reason.' },
  example: { segmentId: 'fair-2026', reason: 'The fair of 2027 has a list of its own' },
})
export class RetireSegment {
  @Slug()
  readonly segmentId!: string;

  @Text(500)
  readonly reason!: string;
}
