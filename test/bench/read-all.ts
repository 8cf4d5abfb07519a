import { EventStoreDBClient, FORWARDS, START } from '@eventstore/db-client';

/* Reads the whole log with the client alone, and tells how many events there are. */

const client = EventStoreDBClient.connectionString(process.env['EVENTSTORE_URL'] ?? '');
let count = 0;
for await (const _ of client.readAll({ direction: FORWARDS, fromPosition: START })) count++;
process.send?.(count);
await client.dispose();
