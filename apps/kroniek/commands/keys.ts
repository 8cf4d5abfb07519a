import Table from 'cli-table3';
import { type Command, Option } from 'commander';
import { roles } from '../../../libs/kernel/index.js';
import { readSettings } from '../../settings.js';
import { askApi } from '../api-client.js';

type Key = {
  id: string;
  role: string;
  name: string;
  salesperson?: string | null;
  createdAt?: string;
  revokedAt?: string | null;
};

export function keys(program: Command): void {
  const group = program.command('keys').description('the keys by which people and systems use the API');

  group
    .command('create')
    .description('make a key; it is shown this once')
    .addOption(new Option('--role <role>', 'what it may do').choices([...roles]).makeOptionMandatory())
    .requiredOption('--name <name>', 'whose it is')
    .option('--salesperson <salesperson>', 'for whom it acts in sales: it works on what is theirs, or their team’s')
    .action(async (options: { role: string; name: string; salesperson?: string }) => {
      const { id, key } = (await askApi(readSettings(), 'POST', '/v1/keys', options)) as { id: string; key: string };
      console.log(`${key}\n\nThe key ${id} for ${options.name} (${options.role}) is shown this once.`);
    });

  group
    .command('list')
    .description('all keys, without their secrets')
    .action(async () => {
      const { items } = (await askApi(readSettings(), 'GET', '/v1/keys')) as { items: Key[] };
      const table = new Table({
        head: ['id', 'role', 'salesperson', 'name', 'created', 'revoked'],
        style: { head: [], border: [], compact: true },
      });
      for (const { id, role, salesperson, name, createdAt, revokedAt } of items) {
        table.push([id, role, salesperson ?? '', name, createdAt ?? '', revokedAt ?? '']);
      }
      console.log(table.toString());
    });

  group
    .command('revoke')
    .description('end a key at once')
    .argument('<id>', 'from "kroniek keys list"')
    .action(async (id: string) => {
      await askApi(readSettings(), 'DELETE', `/v1/keys/${encodeURIComponent(id)}`);
      console.log(`The key ${id} is revoked.`);
    });
}
