import { sql, type Kysely, type Transaction } from 'kysely';
import {
  defaultPolicies,
  type Instant,
  type PolicyHistories,
  type Position,
  type ProcessManager,
  Timeline,
  type RecordedEvent,
  type Waiting,
} from '../../kernel/index.js';
import { instantText, withoutDisk } from './tables.js';

/** Where a process stands. */
export interface Standing {
  /** Everything up to here is in the states; -1: nothing. */
  readonly position: Position;
  /** Raised with every change: whoever finds another one has been overtaken. */
  readonly step: string;
  readonly policies: PolicyHistories;
  readonly quietFrom: Instant;
}

/** Another runner has gone on from the same place. What this one issued was the same. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

export interface Asked {
  readonly keys: readonly string[];
  /** Also those that fire up to here. */
  readonly until: Instant;
  /** Among them those whose deadline had passed when it was set. */
  readonly late: boolean;
  /** The most that fire. */
  readonly limit: number;
}

export interface Loaded {
  readonly waiting: readonly Waiting[];
  /** There are more that fire, from this instant on; left out: these are all. */
  readonly moreFrom: Instant | undefined;
}

interface Row {
  readonly key: string;
  readonly state: unknown;
  readonly due_at: string | null;
  readonly fires_at: string | null;
  readonly late: boolean;
  readonly fires: boolean;
}

const columns = sql`s.key, s.state, ${instantText('s.due_at')} as due_at, ${instantText('s.fires_at')} as fires_at, s.late`;

/** Keys whose deadlines are set anew in one statement. */
const pageSize = 2_000;

const beginning = '0001-01-01T00:00:00.000Z';

/** The states of processes with time, in PostgreSQL: written together with the place in the log that they belong to. */
export class ProcessStates {
  constructor(private readonly db: Kysely<unknown>) {}

  /**
   * Where the process stands; one of another version begins anew.
   *
   * @returns `undefined` when a newer version of the product runs it
   */
  async open(manager: ProcessManager): Promise<Standing | undefined> {
    const { name, version } = manager;
    return this.db.transaction().execute(async (tx) => {
      const policies = JSON.stringify(defaultPolicies(manager));
      await sql`insert into kroniek.process_checkpoints (process, position, version, policies, quiet_from)
        values (${name}, -1, ${version}, ${policies}::jsonb, ${beginning}::timestamptz) on conflict do nothing`.execute(
        tx,
      );
      const { rows } = await sql<{
        position: string;
        version: number;
        step: string;
        policies: PolicyHistories;
        quiet: string;
      }>`select position::text, version, step::text, policies, ${instantText('quiet_from')} as quiet
           from kroniek.process_checkpoints where process = ${name} for update`.execute(tx);
      const [row] = rows;
      if (!row) throw new Error(`The process ${name} has no checkpoint.`);
      if (row.version > version) return undefined;
      if (row.version === version) {
        return { position: BigInt(row.position), step: row.step, policies: row.policies, quietFrom: row.quiet };
      }
      await sql`delete from kroniek.process_state where process = ${name}`.execute(tx);
      const step = String(BigInt(row.step) + 1n);
      await sql`update kroniek.process_checkpoints set position = -1, version = ${version}, step = ${step}::bigint,
          policies = ${policies}::jsonb, quiet_from = ${beginning}::timestamptz where process = ${name}`.execute(tx);
      return { position: -1n, step, policies: defaultPolicies(manager), quietFrom: beginning };
    });
  }

