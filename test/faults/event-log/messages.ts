import type { ServerUnaryCall } from '@grpc/grpc-js';
import serverFeatures from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statusMessages from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';

const { BatchAppendResp, ReadResp } = streams;

/** An event as this store keeps it. Positions are counted from 1. */
export interface Kept {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** One append as it arrived. */
export interface Arrived {
  /** How many came before it over all connections. */
  readonly nth: number;
  readonly stream: string;
  readonly expected: number;
  readonly ids: readonly string[];
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** All that this store says it can do: BatchAppend. */
export function supported(
  _: ServerUnaryCall<unknown, unknown>,
  answer: (error: null, methods: InstanceType<typeof serverFeatures.SupportedMethods>) => void,
): void {
  const methods = new serverFeatures.SupportedMethods();
  methods.setEventStoreServerVersion('23.10.0');
  const batchAppend = new serverFeatures.SupportedMethod();
  batchAppend.setServiceName('event_store.client.streams.streams');
  batchAppend.setMethodName('batchappend');
  methods.addMethods(batchAppend);
  answer(null, methods);
}

function identifier(stream: string): InstanceType<typeof shared.StreamIdentifier> {
  const named = new shared.StreamIdentifier();
  named.setStreamName(Buffer.from(stream).toString('base64'));
  return named;
}

export function notFound(stream: string): InstanceType<typeof ReadResp> {
  const message = new ReadResp.StreamNotFound();
  message.setStreamIdentifier(identifier(stream));
  return new ReadResp().setStreamNotFound(message);
}

export function eventMessage(event: Kept): InstanceType<typeof ReadResp> {
  const recorded = new ReadResp.ReadEvent.RecordedEvent();
  const id = new shared.UUID();
  id.setString(event.id);
  recorded.setId(id);
  recorded.setStreamIdentifier(identifier(event.stream));
  recorded.setStreamRevision(String(event.revision));
  recorded.setCommitPosition(String(event.position));
  recorded.setPreparePosition(String(event.position));
  recorded.getMetadataMap().set('type', event.type);
  recorded.getMetadataMap().set('content-type', 'application/json');
  recorded.getMetadataMap().set('created', '15000000000000000');
  recorded.setData(event.data);
  recorded.setCustomMetadata(event.metadata);
  const read = new ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(String(event.position));
  return new ReadResp().setEvent(read);
}

export function success(
  request: InstanceType<typeof streams.BatchAppendReq>,
  last: Kept,
): InstanceType<typeof BatchAppendResp> {
  const position = new shared.AllStreamPosition();
  position.setCommitPosition(String(last.position));
  position.setPreparePosition(String(last.position));
  const written = new BatchAppendResp.Success();
  written.setCurrentRevision(String(last.revision));
  written.setPosition(position);
  const answer = new BatchAppendResp();
  answer.setCorrelationId(request.getCorrelationId());
  answer.setSuccess(written);
  return answer;
}

export function wrongVersion(
  request: InstanceType<typeof streams.BatchAppendReq>,
  append: Arrived,
  current: number,
): InstanceType<typeof BatchAppendResp> {
  const details = new shared.WrongExpectedVersion();
  if (current >= 0) details.setCurrentStreamRevision(String(current));
  if (append.expected >= 0) details.setExpectedStreamPosition(String(append.expected));
  else details.setExpectedNoStream(new empty.Empty());
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), 'event_store.client.WrongExpectedVersion');
  const error = new statusMessages.Status();
  error.setDetails(packed);
  const answer = new BatchAppendResp();
  answer.setCorrelationId(request.getCorrelationId());
  answer.setStreamIdentifier(identifier(append.stream));
  answer.setError(error);
  return answer;
}
