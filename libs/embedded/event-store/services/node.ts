import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { clusterInfo, supportedMethods } from '../protocol/responses.js';

/** The release whose behaviour this server follows. */
const VERSION = '23.10.0';
const STREAMS = 'event_store.client.streams.streams';

const METHODS = [
  { service: STREAMS, method: 'append', features: [] },
  { service: STREAMS, method: 'batchappend', features: [] },
  { service: STREAMS, method: 'delete', features: [] },
  { service: STREAMS, method: 'read', features: ['position', 'events'] },
  { service: STREAMS, method: 'tombstone', features: [] },
  { service: 'event_store.client.gossip.gossip', method: 'read', features: [] },
  { service: 'event_store.client.server_features.serverfeatures', method: 'getsupportedmethods', features: [] },
];

type Unary = (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => void;

/** `ServerFeatures.GetSupportedMethods`. */
export function featuresHandler(): Unary {
  const answer = supportedMethods(VERSION, METHODS);
  return (_call, callback) => callback(null, answer);
}

/** `Gossip.Read`: one node, the leader, at the address by which the caller has found it. */
export function gossipHandler(instanceId: string, host: string, port: () => number, now: () => number): Unary {
  return (call, callback) => {
    const [, name, at] = /^(.+):(\d+)$/.exec(call.getHost()) ?? [];
    const address = name?.replace(/^\[|\]$/g, '') ?? host;
    callback(null, clusterInfo(instanceId, Math.floor(now()), address, at === undefined ? port() : Number(at)));
  };
}
