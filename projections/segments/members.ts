import { type RawBuilder, sql } from 'kysely';
import type { Source } from '../../libs/read-model/index.js';
import { windowsPolicy } from './rules.js';
import type { SegmentTables } from './tables.js';

/**
 * Segments and lists of the moment, each with the version that answers: the one that held then, under the settings that
 * held then, or, as long as that is not evaluated, the one before (`complete` tells).
 */
export const answering = (source: Source<SegmentTables>): RawBuilder<unknown> => sql`
  (select s.*, v.version as answered_by, coalesce(v.place = w.place, false) as complete
   from ${source.at('segments')} s
   left join ${source.at('settings')} p on p.policy = ${sql.lit(windowsPolicy)}
   left join ${source.rules('members')} w on w.rule = s.id and w.version = case
     when s.kind = 'list' then 'list'
     when s.phased then s.version || '.' || coalesce(p.version, 0)
     else s.version::text end
   left join lateral (
     select r.version, r.place from ${source.rules('members')} r
     where r.rule = s.id and r.evaluated and r.place <= w.place order by r.place desc limit 1
   ) v on true)`;

/** Leaves out people who are no more than names at the moment, of `m`. */
export const isNoName = (source: Source<SegmentTables>): RawBuilder<unknown> =>
  sql`not exists (select from ${source.at('names')} n where n.key = m.key and n.name)`;
