import { sql } from 'kysely';
import type { InactivityWindow } from '../../libs/domain/account/phase.rules.js';
import { policyDefaults } from '../../libs/domain/policy/policy.events.js';
import type { Instant } from '../../libs/kernel/index.js';
import { type Reading, rows } from '../../libs/read-model/index.js';
import type { Asked } from './bought.js';
import type { CustomersTables } from './tables.js';

interface WindowPolicy {
  readonly version: number;
  readonly value: {
    readonly days: number;
    readonly segments: readonly { readonly segmentId: string; readonly days: number }[];
  };
  readonly valid_from: Instant;
}

interface Listed {
  readonly last_interaction: Instant | null;
  readonly last_attempt: Instant | null;
  readonly lists: readonly string[];
  readonly valid_from: Instant;
}

/** Rows that differ in what the order by silence rests on alone are one. */
const saidBy = (row: Listed | undefined): string =>
  JSON.stringify([row?.last_interaction ?? null, row?.last_attempt ?? null, row?.lists ?? []]);

/** The windows of a customer, and the segments whose window could not be applied. */
export interface Windows {
  readonly windows: readonly InactivityWindow[];
  readonly notApplied: readonly string[];
}

/**
 * Which window held for a customer from when on: by the versions of the policy, and by the segments and lists that it
 * belonged to, as it was told. Of their several windows the longest holds (domain.md §1).
 */
export async function windowsOf(reading: Reading<CustomersTables>, { t, k }: Asked, id: string): Promise<Windows> {
  const changed = await rows(
    reading,
    sql<WindowPolicy>`select version, value, valid_from from ${reading.all('policies')} p
      where name = 'inactivity.window' and valid_from <= ${t} and recorded_from <= ${k} order by version`,
  );
  const told = await rows(
    reading,
    sql<Listed>`select last_interaction, last_attempt, lists, valid_from from ${reading.all('clocks')} c
      where id = ${id} and valid_from <= ${t} and recorded_from <= ${k} and (recorded_to > ${k} or recorded_to = 'infinity')
      order by valid_from`,
  );
  const listed = told.filter((row, place) => saidBy(row) !== saidBy(told[place - 1]));
  const byDefault = { version: 0, value: policyDefaults['inactivity.window'], valid_from: '' };
  const policies: readonly WindowPolicy[] = [byDefault, ...changed];
  const starts = [...new Set([...policies, ...listed].map(({ valid_from }) => valid_from))].sort();
  const windows = starts.map((from): InactivityWindow => {
    const { version, value } = policies.findLast(({ valid_from }) => valid_from <= from) ?? byDefault;
    const lists = listed.findLast(({ valid_from }) => valid_from <= from)?.lists ?? [];
    const own = value.segments.filter(({ segmentId }) => lists.includes(segmentId)).map(({ days }) => days);
    return { from: from === '' ? undefined : from, days: own.length === 0 ? value.days : Math.max(...own), version };
  });
  const named = policies.at(-1)?.value.segments.map(({ segmentId }) => segmentId) ?? [];
  if (named.length === 0) return { windows, notApplied: [] };
  const known = await rows(
    reading,
    sql<{ id: string }>`select id from ${reading.at('lists')} l where id = any(${named}) and "by" <> 'phase'`,
  );
  return { windows, notApplied: named.filter((segment) => !known.some((list) => list.id === segment)) };
}
