import { randomUUID } from 'node:crypto';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import serverFeaturesRpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streamsRpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { type Arrived, type Kept, eventMessage, notFound, success, supported, wrongVersion } from './messages.js';

const { ReadResp } = streams;

/**
 * What becomes of an append: it is written and answered, written but never answered, neither, refused for its revision
 * although it could be written, or the stream of appends is ended, politely or with an error, before it is written.
 */
export type Fate = 'answer' | 'write-only' | 'ignore' | 'refuse' | 'end' | 'error';

type Reading = ServerWritableStream<InstanceType<typeof streams.ReadReq>, InstanceType<typeof ReadResp>>;
type Appending = ServerDuplexStream<
  InstanceType<typeof streams.BatchAppendReq>,
  InstanceType<typeof streams.BatchAppendResp>
>;

const unavailable = { code: status.UNAVAILABLE, details: 'Going away.', metadata: new Metadata() };

/** A store in memory that misbehaves as it is told, spoken to through the client's own service definitions. */
export class ScriptedStore {
  readonly log: Kept[] = [];
  readonly arrived: Arrived[] = [];
  readonly headers: Metadata[] = [];
  fate: (append: Arrived) => Fate = () => 'answer';
  /** Holds an append back before anything becomes of it. */
  delay: (append: Arrived) => Promise<void> | undefined = () => undefined;
  /** Whether a read is left without any answer. */
  hangs: (subscription: boolean) => boolean = () => false;
  /** Sent behind each event of a subscription; `undefined`: no checkpoint. */
  checkpoint: (event: Kept) => number | undefined = () => undefined;
  tellsCaughtUp = true;
  /** The store's clock, ahead of ours by so many milliseconds. */
  clockAhead = 0;
  /** Events written to subscriptions. */
  sent = 0;

  private readonly subscriptions = new Set<Reading>();
  private readonly appending = new Set<Appending>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<ScriptedStore> {
    const server = new Server();
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    const store = new ScriptedStore(server, `esdb://127.0.0.1:${String(port)}?tls=false`);
    server.addService(serverFeaturesRpc.ServerFeaturesService, { getSupportedMethods: supported });
    server.addService(streamsRpc.StreamsService, {
      read: (call: Reading) => store.read(call),
      batchAppend: (call: Appending) => store.appends(call),
    });
    return store;
  }

  stop(): void {
    this.server.forceShutdown();
  }

  /** Ends all subscriptions, politely or with an error. */
  dropSubscriptions(how: 'end' | 'error'): void {
    for (const call of this.subscriptions) drop(call, how);
    this.subscriptions.clear();
  }

  /** Forgets all subscriptions without a word: what is written from now on is not sent to them. */
  forgetSubscriptions(): void {
    this.subscriptions.clear();
  }

  /** Ends all streams of appends, politely or with an error. */
  dropAppends(how: 'end' | 'error'): void {
    for (const call of this.appending) drop(call, how);
    this.appending.clear();
  }

  get openSubscriptions(): number {
    return this.subscriptions.size;
  }

  /** Writes an event of somebody else, or one that the product would not write. */
  keep(event: Pick<Kept, 'stream' | 'type'> & Partial<Kept>): Kept {
    const kept = {
      id: randomUUID(),
      data: Buffer.from('{}'),
      metadata: Buffer.from('{}'),
      ...event,
      revision: this.of(event.stream).length,
      position: this.log.length + 1,
    };
    this.log.push(kept);
    for (const call of this.subscriptions) this.send(call, kept);
    return kept;
  }

  private of(stream: string): Kept[] {
    return this.log.filter((event) => event.stream === stream);
  }

  private appends(call: Appending): void {
    this.appending.add(call);
    this.headers.push(call.metadata);
    call.on('error', () => undefined);
    call.on('end', () => call.end());
    call.on('data', (request: InstanceType<typeof streams.BatchAppendReq>) => void this.append(call, request));
  }

