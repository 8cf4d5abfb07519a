import { v5 as derivedId } from 'uuid';
import type { Random } from '../../../apps/kroniek/sample/random.js';

/** A command to be sent until it is answered. Its key was drawn, so that a run of the same seed sends the same. */
export interface Sent {
  readonly key: string;
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** When it happened; left out: whenever the server says. */
  readonly occurredAt?: string;
  /** It is about something that a process makes: not found means not yet. */
  readonly awaitsProcess?: boolean;
}

/** What was answered with 200. */
export interface Accepted {
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly events: readonly { readonly id: string; readonly type: string }[];
}

/** What happens to one thing from its beginning to its end; goes on when a command is answered. */
export type Life = Generator<Sent, void, Accepted>;

const stages = ['prospecting', 'qualification', 'needs-analysis', 'proposal', 'negotiation', 'verbal-agreement'];

export const idOf = ({ stream }: Pick<Accepted, 'stream'>): string => stream.slice(stream.indexOf('-') + 1);

const uuid = (random: Random): string => {
  const hex = Array.from({ length: 32 }, () => random.whole(0, 15).toString(16)).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join('-');
};

const money = (random: Random) => ({ amount: random.whole(1, 5_000_000) * 100, currency: 'EUR' });

function sent(random: Random, name: string, data: Sent['data'], more: Partial<Sent> = {}): Sent {
  // Some say when it happened, some leave that to the server, which says another instant at each try.
  const occurredAt = random.chance(0.3) ? new Date().toISOString() : undefined;
  return { key: uuid(random), name, data, ...(occurredAt !== undefined && { occurredAt }), ...more };
}

/** An account and a sale to it, with a change that changes nothing. */
function* sale(random: Random): Life {
  const account = yield sent(random, 'OpenAccount', { name: `Works ${String(random.whole(1, 99_999))}` });
  const opened = yield sent(random, 'OpenOpportunity', {
    // With an id of the caller's or one that follows from the key.
    ...(random.chance(0.5) && { opportunityId: uuid(random) }),
    title: 'Service contract',
    amount: money(random),
    accountId: idOf(account),
  });
  yield* progress(random, idOf(opened));
}

function* progress(random: Random, opportunityId: string): Life {
  const step = (name: string, data: object): Sent => sent(random, name, { opportunityId, ...data });
  const reached = random.whole(1, stages.length - 1);
  yield step('AdvanceOpportunity', { to: stages[reached] });
  const amount = money(random);
  yield step('ChangeOpportunityAmount', { amount });
  if (random.chance(0.5)) yield step('ChangeOpportunityAmount', { amount });
  if (random.chance(0.3)) yield step('RescheduleOpportunity', { expectedClose: '2031-05-01' });
  if (random.chance(0.3)) {
    yield step('MoveOpportunityBack', { to: stages[random.whole(0, reached - 1)], reason: 'A new buyer' });
  }
  if (random.chance(0.6)) yield step('WinOpportunity', {});
  else yield step('LoseOpportunity', { reason: 'Price' });
  if (random.chance(0.2)) yield step('ReopenOpportunity', { reason: 'The winner cannot deliver' });
}

function* lead(random: Random): Generator<Sent, string, Accepted> {
  const registered = yield sent(random, 'RegisterLead', {
    ...(random.chance(0.5) && { personId: uuid(random) }),
    name: `Person ${String(random.whole(1, 99_999))}`,
    source: 'trade fair',
  });
  return idOf(registered);
}

/** A lead that becomes a contact of a new account with an opportunity, which a process opens. */
function* conversion(random: Random): Life {
  const personId = yield* lead(random);
  for (const to of ['marketing-qualified', 'sales-qualified']) {
    yield sent(random, 'QualifyLead', { personId, to });
  }
  const convert = sent(random, 'ConvertLead', {
    personId,
    account: { name: `Yard ${String(random.whole(1, 99_999))}` },
    opportunity: { title: 'First order', amount: money(random) },
  });
  yield convert;
  const opportunityId = derivedId('opportunity', convert.key);
  const change = { opportunityId, amount: money(random) };
  yield sent(random, 'ChangeOpportunityAmount', change, { awaitsProcess: true });
  yield* progress(random, opportunityId);
}

/** What is planned, done and tried about a person. */
function* contacts(random: Random): Life {
  const personId = yield* lead(random);
  const call = { kind: 'phone-call', direction: 'outbound', personId, note: 'Asked about the crane.' };
  const planned = yield sent(random, 'PlanActivity', { ...call, dueAt: '2031-01-01T09:00:00.000Z' });
  const activityId = idOf(planned);
  if (random.chance(0.7)) yield sent(random, 'CompleteActivity', { activityId, outcome: 'no-answer' });
  else yield sent(random, 'CancelActivity', { activityId, reason: 'They called us' });
  yield sent(random, 'LogActivity', { ...call, outcome: 'reached' });
  if (random.chance(0.5)) {
    yield sent(random, 'DisqualifyLead', { personId, reason: 'No budget' });
    yield sent(random, 'RecycleLead', { personId });
  }
}

export const newLife = (random: Random): Life => random.pick([sale, conversion, conversion, contacts])(random);
