import type pg from 'pg';
import type { Position } from '../kernel/index.js';
import { turnsOf } from './memberships.js';
import { quoted } from './schema.js';

interface Turn {
  readonly rule: string;
  readonly key: string;
  readonly position: Position;
}

/**
 * Whose stays have changed under rules that are followed: who has read up to a position finds what came behind it,
 * whichever way it was learnt. Written in the transaction of the rows.
 */
export class Turns {
  private readonly turned = new Map<string, Turn>();

  constructor(
    private readonly schema: string,
    private readonly name: string,
  ) {}

  note(rule: string, key: string, position: Position): void {
    this.turned.set(`${rule}\n${key}`, { rule, key, position });
  }

  async write(client: pg.ClientBase): Promise<void> {
    if (this.turned.size === 0) return;
    const turns = [...this.turned.values()];
    await client.query({
      name: `${this.schema}.${this.name} turn`,
      text: `insert into ${quoted(this.schema, turnsOf(this.name))} as t (rule, key, position)
             select * from unnest($1::text[], $2::text[], $3::bigint[])
             on conflict (rule, key) do update set position = excluded.position`,
      values: [turns.map(({ rule }) => rule), turns.map(({ key }) => key), turns.map(({ position }) => position)],
    });
  }

  clear(): void {
    this.turned.clear();
  }
}
