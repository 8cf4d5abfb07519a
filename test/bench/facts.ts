import { randomUUID } from 'node:crypto';
import { domainCatalogue } from '../../libs/domain/index.js';
import { EventLog, PersonalKeys } from '../../libs/event-log/index.js';
import { openDatabase } from '../../libs/read-model/index.js';
import { rate } from './load.js';
import type { BenchServers } from './servers.js';

/** The events of one deal as they come in a real log: a person, a few interactions, an opportunity to its end. */
function deal(index: number): readonly { stream: string; facts: readonly { type: string; data: object }[] }[] {
  const [person, account, opportunity] = [randomUUID(), randomUUID(), randomUUID()];
  const amount = { amount: 1_000_00 + index * 7, currency: 'EUR' };
  const about = { personId: person, accountId: account, opportunityId: opportunity };
  const call = {
    kind: 'phone-call',
    direction: 'outbound',
    by: 'e.smit',
    note: 'Asked for the price of the larger model.',
  };
  return [
    {
      stream: `person-${person}`,
      facts: [
        { type: 'LeadRegistered', data: { source: 'trade fair', potential: 'customer', name: 'Marijke van Dalen' } },
        { type: 'LeadQualified', data: { level: 'marketing-qualified' } },
        { type: 'LeadQualified', data: { level: 'sales-qualified' } },
      ],
    },
    {
      stream: `account-${account}`,
      facts: [{ type: 'AccountOpened', data: { name: `Cranes ${index}`, roles: ['customer'] } }],
    },
    {
      stream: `opportunity-${opportunity}`,
      facts: [
        {
          type: 'OpportunityOpened',
          data: {
            title: 'Cranes',
            pipelineId: 'default',
            stage: 'prospecting',
            amount,
            accountId: account,
            contactIds: [person],
          },
        },
        {
          type: 'OpportunityAdvanced',
          data: { from: 'prospecting', to: 'needs-analysis', skipped: ['qualification'] },
        },
        { type: 'OpportunityAmountChanged', data: { amount } },
        { type: 'OpportunityAdvanced', data: { from: 'needs-analysis', to: 'negotiation', skipped: ['proposal'] } },
        index % 3
          ? { type: 'OpportunityWon', data: { from: 'negotiation', amount } }
          : { type: 'OpportunityLost', data: { from: 'negotiation', reason: 'price' } },
      ],
    },
    ...['no-answer', 'left-message', 'reached'].map((outcome) => ({
      stream: `activity-${randomUUID()}`,
      facts: [{ type: 'ActivityLogged', data: { ...call, outcome, ...about } }],
    })),
  ];
}

/** Fills the log with at least so many events through the event log itself; how many there are then. */
export async function fill({ postgres, eventStoreUrl, masterKey }: BenchServers, events: number): Promise<void> {
  const database = openDatabase(postgres.url('kroniek'));
  const keys = await PersonalKeys.open(database.db, masterKey);
  const log = EventLog.connect({ url: eventStoreUrl, catalogue: domainCatalogue, keys });
  const actor = { id: 'bench', role: 'service' } as const;
  const perDeal = deal(0).reduce((sum, { facts }) => sum + facts.length, 0);
  await rate(Math.ceil(events / perDeal), 48, async (index) => {
    for (const { stream, facts } of deal(index)) {
      const occurredAt = new Date().toISOString();
      await log.append(stream, null, facts, { commandId: randomUUID(), occurredAt, actor, correlationId: 'bench' });
    }
  });
  await log.close();
  await database.close();
}

/** As before the projector ran for the first time; it must not be running. */
export async function forgetReadModels({ postgres }: BenchServers): Promise<void> {
  const database = openDatabase(postgres.url('kroniek'));
  await database.pool.query(`do $$ declare known record; begin
    for known in select schema from kroniek.read_models loop
      execute format('drop schema %I cascade', known.schema);
    end loop;
    delete from kroniek.read_models;
  end $$`);
  await database.close();
}
