import { type RawBuilder, sql } from 'kysely';
import type { Source } from '../../libs/read-model/index.js';
import type { Setting } from './rules.js';
import type { SegmentTables } from './tables.js';

/**
 * Segments and lists of the moment, each with the version that answers: the one that held then, under the settings that
 * held then, or, as long as that is not evaluated, the one before (`complete` tells).
 */
export const answering = (source: Source<SegmentTables>): RawBuilder<unknown> => sql`
  (select s.*, v.version as answered_by, coalesce(v.place = w.place, false) as complete
   from ${source.at('segments')} s
   left join ${setting(source, 'inactivity.window')} p on true
   left join ${setting(source, 'customer-group')} g on true
   left join ${setting(source, 'reporting.currency')} c on true
   left join ${source.rules('members')} w on w.rule = s.id and w.version = case
     when s.kind = 'list' then 'list'
     else concat_ws('.', s.version, case when s.phased then coalesce(p.version, 0) end,
       case when s.grouped then coalesce(g.version, 0) end, case when s.grouped then coalesce(c.version, 0) end) end
   left join lateral (
     select r.version, r.place from ${source.rules('members')} r
     where r.rule = s.id and r.evaluated and r.place <= w.place order by r.place desc limit 1
   ) v on true)`;

const setting = (source: Source<SegmentTables>, name: Setting): RawBuilder<unknown> =>
  sql`(select version from ${source.at('settings')} h where policy = ${sql.lit(name)})`;

/** Leaves out people who are no more than names at the moment, of `m`. */
export const isNoName = (source: Source<SegmentTables>): RawBuilder<unknown> =>
  sql`not exists (select from ${source.at('names')} n where n.key = m.key and n.name)`;
