import { Command } from '../../kernel/index.js';
import { Slug, Text } from '../fields.js';

@Command({
  says: 'Defines a team with its manager, or gives it another name or manager.',
  by: ['sales-manager'],
  opens: true,
  refuses: { TEAM_DISBANDED: 'The team was disbanded.' },
  example: { teamId: 'north-sea', name: 'North Sea', manager: 'kim' },
})
export class DefineTeam {
  @Slug()
  readonly teamId!: string;

  @Text(100)
  readonly name!: string;

  /** The employee who answers for its forecast. */
  @Text(100)
  readonly manager!: string;
}

@Command({
  says: 'Disbands a team: nobody joins it any more, and what it did stays its own.',
  by: ['sales-manager'],
  refuses: { TEAM_NOT_FOUND: 'No team has this id.' },
  example: { teamId: 'north-sea' },
})
export class DisbandTeam {
  @Slug()
  readonly teamId!: string;
}
