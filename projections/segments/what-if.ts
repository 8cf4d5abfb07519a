import { sql } from 'kysely';
import type { GroupPolicy } from '../../libs/domain/account/relationship.rules.js';
import { readRule } from '../../libs/domain/segment/parse.rules.js';
import type { Rule, SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import { unjudged } from '../../libs/domain/segment/unjudged.rules.js';
import { idOf, type Instant, invalid } from '../../libs/kernel/index.js';
import {
  Cursors,
  type Database,
  instantOf,
  knownRules,
  limitOf,
  type Page,
  type Paging,
  type Reading,
  readSteadily,
  rows,
} from '../../libs/read-model/index.js';
import type { Windows } from './facts.js';
import { segmentsModel } from './index.js';
import { type AnsweringRow, segmentAt } from './queries.js';
import { type KnownRules, restsOnGroups, restsOnWindows, type Setting, type Settings } from './rules.js';
import type { SegmentTables } from './tables.js';
import { type Place, type SegmentWhatIfAsked, Trial } from './trial.js';

export type { SegmentWhatIfAsked };

/** What a segment is tried with instead of what it is; what is left out is as it is. */
export interface SegmentAssumption {
  /** JSON, whatever it is: it is read as a rule of the language. */
  readonly rule?: object | undefined;
  /** In place of the policy `inactivity.window`. */
  readonly inactivityWindow?: Windows | undefined;
  /** In place of the policy `customer-group`. */
  readonly customerGroup?: GroupPolicy | undefined;
}

/** How many belong to a segment, and how many would. */
export interface SegmentWhatIf {
  readonly asOf: Instant;
  readonly segmentId: string | null;
  readonly of: SegmentAudience;
  /** The rule that was tried. */
  readonly rule: Rule;
  readonly today: number;
  readonly assumed: number;
  readonly difference: number;
  readonly entering: number;
  readonly leaving: number;
  /** Whether the segment's own rule is evaluated; until then today's members are those of the rule before. */
  readonly complete: boolean;
  /**
   * Segments whose window a phase is not judged by: no event tells their members, as they are neither static lists nor
   * segments by rule that the policy has a window for.
   */
  readonly windowsNotApplied: readonly string[];
}

/** Somebody who belongs to a segment today and would not, or the other way round. */
export interface MemberWhatIf {
  readonly id: string;
  readonly audience: SegmentAudience;
  readonly move: 'enters' | 'leaves';
}

/**
 * A rule tried on the real history, against those who belong to a segment at the moment. `null`: there was no such segment.
 * Whom the columns do not tell of is looked at, in pages, by the very judgement that memberships are written down by.
 *
 * @throws Refusal `SEGMENT_RULE_INVALID` naming each place of the rule, `INVALID_ASSUMPTION`, `INVALID_QUERY`
 */
export const segmentWhatIf = (
  database: Database,
  asked: SegmentWhatIfAsked,
  assumption: SegmentAssumption,
): Promise<SegmentWhatIf | null> =>
  trying(database, asked, assumption, async (trial) => {
    const counts = { today: 0, assumed: 0, entering: 0, leaving: 0 };
    const count = ({ today, assumed }: Pick<Place, 'today' | 'assumed'>, many: number): void => {
      if (today) counts.today += many;
      if (assumed) counts.assumed += many;
      if (assumed && !today) counts.entering += many;
      if (today && !assumed) counts.leaving += many;
    };
    const told = await trial.told();
    for (const { today, assumed, many } of told) if (assumed !== null) count({ today, assumed }, many);
    if (told.some(({ assumed }) => assumed === null)) {
      for await (const places of trial.places('judged')) for (const place of places) count(place, 1);
    }
    return {
      asOf: trial.at,
      segmentId: asked.segmentId ?? null,
      of: trial.definition.of,
      rule: trial.definition.rule,
      today: counts.today,
      assumed: counts.assumed,
      difference: counts.assumed - counts.today,
      entering: counts.entering,
      leaving: counts.leaving,
      complete: trial.segment?.complete ?? true,
      windowsNotApplied: trial.windowsNotApplied,
    };
  });

/** A page of those who would enter or leave, by id. `null`: there was no such segment. */
export const membersWhatIf = (
  database: Database,
  asked: SegmentWhatIfAsked & Paging,
  assumption: SegmentAssumption,
): Promise<Page<MemberWhatIf> | null> =>
  trying(database, asked, assumption, async (trial) => {
    const { segmentId, of, asOf, knownAt, cursor } = asked;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'segment-what-if', segmentId, of, asOf, knownAt, ...assumption });
    const after = cursors.read(cursor, ['string'])?.[0];
    const found: Place[] = [];
    for await (const places of trial.places('moving', String(after ?? ''), limit + 1)) {
      found.push(...places.filter(({ today, assumed }) => today !== assumed));
      if (found.length > limit) break;
    }
    const item = ({ key, assumed }: Place): MemberWhatIf => ({
      id: idOf(key),
      audience: trial.definition.of,
      move: assumed ? 'enters' : 'leaves',
    });
    return cursors.page(found, limit, item, ({ key }) => [key]);
  });