  /**
   * States of the keys asked for, and of those that fire.
   *
   * @throws Overtaken
   */
  async load({ name }: ProcessManager, { step }: Standing, { keys, until, late, limit }: Asked): Promise<Loaded> {
    const lates = late ? [false, true] : [false];
    const { rows } = await this.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (tx) => {
        await expectStep(tx, name, step);
        // Each half in the order of its index.
        const halves = lates.map(
          (half) => sql`(select key from kroniek.process_state
            where process = ${name} and late = ${half} and fires_at <= ${until}::timestamptz
            order by fires_at, key limit ${limit + 1})`,
        );
        // One by one, each a look into the index, however many wait.
        return sql<Row>`
          with firing as (${sql.join(halves, sql` union all `)}),
          wanted as (
            select key, true as fires from firing
            union all
            select distinct key, false from unnest(${[...keys]}::text[]) k (key) where key not in (select key from firing)
          )
          select ${columns}, w.fires
            from wanted w cross join lateral (
              select * from kroniek.process_state p where p.process = ${name} and p.key = w.key offset 0
            ) s
           order by s.fires_at, s.key`.execute(tx);
      });
    const extra = rows.filter(({ fires }) => fires)[limit]?.fires_at;
    return { waiting: rows.map(waitingOf), moreFrom: extra ?? undefined };
  }

  /**
   * Writes what has changed, and moves on.
   *
   * @throws Overtaken, and then nothing is written
   */
  async commit(
    manager: ProcessManager,
    standing: Standing,
    next: Next,
    changed: readonly Waiting[],
  ): Promise<Standing> {
    return this.db.transaction().execute(async (tx) => {
      const moved = await moveOn(tx, manager, standing, next);
      await write(tx, manager, changed);
      return moved;
    });
  }

  /**
   * Sets all deadlines anew after a change of a policy, page by page, and moves on.
   *
   * @throws Overtaken, and then nothing is written
   */
  async redate(manager: ProcessManager, standing: Standing, next: Next, event: RecordedEvent): Promise<Standing> {
    return this.db.transaction().execute(async (tx) => {
      const moved = await moveOn(tx, manager, standing, next);
      for (let after = ''; ;) {
        const { rows } = await sql<Row>`
          select ${columns}, false as fires from kroniek.process_state s
           where s.process = ${manager.name} and s.key > ${after} order by s.key limit ${pageSize}`.execute(tx);
        const page = rows.map(waitingOf);
        const last = page.at(-1);
        if (!last) return moved;
        after = last.key;
        const timeline = new Timeline(manager, moved.policies, moved.quietFrom, page);
        timeline.redate(event);
        const before = new Map(page.map((waiting) => [waiting.key, waiting]));
        await write(
          tx,
          manager,
          timeline.changed.filter((waiting) => waiting.deadline !== before.get(waiting.key)?.deadline),
        );
      }
    });
  }

  /** Moves on where nothing was heard; that another runner is further does not matter. */
  async pass(passed: readonly { readonly process: string; readonly standing: Standing }[]): Promise<void> {
    const [processes, steps, positions] = [
      passed.map(({ process }) => process),
      passed.map(({ standing }) => standing.step),
      passed.map(({ standing }) => String(standing.position)),
    ];
    await sql`update kroniek.process_checkpoints c set position = greatest(c.position, p.position)
      from unnest(${processes}::text[], ${steps}::bigint[], ${positions}::bigint[]) as p (process, step, position),
        ${withoutDisk}
     where c.process = p.process and c.step = p.step`.execute(this.db);
  }

  /** The instant at which the process has something to do, if nothing happens before. */
  async next({ name }: ProcessManager, { quietFrom }: Standing): Promise<Instant | undefined> {
    // `greatest` passes over what is null: without a late one there is no quiet to wait for.
    const { rows } = await sql<{ at: string | null }>`
      select ${instantText('least(due, case when late is not null then greatest(late, quiet) end)')} as at
        from (select ${quietFrom}::timestamptz as quiet,
                (select min(fires_at) from kroniek.process_state
                  where process = ${name} and not late and fires_at is not null) as due,
                (select min(fires_at) from kroniek.process_state
                  where process = ${name} and late and fires_at is not null) as late) as firsts
       where coalesce(due, late) is not null`.execute(this.db);
    return rows[0]?.at ?? undefined;
  }
}

/** Where a process gets to. */
export type Next = Omit<Standing, 'step'>;

const waitingOf = ({ key, state, due_at, fires_at, late }: Row): Waiting => ({
  key,
  state,
  deadline: due_at ?? undefined,
  firesAt: fires_at ?? undefined,
  late,
});

async function expectStep(tx: Transaction<unknown>, name: string, step: string): Promise<void> {
  const { rows } = await sql<{ step: string }>`
    select step::text from kroniek.process_checkpoints where process = ${name}`.execute(tx);
  if (rows[0]?.step !== step) throw new Overtaken(name);
}

async function moveOn(
  tx: Transaction<unknown>,
  { name }: ProcessManager,
  { step }: Standing,
  next: Next,
): Promise<Standing> {
  const { rows } = await sql<{ step: string }>`
    update kroniek.process_checkpoints
       set step = step + 1, position = ${String(next.position)}::bigint,
           policies = ${JSON.stringify(next.policies)}::jsonb, quiet_from = ${next.quietFrom}::timestamptz
      from ${withoutDisk}
     where process = ${name} and step = ${step}::bigint returning step::text`.execute(tx);
  const [row] = rows;
  if (!row) throw new Overtaken(name);
  return { ...next, step: row.step };
}

async function write(
  tx: Transaction<unknown>,
  { name, initial }: ProcessManager,
  changed: readonly Waiting[],
): Promise<void> {
  const forgotten = changed.filter(({ state }) => state === initial).map(({ key }) => key);
  const kept = changed.filter(({ state }) => state !== initial);
  if (forgotten.length > 0) {
    await sql`delete from kroniek.process_state where process = ${name} and key = any(${forgotten}::text[])`.execute(
      tx,
    );
  }
  if (kept.length === 0) return;
  await sql`insert into kroniek.process_state as s (process, key, state, due_at, fires_at, late)
    select ${name}, * from unnest(${kept.map(({ key }) => key)}::text[],
      ${kept.map(({ state }) => JSON.stringify(state))}::jsonb[],
      ${kept.map(({ deadline }) => deadline ?? null)}::timestamptz[],
      ${kept.map(({ firesAt }) => firesAt ?? null)}::timestamptz[], ${kept.map(({ late }) => late)}::boolean[])
    on conflict (process, key) do update
      set state = excluded.state, due_at = excluded.due_at, fires_at = excluded.fires_at, late = excluded.late`.execute(
    tx,
  );
}
