import type { Expected } from './requests.js';
import { WireWriter, varintLength, writeVarint } from './wire.js';

const EMPTY = (): undefined => undefined;

/** Lays out `ReadResp { event: ReadEvent { event, link, commit_position } }` around stored records. */
export function readEvent(event: Buffer | undefined, link: Buffer | undefined, commitPosition: number): Buffer {
  const eventLength = event === undefined ? 0 : 1 + varintLength(event.length) + event.length;
  const linkLength = link === undefined ? 0 : 1 + varintLength(link.length) + link.length;
  const inner = eventLength + linkLength + 1 + varintLength(commitPosition);
  const target = Buffer.allocUnsafe(1 + varintLength(inner) + inner);
  target[0] = 0x0a;
  let at = writeVarint(target, 1, inner);
  if (event !== undefined) {
    target[at++] = 0x0a;
    at = writeVarint(target, at, event.length);
    at += event.copy(target, at);
  }
  if (link !== undefined) {
    target[at++] = 0x12;
    at = writeVarint(target, at, link.length);
    at += link.copy(target, at);
  }
  target[at++] = 0x18;
  writeVarint(target, at, commitPosition);
  return target;
}

export const readConfirmation = (subscriptionId: string): Buffer =>
  new WireWriter().message(2, (confirmation) => confirmation.string(1, subscriptionId)).finish();

export const readCheckpoint = (position: number): Buffer =>
  new WireWriter().message(3, (checkpoint) => checkpoint.number(1, position).number(2, position)).finish();

export const readStreamNotFound = (stream: string): Buffer =>
  new WireWriter().message(4, (missing) => missing.message(1, (identifier) => identifier.string(3, stream))).finish();

export const readCaughtUp = (): Buffer => new WireWriter().message(8).finish();

/** `AppendResp { success }`, of a stream that may have no events (a write of none). */
export const appendSuccess = (revision: number, position: number | undefined): Buffer =>
  new WireWriter().message(1, (success) => writeSuccess(success, revision, position)).finish();

function writeSuccess(success: WireWriter, revision: number, position: number | undefined): void {
  if (revision < 0) success.message(2);
  else success.number(1, revision);
  if (position === undefined) success.message(4);
  else success.message(3, (at) => at.number(1, position).number(2, position));
}

/** `AppendResp { wrong_expected_version }`. */
export const appendWrongVersion = (expected: Expected, current: number): Buffer =>
  new WireWriter()
    .message(2, (wrong) => {
      if (current < 0) wrong.message(7);
      else wrong.number(6, current);
      if (expected === 'any') wrong.message(9);
      else if (expected === 'stream_exists') wrong.message(10);
      else if (expected === 'no_stream') wrong.message(11);
      else wrong.number(8, expected);
    })
    .finish();

/** `DeleteResp` and `TombstoneResp`. */
export const deleteResponse = (position: number): Buffer =>
  new WireWriter().message(1, (at) => at.number(1, position).number(2, position)).finish();

const CORRELATION_LENGTH = 40;

/** `BatchAppendResp { correlation_id, success, stream_identifier }`. */
export function batchSuccess(
  correlationId: string,
  stream: string,
  revision: number,
  position: number | undefined,
): Buffer {
  if (revision < 0 || position === undefined) {
    return new WireWriter()
      .message(1, (id) => id.string(2, correlationId))
      .message(3, (success) => writeSuccess(success, revision, position))
      .message(4, (identifier) => identifier.string(3, stream))
      .finish();
  }
  const name = Buffer.byteLength(stream);
  const at = varintLength(position);
  const success = 1 + varintLength(revision) + 2 + 2 * (1 + at);
  const identifier = 1 + varintLength(name) + name;
  const target = Buffer.allocUnsafe(CORRELATION_LENGTH + 2 + success + 1 + varintLength(identifier) + identifier);
  target[0] = 0x0a;
  target[1] = 38;
  target[2] = 0x12;
  target[3] = 36;
  let offset = 4 + target.write(correlationId, 4, 'latin1');
  target[offset++] = 0x1a;
  target[offset++] = success;
  target[offset++] = 0x08;
  offset = writeVarint(target, offset, revision);
  target[offset++] = 0x1a;
  target[offset++] = 2 * (1 + at);
  target[offset++] = 0x08;
  offset = writeVarint(target, offset, position);
  target[offset++] = 0x10;
  offset = writeVarint(target, offset, position);
  target[offset++] = 0x22;
  offset = writeVarint(target, offset, identifier);
  target[offset++] = 0x1a;
  offset = writeVarint(target, offset, name);
  target.write(stream, offset, 'utf8');
  return target;
}

/** What a batch append failed of, as the `google.rpc.Status` that carries it. */
export type BatchFailure = { code: number; message: string; detail: string; value: Buffer };

export const batchFailure = (correlationId: string, stream: string, failure: BatchFailure): Buffer =>
  new WireWriter()
    .message(1, (id) => id.string(2, correlationId))
    .message(2, (status) =>
      status
        .number(1, failure.code)
        .string(2, failure.message)
        .message(3, (any) =>
          any.string(1, `type.googleapis.com/event_store.client.${failure.detail}`).bytes(2, failure.value),
        ),
    )
    .message(4, (identifier) => identifier.string(3, stream))
    .finish();

/** `event_store.client.WrongExpectedVersion`. */
export const wrongExpectedVersion = (expected: Expected, current: number): Buffer => {
  const wrong = new WireWriter();
  if (current < 0) wrong.message(2, EMPTY);
  else wrong.number(1, current);
  if (expected === 'any') wrong.message(4);
  else if (expected === 'stream_exists') wrong.message(5);
  else if (expected === 'no_stream') wrong.message(6);
  else wrong.number(3, expected);
  return wrong.finish();
};

/** `event_store.client.StreamDeleted`. */
export const streamDeleted = (stream: string): Buffer =>
  new WireWriter().message(1, (identifier) => identifier.string(3, stream)).finish();

/** `event_store.client.MaximumAppendSizeExceeded`. */
export const maximumAppendSizeExceeded = (limit: number): Buffer => new WireWriter().number(1, limit).finish();

/** `event_store.client.BadRequest`. */
export const badRequest = (message: string): Buffer => new WireWriter().string(1, message).finish();

const LEADER = 8;

/** `gossip.ClusterInfo` of one node, the leader. */
export const clusterInfo = (instanceId: string, now: number, host: string, port: number): Buffer =>
  new WireWriter()
    .message(1, (member) =>
      member
        .message(1, (id) => id.string(2, instanceId))
        .number(2, now)
        .number(3, LEADER)
        .number(4, 1)
        .message(5, (endPoint) => endPoint.string(1, host).number(2, port)),
    )
    .finish();

/** `server_features.SupportedMethods`. */
export function supportedMethods(
  version: string,
  methods: { service: string; method: string; features: string[] }[],
): Buffer {
  const message = new WireWriter();
  for (const { service, method, features } of methods) {
    message.message(1, (entry) => {
      entry.string(1, method).string(2, service);
      for (const feature of features) entry.string(3, feature);
    });
  }
  return message.string(2, version).finish();
}
