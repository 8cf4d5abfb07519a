/*
 * The columns of each list as CSV: an export is streamed, so its header is written before its rows are known. A nested
 * field that is not named by its parts is one column of JSON.
 */

const moneyOf = (field: string): readonly string[] => [`${field}.amount`, `${field}.currency`];
const versionOf = ['since', 'revision', 'position'];

const customer = ['id', 'kind', 'name'];
const accountOfIt = ['owner', 'industry', 'country'];

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
  exchangeRates: [...['from', 'to', 'rate', 'validFrom', 'validTo', 'setAt', 'setBy.id', 'setBy.role', 'recordedAt']],
} as const satisfies Readonly<Record<string, readonly string[]>>;
