/*
 * The columns of each list and report as CSV: an export is streamed, so its header is written before its rows are known,
 * and a report without rows has a header all the same. A nested field that is not named by its parts is one column of
 * JSON.
 */

const within = (field: string, columns: readonly string[]): readonly string[] =>
  columns.map((column) => `${field}.${column}`);
const moneyOf = (field: string): readonly string[] => within(field, ['amount', 'currency']);
const versionOf = ['since', 'revision', 'position'];

const customer = ['id', 'kind', 'name'];
const accountOfIt = ['owner', 'industry', 'country'];

const reached = ['leads', 'marketingQualified', 'salesQualified', 'contacts', 'won'];
const stays = ['averageSeconds', 'medianSeconds', 'longestSeconds'];
const forecastAmounts = [
  ...['count', 'closed', 'open', 'unweighted', 'weighted', 'worstCase', 'commit', 'bestCase', 'openCommit'],
  ...['openBestCase', 'openPipeline', 'omitted', 'target'],
];
const forecastLine = [...forecastAmounts, 'attainment', 'gap', 'coverage', 'requiredWinRate', 'unconverted'];
const ofPeriod = ['period', 'asOf', 'group'];
const counted = ['category', 'probability', 'amount', 'weighted'];
const judged = ['phase', 'group', 'windowDays', 'inactiveFrom'];
const beside = ['today', 'assumed', 'difference'];