  private async append(call: Appending, request: InstanceType<typeof streams.BatchAppendReq>): Promise<void> {
    const options = request.getOptions();
    const append: Arrived = {
      nth: this.arrived.length,
      stream: Buffer.from(options?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString(),
      expected: options?.hasStreamPosition() ? Number(options.getStreamPosition()) : -1,
      ids: request.getProposedMessagesList().map((message) => message.getId()?.getString() ?? ''),
      deadline: (options?.getDeadline()?.getSeconds() ?? 0) * 1_000,
    };
    this.arrived.push(append);
    const delay = this.delay(append);
    if (delay) await delay;
    const fate = append.deadline < Date.now() + this.clockAhead ? 'ignore' : this.fate(append);
    if (fate === 'ignore') return;
    if (fate === 'end' || fate === 'error') {
      drop(call, fate);
      return;
    }
    const there = this.of(append.stream);
    const known = there.slice(append.expected + 1, append.expected + 1 + append.ids.length);
    const repeated = known.length > 0 && known.every(({ id }, index) => id === append.ids[index]);
    if (fate === 'refuse' || (!repeated && append.expected !== there.length - 1)) {
      call.write(wrongVersion(request, append, there.length - 1));
      return;
    }
    if (!repeated) {
      for (const [index, message] of request.getProposedMessagesList().entries()) {
        this.keep({
          id: append.ids[index] ?? '',
          stream: append.stream,
          type: message.getMetadataMap().get('type') ?? '',
          data: message.getData_asU8(),
          metadata: message.getCustomMetadata_asU8(),
        });
      }
    }
    const last = this.log.find(({ id }) => id === append.ids.at(-1));
    if (fate === 'answer' && last) call.write(success(request, last));
  }

  private read(call: Reading): void {
    this.headers.push(call.metadata);
    const options = call.request.getOptions();
    const subscription = options?.hasSubscription() ?? false;
    if (!options || this.hangs(subscription)) return;
    const all = options.getAll();
    if (!all) {
      const wanted = options.getStream();
      const stream = Buffer.from(wanted?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();
      const events = this.of(stream);
      if (events.length === 0) call.write(notFound(stream));
      const from = wanted?.hasRevision() ? Number(wanted.getRevision()) : 0;
      for (const event of events.slice(from, from + Number(options.getCount()))) call.write(eventMessage(event));
      call.end();
      return;
    }
    const from = all.hasPosition() ? Number(all.getPosition()?.getCommitPosition()) : undefined;
    if (!subscription) {
      const backwards = this.log.filter(({ position }) => from === undefined || position < from).reverse();
      for (const event of backwards.slice(0, Number(options.getCount()))) call.write(eventMessage(event));
      call.end();
      return;
    }
    const confirmation = new ReadResp.SubscriptionConfirmation();
    confirmation.setSubscriptionId(randomUUID());
    call.write(new ReadResp().setConfirmation(confirmation));
    call.on('cancelled', () => this.subscriptions.delete(call));
    this.subscriptions.add(call);
    void this.catchUp(
      call,
      this.log.filter(({ position }) => from === undefined || position > from),
    );
  }

  /** As a real store does: no more than the client takes. */
  private async catchUp(call: Reading, events: readonly Kept[]): Promise<void> {
    for (const event of events) {
      if (!this.subscriptions.has(call)) return;
      if (!this.send(call, event)) await new Promise((resolve) => call.once('drain', resolve));
    }
    if (this.tellsCaughtUp) call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
  }

  private send(call: Reading, event: Kept): boolean {
    const prefixes = call.request.getOptions()?.getFilter()?.getStreamIdentifier()?.getPrefixList() ?? [];
    let room = true;
    if (prefixes.some((prefix) => event.stream.startsWith(prefix))) {
      this.sent += 1;
      room = call.write(eventMessage(event));
    }
    const checkpoint = this.checkpoint(event);
    if (checkpoint !== undefined) {
      const message = new ReadResp.Checkpoint();
      message.setCommitPosition(String(checkpoint));
      message.setPreparePosition(String(checkpoint));
      room = call.write(new ReadResp().setCheckpoint(message));
    }
    return room;
  }
}

function drop(call: Reading | Appending, how: 'end' | 'error'): void {
  if (how === 'end') call.end();
  else call.emit('error', unavailable);
}
