#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { InvalidSettings } from '../settings.js';
import { commands } from './commands/index.js';
import { Complaint } from './complaint.js';

const program = new Command('kroniek')
  .description('An event-sourced CRM engine: every fact kept, every answer as of any instant.')
  .version(version(), '-v, --version')
  .showHelpAfterError('(kroniek --help lists the commands)')
  .addHelpText(
    'after',
    '\nstatus, import and keys ask the API at KRONIEK_URL (http://localhost:3000) with KRONIEK_KEY.',
  )
  .configureHelp({ sortSubcommands: false });

for (const register of commands) register(program);

try {
  await program.parseAsync();
} catch (error) {
  const expected = error instanceof Complaint || error instanceof InvalidSettings;
  console.error(expected ? error.message : error);
  process.exitCode = 1;
}

function version(): string {
  // From dist/apps/kroniek, as from apps/kroniek, the package stands above.
  for (const up of ['../../', '../../../']) {
    try {
      const text = readFileSync(new URL(`${up}package.json`, import.meta.url), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}