export const csvColumns = {
  opportunities: [
    ...['id', 'title', 'pipelineId', 'stage', 'status', 'amount', 'currency', 'accountId', 'contactIds', 'owner'],
    ...['product', 'campaignId', 'expectedClose', 'probability', 'forecastCategory', 'forecastCategorySet'],
    ...['quotesSent', 'quotesAccepted', 'contractSignedAt', 'lossReason', 'competitor', 'openedAt', 'closedAt'],
    ...versionOf,
  ],
  people: [
    ...['id', 'kind', 'level', 'disqualified', 'potential', 'relation', 'source', 'listKind', 'list', 'owner'],
    ...['accountId', 'convertedAt', 'stalled', 'consents', 'attributes', 'knownSince', ...versionOf],
    ...['name', 'email', 'phone', 'personalAttributes'],
  ],
  customers: [
    ...customer,
    ...['phase', 'because.fact', 'because.id', 'because.position', 'because.at', 'because.windowVersion'],
    ...['because.windowDays', 'because.inactiveFrom', ...accountOfIt, 'knownSince', 'lastPurchase'],
    ...['lastInteraction', 'lastAttempt', 'failedAttempts', 'daysSilent', 'purchases', ...moneyOf('realised')],
    ...['unconverted', ...moneyOf('valueAtRisk'), 'group'],
  ],
  history: [
    ...['position', 'stream', 'revision', 'type', 'occurredAt', 'recordedAt', 'actor.id', 'actor.role'],
    ...['correlationId', 'causationId', 'data'],
  ],
  accounts: [
    ...['id', 'name', 'industry', 'country', 'region', 'city', 'employees', ...moneyOf('annualRevenue'), 'founded'],
    ...['owner', 'parentId', 'roles', 'products', 'attributes', 'ratings'],
    ...['share.perCent', 'share.source', 'share.at', 'share.position', 'openedAt', ...versionOf],
  ],
  cases: [
    ...['id', 'status', 'priority', 'channel', 'personId', 'accountId', 'assignee', 'openedAt', 'respondBy'],
    ...['resolveBy', 'respondedAt', 'resolvedAt', 'responseBreachedAt', 'resolutionBreachedAt', 'replies', 'reopened'],
    ...['policyVersion', ...versionOf, 'subject', 'description'],
  ],
  alarms: [
    ...['kind', 'id', 'target', 'since', 'owner', 'personId', 'accountId', 'opportunityId', 'policy.name'],
    ...['policy.version', 'event.type', 'event.stream', 'event.revision', 'event.position'],
  ],
  agenda: [
    ...['activityId', 'kind', 'direction', 'dueAt', 'overdue', 'remindAt', 'reminded', 'assignee', 'personId'],
    ...['accountId', 'opportunityId', 'caseId', 'campaignId', 'participants.people', 'participants.employees'],
    ...['plannedAt', 'revision', 'position', 'note', 'reason'],
  ],
  attention: [
    ...['customerId', 'kind', 'name', 'owner', 'phase', 'group', 'lastInteraction', 'knownSince', 'lastAttempt'],
    ...['failedAttempts', 'dueAt', 'daysOverdue', 'everyDays', 'rule', 'policyVersion'],
  ],
  lifetimeValue: [
    ...[...customer, ...accountOfIt, 'purchases', 'realised', ...moneyOf('reporting'), 'unconverted'],
    ...[...moneyOf('projected.projected'), ...moneyOf('projected.averageYearly'), 'projected.expectedYearsPerMille'],
    ...[...moneyOf('projected.inputs.realised'), 'projected.inputs.firstPurchase', 'projected.inputs.asOf'],
    ...['projected.inputs.days', 'projected.inputs.retentionPerMille'],
  ],
  segments: [...['id', 'name', 'kind', 'audience', 'rule', 'version', 'retired', 'complete', 'since', 'position']],
  members: [
    ...['id', 'audience', 'enteredAt', 'because.type', 'because.position', 'because.actor.id', 'because.actor.role'],
    'leavesAt',
  ],
  membersWhatIf: ['id', 'audience', 'move'],
  exchangeRates: [...['from', 'to', 'rate', 'validFrom', 'validTo', 'setAt', 'setBy.id', 'setBy.role', 'recordedAt']],
  pipelines: ['id', 'name', 'currency'],
  stages: ['pipeline', 'asOf', 'stage', 'kind', 'probability', 'count', 'amount', 'weighted', 'currency'],
  velocity: [
    ...['pipelineId', 'period', 'stage', 'entered', 'skipped', 'left', 'advanced', 'movedBack', 'won', 'lost'],
    ...stays,
  ],
  ageing: [
    ...['pipelineId', 'stage', 'count', 'amount', ...stays, 'averageAgeSeconds', 'stale', 'staleAmount'],
    'currency',
  ],
  conversion: ['cohort', 'source', ...reached, 'conversionRate', 'benchmark', 'belowBenchmark'],
  inbound: ['period', 'content', 'source', 'visits', 'visitors', ...reached],
  winRate: ['period', 'group', 'won', 'lost', 'closed', 'winRate', 'shareOfLost', 'averageSecondsToWin'],
  activities: [
    ...['period', 'group', 'planned', 'carriedOut', 'overdue', 'cancelled', 'attempts', 'reached', 'failed'],
    ...['noAnswer', 'leftMessage', 'bounced', 'refused', 'noShow', 'minutes', 'completionRate', 'reachRate'],
  ],
  satisfaction: [
    ...['surveyId', 'kind', 'period', 'accountId', 'responses', 'promoters', 'passives', 'detractors', 'nps', 'csat'],
    'averageHundredths',
  ],
  wantedServices: ['service', 'period', 'accountId', 'responses', 'customers'],
  retention: [
    ...['period', 'activeAtStart', 'new', 'wonBack', 'activeByWindow', 'goneInactive', 'retained', 'activeAtEnd'],
    'retentionRate',
  ],
  campaigns: [
    ...['campaignId', 'name', 'aim', 'segmentId', 'owner', 'status', 'launchedAt', 'endedAt', ...moneyOf('budget')],
    ...['members', 'sent', 'recipients', 'opened', 'responses', 'responders', 'responseRate', 'unsubscribed'],
    ...['complained', 'bounced', 'leads', 'opportunities', 'won', 'cost', 'revenue', 'returnOnInvestment'],
    'currency',
  ],
  forecast: [...ofPeriod, ...forecastLine, 'currency'],
  forecastChanges: [
    ...['bucket', 'opportunityId', 'title', 'delta', 'event', 'position', 'occurredAt', 'recordedAt', 'by.id'],
    ...['by.role', 'currency'],
  ],
  calibration: [
    ...['period', 'team', 'pipelineId', 'committed', 'ownAmount', 'ownCurrency', 'actual', 'difference'],
    ...['deviation', 'last', 'committedAt', 'by.id', 'by.role', 'position', 'unconverted', 'currency'],
  ],
  forecastWhatIf: [
    ...[...ofPeriod, ...within('today', forecastLine), ...within('assumed', forecastLine)],
    ...[...within('difference', [...forecastAmounts, 'gap', 'unconverted']), 'currency'],
  ],
  opportunitiesWhatIf: [
    ...['id', 'title', 'owner', 'team', 'pipelineId', 'stage', 'fallsOn', ...within('today', counted)],
    ...[...within('assumed', counted), 'difference', 'currency'],
  ],
  phasesWhatIf: ['asOf', 'phase', 'group', ...beside],
  customersWhatIf: [
    ...['id', 'kind', 'name', 'owner', 'lastPurchase', ...within('today', judged), ...within('assumed', judged)],
  ],
  ratingsWhatIf: ['asOf', 'schemeId', 'verdict', 'recorded', ...beside],
  accountsWhatIf: ['id', 'name', 'owner', 'schemeId', 'rating', 'maximum', 'recorded', 'today', 'assumed'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
