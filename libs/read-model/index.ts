export { beside, type Beside } from './beside.js';
export {
  bool,
  date,
  instant,
  instants,
  integer,
  json,
  money,
  optional,
  seconds,
  text,
  texts,
  type RowOf,
} from './columns.js';
export { Database, openDatabase, type DatabaseOptions } from './database.js';
export {
  appends,
  forEvery,
  projection,
  versions,
  type Moment,
  type Projection,
  type Source,
  type StoredRow,
  type Tables,
  type Through,
  type View,
} from './definition.js';
export { BehindPosition, isDatabaseUnavailable, type Lag } from './errors.js';
export {
  dayOfInstant,
  decimal,
  monthOf,
  monthOfInstant,
  monthWithin,
  ofAll,
  periodOfInstant,
  periodOfMonth,
  ratio,
  startOfMonth,
  startOfPeriod,
  within,
  type Span,
} from './figures.js';
export { gathered } from './gathered.js';
export type { Log } from './log.js';
export { Cursors, limitOf, type Page, type Paging } from './pages.js';
export { memberships, type RuleVersion, type StateOf, type StoredCause, type Verdict } from './memberships.js';
export { knownRules, statesAt, type StatesAsked } from './memberships-states.js';
export { instantOf, isServed, read, readSteadily, rows, type Reading } from './reading.js';
export { ensureReadModels, rebuild, skipEvent } from './registry.js';
export { runProjections, type RunOptions } from './runner.js';
export { sharedFeed, type SharedFeedOptions } from './shared-feed.js';
export { statusOf, type ProjectionError, type ProjectionStatus } from './status.js';
export { timelines, type OwnRow, type RowAt } from './timelines.js';
export { totals, type TotalsDefinition } from './totals.js';
export { waitFor, whenMoved } from './waiting.js';
