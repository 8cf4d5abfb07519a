import type { Command } from 'commander';
import { readSettings } from '../../settings.js';

const variables = `
Environment variables (README.md has all of them):
  PORT, HOST                    where the API listens (3000, 127.0.0.1)
  KRONIEK_DATA                  folder of data and logs (./.kroniek)
  EVENTSTORE_URL, DATABASE_URL  servers of yours; those that are unset are started here
  KRONIEK_MASTER_KEY            wraps the keys of personal data; needed beside DATABASE_URL
  KRONIEK_SAMPLE=off            start without sample data
  KRONIEK_ADMIN_KEY             the first admin key; unset: made, and shown once`;

export function up(program: Command): void {
  program
    .command('up')
    .description('start everything: API, projector, and the servers that are not named; Ctrl-C stops it')
    .addHelpText('after', variables)
    .action(async () => {
      const settings = readSettings();
      const { runUp } = await import('../up/run.js');
      await runUp(settings);
    });
}
