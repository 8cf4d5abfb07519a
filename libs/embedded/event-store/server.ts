import { randomUUID } from 'node:crypto';
import { Server, type ServerDuplexStream, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { listen } from './listener.js';
import type { EventStoreOptions, EventStoreServer, Log } from './options.js';
import { featuresService, gossipService, streamsService } from './protocol/services.js';
import { appendHandler } from './services/append.js';
import { type Authenticate, authenticator } from './services/auth.js';
import { batchAppendHandler } from './services/batch-append.js';
import { OpenCalls } from './services/calls.js';
import { deleteHandler } from './services/delete.js';
import { unauthenticatedError } from './services/errors.js';
import { featuresHandler, gossipHandler } from './services/node.js';
import { readHandler } from './services/read.js';
import { openStore } from './storage/store.js';

const MAX_APPEND_SIZE = 1024 * 1024;
/** Room for the envelope of a message around the events of an append; the client sends parts of 3 MiB. */
const MESSAGE_ROOM = 16 * 1024 * 1024;
const SHUTDOWN_MS = 1_000;

const silent: Log = () => undefined;

/**
 * Starts the server; it makes its tables itself.
 * @throws DatabaseInUse when another living server holds the database; what PostgreSQL or the listening says.
 */
export async function startEventStore(options: EventStoreOptions): Promise<EventStoreServer> {
  const { database, host = '127.0.0.1', tls, now = Date.now, maxAppendSize = MAX_APPEND_SIZE, log = silent } = options;
  const store = await openStore(database, now, log);
  const calls = new OpenCalls();
  const guard = guardWith(authenticator(options.password));
  const server = new Server({
    'grpc.max_receive_message_length': maxAppendSize + MESSAGE_ROOM,
    'grpc.max_send_message_length': -1,
    'grpc.enable_channelz': 0,
  });
  let port = options.port ?? 0;
  server.addService(streamsService, {
    Read: guard.stream(readHandler(store.reader, calls)),
    Append: guard.unary(appendHandler(store.writer, calls, maxAppendSize)),
    BatchAppend: guard.stream(batchAppendHandler(store.writer, calls, maxAppendSize, now)),
    Delete: guard.unary(deleteHandler(store.writer, 'soft-delete')),
    Tombstone: guard.unary(deleteHandler(store.writer, 'tombstone')),
  });
  server.addService(gossipService, { Read: gossipHandler(randomUUID(), host, () => port, now) });
  server.addService(featuresService, { GetSupportedMethods: featuresHandler() });

  const listener = await listen(server, host, port, tls).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  port = listener.port;
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    listener.close();
    calls.endAll();
    await Promise.race([new Promise((resolve) => server.tryShutdown(resolve)), pause(SHUTDOWN_MS)]);
    server.forceShutdown();
    listener.cut();
    await store.close();
  };
  return { port, url: `esdb://${host}:${port}?tls=${tls !== undefined}`, stop: () => (stopped ??= stop()) };
}

type Call = { metadata: ServerUnaryCall<Buffer, Buffer>['metadata'] };

/** Refuses a call without the right credentials before anything of it is read. */
function guardWith(authenticate: Authenticate) {
  return {
    unary:
      <C extends Call>(handler: (call: C, callback: sendUnaryData<Buffer>) => void) =>
      (call: C, callback: sendUnaryData<Buffer>): void => {
        if (authenticate(call.metadata)) handler(call, callback);
        else callback(unauthenticatedError());
      },
    stream:
      <C extends Call & Pick<ServerDuplexStream<Buffer, Buffer>, 'emit'>>(handler: (call: C) => void) =>
      (call: C): void => {
        if (authenticate(call.metadata)) handler(call);
        else call.emit('error', unauthenticatedError());
      },
  };
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
