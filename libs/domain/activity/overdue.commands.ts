import { Command } from '../../kernel/index.js';
import { Id, Moment } from '../fields.js';

const activity = '9d3b8f64-2c1e-4b7a-8e5f-1a0c6d7b4e32';

@Command({
  says: 'A planned interaction was not carried out by its due time.',
  by: [],
  internal: true,
  example: { activityId: activity, dueAt: '2026-05-04T09:30:00Z' },
})
export class MarkActivityOverdue {
  @Id()
  readonly activityId!: string;

  @Moment()
  readonly dueAt!: string;
}

@Command({
  says: 'It is time to be reminded of a planned interaction.',
  by: [],
  internal: true,
  example: { activityId: activity, remindAt: '2026-05-04T09:00:00Z' },
})
export class MarkReminderDue {
  @Id()
  readonly activityId!: string;

  @Moment()
  readonly remindAt!: string;
}
