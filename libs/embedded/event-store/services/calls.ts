import type { ServerDuplexStream, ServerWritableStream, ServiceError } from '@grpc/grpc-js';

type WritableCall = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

/** The answering side of a streaming call: honours the reader's pace, and knows when nobody listens any more. */
export class Outlet {
  isClosed = false;
  private full = false;
  private readonly wakers = new Set<() => void>();
  private readonly closers: (() => void)[] = [];

  constructor(private readonly call: WritableCall) {
    const close = (): void => this.close();
    call.on('cancelled', close);
    call.on('close', close);
    call.on('drain', () => {
      this.full = false;
      this.wake();
    });
  }

  private close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.wake();
    for (const closer of this.closers.splice(0)) closer();
  }

  private wake(): void {
    for (const waker of this.wakers) waker();
    this.wakers.clear();
  }

  /** Sends without looking at the pace; for one answer to one request. */
  answer(message: Buffer): void {
    if (!this.isClosed) this.call.write(message);
  }

  /** Sends; when it returns true, wait for `ready` before sending more. */
  send(message: Buffer): boolean {
    if (this.isClosed) return true;
    if (!this.call.write(message)) this.full = true;
    return this.full;
  }

  /** Resolves when the reader has room, or when the call is over. */
  async ready(): Promise<void> {
    if (!this.full || this.isClosed) return;
    await new Promise<void>((resolve) => this.wakers.add(resolve));
  }

  /** Calls once, when the call is over. */
  onClose(callback: () => void): void {
    if (this.isClosed) callback();
    else this.closers.push(callback);
  }

  end(): void {
    if (this.isClosed) return;
    this.close();
    this.call.end();
  }

  fail(error: ServiceError): void {
    if (this.isClosed) return;
    this.close();
    this.call.emit('error', error);
  }
}

/** The calls that run, so that the server can end them. */
export class OpenCalls {
  private readonly enders = new Set<() => void>();

  /** Keeps how to end a call; the returned function is called when it is over by itself. */
  add(end: () => void): () => void {
    this.enders.add(end);
    return () => this.enders.delete(end);
  }

  endAll(): void {
    for (const end of [...this.enders]) end();
  }
}
