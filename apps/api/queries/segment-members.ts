import type { SegmentAudience } from '../../../libs/domain/segment/segment.rules.js';
import type { Database, Moment } from '../../../libs/read-model/index.js';
import { everyMember, segmentDetail } from '../../../projections/segments/queries.js';
import { found } from './asking.js';

/** Who belongs to a segment or list at a moment, for reports about it. Names are counted; nobody is shown. */
export interface Members {
  readonly of: SegmentAudience;
  readonly ids: readonly string[];
}

/** @returns `undefined` where no segment is named @throws Refusal `SEGMENT_NOT_FOUND` */
export async function membersNamed(
  database: Database,
  id: string | undefined,
  { asOf, knownAt }: Moment,
): Promise<Members | undefined> {
  if (id === undefined) return undefined;
  const asked = { id, asOf, knownAt, seesNames: true };
  const { audience } = found(await segmentDetail(database, asked), 'segment');
  const ids: string[] = [];
  for await (const page of (await everyMember(database, asked)) ?? [])
    for (const { id: member } of page) ids.push(member);
  return { of: audience, ids };
}
