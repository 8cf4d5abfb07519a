import { EventStoreDBClient, FORWARDS, START, type AllStreamRecordedEvent } from '@eventstore/db-client';
import { v5 as derivedId } from 'uuid';
import { customerSegments } from '../../../libs/cqrs/index.js';
import { processes, processManagers } from '../../../libs/domain/index.js';
import { hashOf, type StoredMetadata } from '../../../libs/event-log/index.js';
import type { Acknowledged } from './load.js';

const defaultPipelineCommand = '6f0f3b52-6f0e-5c6b-8f0a-2a8c3cf1d8aa';

const processNames: ReadonlySet<string> = new Set(
  [...processes, ...processManagers, customerSegments].map(({ name }) => name),
);

export type Fact = AllStreamRecordedEvent & { readonly metadata: StoredMetadata };

/** Everything that was recorded, read through the real client. */
export async function recordedFacts(eventStoreUrl: string): Promise<Fact[]> {
  const client = EventStoreDBClient.connectionString(eventStoreUrl);
  try {
    const facts: Fact[] = [];
    for await (const { event } of client.readAll({ direction: FORWARDS, fromPosition: START })) {
      if (event && !event.streamId.startsWith('$') && !event.type.startsWith('$')) facts.push(event as unknown as Fact);
    }
    return facts;
  } finally {
    await client.dispose();
  }
}

const grouped = <K>(facts: readonly Fact[], key: (fact: Fact) => K): Map<K, Fact[]> => {
  const groups = new Map<K, Fact[]>();
  for (const fact of facts) {
    const group = groups.get(key(fact));
    if (group) group.push(fact);
    else groups.set(key(fact), [fact]);
  }
  return groups;
};

const named = ({ type, streamId, revision }: Fact): string => `${type} at ${streamId}@${String(revision)}`;

/** What is wrong with the log itself: ids, revisions, positions, hashes. */
export function problemsOfLog(facts: readonly Fact[]): string[] {
  const problems: string[] = [];
  for (const [id, same] of grouped(facts, ({ id }) => id)) {
    if (same.length > 1) problems.push(`the id ${id} is there ${String(same.length)} times: ${same.map(named).join()}`);
  }
  let before = -1n;
  for (const fact of facts) {
    const position = fact.position.commit;
    if (position <= before) problems.push(`${named(fact)} does not stand behind ${String(before)}`);
    before = position;
  }
  for (const stream of grouped(facts, ({ streamId }) => streamId).values()) problems.push(...problemsOfStream(stream));
  return problems;
}

function problemsOfStream(stream: readonly Fact[]): string[] {
  const problems: string[] = [];
  let previous: string | null = null;
  for (const [index, fact] of stream.entries()) {
    const { id, type, streamId, data, metadata } = fact;
    if (fact.revision !== BigInt(index)) problems.push(`${named(fact)} should have revision ${String(index)}`);
    if (metadata.previousHash !== previous) problems.push(`${named(fact)} is not chained to what is before it`);
    const event = { stream: streamId, revision: index, id, type, data: data as object, metadata };
    if (hashOf(event) !== metadata.hash) problems.push(`${named(fact)} has another content than its hash tells`);
    previous = metadata.hash;
  }
  return problems;
}

/** What was acknowledged and is not there as it was acknowledged, and what is there that nobody asked for. */
export function problemsOfCommands(facts: readonly Fact[], acknowledged: readonly Acknowledged[]): string[] {
  const problems: string[] = [];
  const byCommand = grouped(facts, ({ metadata }) => metadata.$causationId);
  const asked = new Set([defaultPipelineCommand]);
  for (const { sent, answer } of acknowledged) {
    asked.add(sent.key);
    const there = byCommand.get(sent.key) ?? [];
    const of = (events: readonly { id: string; type: string }[]): string =>
      JSON.stringify(events.map(({ id, type }) => ({ id, type })));
    const last = there.at(-1);
    if (of(there) !== of(answer.events)) {
      problems.push(`${sent.name} ${sent.key} was answered ${of(answer.events)}, recorded is ${of(there)}`);
    } else if (last && placeOf(last) !== `${answer.stream}@${String(answer.revision)} ${answer.position}`) {
      problems.push(`${sent.name} ${sent.key} was answered ${JSON.stringify(answer)}, recorded at ${placeOf(last)}`);
    }
    for (const fact of there)
      if (!agrees(fact.data, sent.data)) problems.push(`${named(fact)} tells other than ${sent.name} ${sent.key}`);
    if (there.some(({ streamId }) => streamId !== answer.stream)) {
      problems.push(`${sent.name} ${sent.key} is recorded in another stream too`);
    }
  }
  for (const fact of facts) {
    const cause = fact.metadata.$causationId;
    if (processNames.has(fact.metadata.actor.id)) {
      // What a process asks for has one id, however often it asks.
      if ((byCommand.get(cause) ?? []).length > 1) problems.push(`${named(fact)} was recorded twice for ${cause}`);
      continue;
    }
    if (!asked.has(cause)) problems.push(`${named(fact)} was caused by ${cause}, which nobody sent`);
  }
  return problems;
}

/** What a fact tells of the fields that were sent is what was sent, at any depth; it may tell more. */
function agrees(told: unknown, asked: unknown): boolean {
  if (typeof told !== 'object' || told === null || typeof asked !== 'object' || asked === null) return told === asked;
  const fields = new Map(Object.entries(asked));
  return Object.entries(told).every(([field, value]) => !fields.has(field) || agrees(value, fields.get(field)));
}

const placeOf = ({ streamId, revision, position }: Fact): string =>
  `${streamId}@${String(revision)} ${String(position.commit)}`;

const reactionId = (event: string, reaction: number): string => derivedId(`convert-lead/${String(reaction)}`, event);

/** Each conversion opens the one account and the one opportunity that stand in it. */
export function problemsOfConversions(facts: readonly Fact[]): string[] {
  const problems: string[] = [];
  const byCommand = grouped(facts, ({ metadata }) => metadata.$causationId);
  for (const fact of conversionsIn(facts)) {
    const { accountId, opportunity } = fact.data as { accountId: string; opportunity: { opportunityId: string } };
    const expected = [
      ['AccountOpened', `account-${accountId}`],
      ['OpportunityOpened', `opportunity-${opportunity.opportunityId}`],
    ];
    for (const [reaction, [type, stream]] of expected.entries()) {
      const opened = byCommand.get(reactionId(fact.id, reaction)) ?? [];
      if (opened.map((made) => `${made.type} ${made.streamId}`).join() !== `${String(type)} ${String(stream)}`) {
        problems.push(
          `${named(fact)} led to [${opened.map(named).join()}] instead of ${String(type)} at ${String(stream)}`,
        );
      }
    }
  }
  return problems;
}

export const conversionsIn = (facts: readonly Fact[]): Fact[] => facts.filter(({ type }) => type === 'LeadConverted');
