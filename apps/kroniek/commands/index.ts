import type { Command } from 'commander';
import { importFiles } from './import.js';
import { keys } from './keys.js';
import { status } from './status.js';
import { up } from './up.js';

/** Each command is one file here that adds itself to the program, and loads what it needs when it runs. */
export const commands: readonly ((program: Command) => void)[] = [up, status, importFiles, keys];
