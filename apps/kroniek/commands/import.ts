import type { Command } from 'commander';
import { readSettings } from '../../settings.js';

type Options = { mapping: string; dryRun?: boolean; url?: string; key?: string; refused: string };

export function importFiles(program: Command): void {
  program
    .command('import')
    .description('import CSV files through the commands of the API; a second import adds nothing')
    .argument('<folder>', 'where the CSV files are')
    .requiredOption('-m, --mapping <file>', 'what their rows and columns mean: see docs/import.md')
    .option('--dry-run', 'check the mapping and every row here, and send nothing')
    .option('--url <url>', 'where the API is (else KRONIEK_URL)')
    .option('--key <key>', 'the key to show there (else KRONIEK_KEY)')
    .option('--refused <csv>', 'where refused rows are written', 'refused.csv')
    .action(async (folder: string, { mapping, dryRun, url, key, refused }: Options) => {
      const settings = readSettings();
      const api = dryRun === true ? undefined : { url: url ?? settings.url, key: key ?? settings.key };
      const { importFromTerminal } = await import('../import/terminal.js');
      process.exitCode = await importFromTerminal({ mapping, folder, api, refused });
    });
}