const trying = <R>(
  database: Database,
  asked: SegmentWhatIfAsked,
  assumption: SegmentAssumption,
  judge: (trial: Trial) => Promise<R>,
): Promise<R | null> =>
  readSteadily(database, segmentsModel, asked, async (reading) => {
    const { segmentId } = asked;
    const segment = segmentId === undefined ? undefined : await segmentAt(reading, segmentId);
    if (segmentId !== undefined && !segment) return null;
    const { rule, of } = ruleOf(asked, assumption, segment);
    const settings = await settingsAt(reading);
    const windows = assumption.inactivityWindow ?? settings['inactivity.window'];
    const groups = restsOnGroups(rule)
      ? {
          policy: assumption.customerGroup ?? settings['customer-group'],
          currency: settings['reporting.currency'].currency,
        }
      : undefined;
    const notApplied = restsOnWindows(rule) ? await untold(reading, windows, settings['inactivity.window']) : [];
    const definition = { of, rule, windows, groups };
    return judge(new Trial(reading, asked, definition, segment, await instantOf(reading), notApplied));
  });

function ruleOf(
  { of: asked }: SegmentWhatIfAsked,
  { rule: given }: SegmentAssumption,
  segment: AnsweringRow | undefined,
): { readonly rule: Rule; readonly of: SegmentAudience } {
  const of = segment?.audience ?? asked;
  if (of === undefined || (asked !== undefined && asked !== of)) {
    const message =
      of === undefined ? 'of must be given where there is no segmentId.' : `of must be ${of} for this segment.`;
    throw invalid('INVALID_QUERY', 'It is not said what the rule is of.', [{ path: 'of', message }]);
  }
  if (given !== undefined) {
    const { rule, errors } = readRule(given, of);
    if (!rule) throw invalid('SEGMENT_RULE_INVALID', 'The rule is not one of the language of segments.', errors);
    // What could not be defined can not be tried: it would hold of nobody.
    const unknown = unjudged(rule);
    if (unknown.length > 0) throw invalid('SEGMENT_RULE_INVALID', 'No membership can rest on this.', unknown);
    return { rule, of };
  }
  if (segment?.rule) return { rule: segment.rule, of };
  const message = `rule must be given: ${segment ? 'a static list has none' : 'there is no segment yet'}.`;
  throw invalid('INVALID_ASSUMPTION', 'There is no rule to try.', [{ path: 'rule', message }]);
}

/** The settings that hold at the moment. */
async function settingsAt(reading: Reading<SegmentTables>): Promise<Settings> {
  const held = await rows(
    reading,
    sql<{ policy: string; version: number }>`select policy, version from ${reading.at('settings')} s`,
  );
  const { settings } = await knownRules<SegmentTables, KnownRules>(reading, 'members');
  const valueOf = <S extends Setting>(name: S): Settings[S] => {
    const version = held.find(({ policy }) => policy === name)?.version ?? 0;
    const found = settings[name].find((one) => one.version === version);
    if (!found) throw new Error(`Nothing is known of version ${version} of ${name}.`);
    return found.value;
  };
  return {
    'inactivity.window': valueOf('inactivity.window'),
    'customer-group': valueOf('customer-group'),
    'reporting.currency': valueOf('reporting.currency'),
  };
}

/** Segments and lists of whom no event tells who belongs to them. */
async function untold(
  reading: Reading<SegmentTables>,
  { segments }: Windows,
  held: Windows,
): Promise<readonly string[]> {
  const ids = segments.map(({ segmentId }) => segmentId);
  if (ids.length === 0) return [];
  const followed = held.segments.map(({ segmentId }) => segmentId);
  const told = await rows(
    reading,
    sql<{ id: string }>`select id from ${reading.at('segments')} s where id = any(${ids}::text[])
      and (kind = 'list' or (id = any(${followed}::text[]) and not phased))`,
  );
  return ids.filter((id) => !told.some((list) => list.id === id));
}
