import pc from 'picocolors';

/** What `up` says to people: one aligned line for each thing, no more. */
export const terminal = {
  title(text: string): void {
    console.log(`\n  ${pc.bold(text)}\n`);
  },
  ready(name: string, where = ''): void {
    console.log(`  ${pc.green('✓')} ${name.padEnd(13)} ${where}`.trimEnd());
  },
  /** From a server process, while everything runs. */
  said(name: string, line: string): void {
    console.log(`  ${pc.yellow('!')} ${name.padEnd(13)} ${line}`);
  },
  facts(rows: readonly (readonly [label: string, text: string])[]): void {
    console.log('');
    for (const [label, text] of rows) console.log(`  ${pc.dim(label.padEnd(15))} ${text}`);
  },
  hint(text: string): void {
    console.log(`\n  ${text}`);
  },
  problem(text: string): void {
    console.error(`\n  ${pc.red('✗')} ${text}\n`);
  },
};
