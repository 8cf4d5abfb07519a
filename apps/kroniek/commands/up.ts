import type { Command } from 'commander';
import { readSettings } from '../../settings.js';

export function up(program: Command): void {
  program
    .command('up')
    .description('start everything: servers that no variable names, API and projector; Ctrl-C stops it')
    .action(async () => {
      const settings = readSettings();
      const { runUp } = await import('../up/run.js');
      await runUp(settings);
    });
}
