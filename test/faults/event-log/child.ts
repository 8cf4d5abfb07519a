import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Lets a bare Node run our sources, as jest does: './x.js' is './x.ts', and types are stripped. */
const hooks = `
  import { readFile } from 'node:fs/promises';
  import { fileURLToPath } from 'node:url';
  import { transform } from '@swc/core';
  export const resolve = (specifier, context, next) =>
    next(specifier.startsWith('.') && context.parentURL?.endsWith('.ts') ? specifier.replace(/\\.js$/, '.ts') : specifier, context);
  export const load = async (url, context, next) => {
    if (!url.endsWith('.ts')) return next(url, context);
    const { code } = await transform(await readFile(fileURLToPath(url), 'utf8'), { filename: fileURLToPath(url) });
    return { format: 'module', source: code, shortCircuit: true };
  };`;

const asUrl = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;

export interface Ended {
  /** 0: it ended by itself. An unhandled rejection ends it with 1. */
  readonly code: number | null;
  readonly output: string;
}

/** Runs a script of this folder in a process of its own, where an unhandled rejection is deadly, as it is in production. */
export async function run(script: string, ...args: string[]): Promise<Ended> {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const resolvable = hooks.replace("'@swc/core'", JSON.stringify(import.meta.resolve('@swc/core')));
  const register = `import { register } from 'node:module'; register(${JSON.stringify(asUrl(resolvable))});`;
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--import', asUrl(register), path, ...args], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}
