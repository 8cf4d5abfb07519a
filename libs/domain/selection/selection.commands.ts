import { Command } from '../../kernel/index.js';
import { OneOf, Optional, Slug, Text, YesOrNo } from '../fields.js';
import {
  type SelectionDirection,
  selectionDirections,
  type SelectionOrder,
  selectionOrders,
} from './selection.events.js';

@Command({
  says: 'Puts the members of a segment in an order of priority; each version is kept.',
  by: ['marketing', 'sales', 'sales-manager'],
  opens: true,
  refuses: {
    SEGMENT_NOT_FOUND: 'There is no such segment or list.',
    SEGMENT_RETIRED: 'The segment or list is retired.',
  },
  example: {
    selectionId: 'win-back',
    name: 'Silent customers, the most valuable first',
    segmentId: 'silent-energy',
    orderBy: 'value-at-risk',
    direction: 'highest-first',
  },
})
export class DefineSelection {
  @Slug()
  readonly selectionId!: string;

  @Text(200)
  readonly name!: string;

  @Slug('segment')
  readonly segmentId!: string;

  @OneOf(selectionOrders)
  readonly orderBy!: SelectionOrder;

  @OneOf(selectionDirections)
  readonly direction!: SelectionDirection;

  /** Dogs are left out unless this is true (S4). */
  @Optional()
  @YesOrNo()
  readonly includeDogs?: boolean;
}
