import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

/** Messages pass as bytes: the handlers read and write them by hand. */
const identity = (bytes: Buffer): Buffer => bytes;

const method = (path: string, requestStream: boolean, responseStream: boolean): MethodDefinition<Buffer, Buffer> => ({
  path,
  requestStream,
  responseStream,
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
});

const STREAMS = '/event_store.client.streams.Streams';

export const streamsService = {
  Read: method(`${STREAMS}/Read`, false, true),
  Append: method(`${STREAMS}/Append`, true, false),
  BatchAppend: method(`${STREAMS}/BatchAppend`, true, true),
  Delete: method(`${STREAMS}/Delete`, false, false),
  Tombstone: method(`${STREAMS}/Tombstone`, false, false),
} satisfies ServiceDefinition;

export const gossipService = {
  Read: method('/event_store.client.gossip.Gossip/Read', false, false),
} satisfies ServiceDefinition;

export const featuresService = {
  GetSupportedMethods: method('/event_store.client.server_features.ServerFeatures/GetSupportedMethods', false, false),
} satisfies ServiceDefinition;
