import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** A wire to a server on loopback, which can go silent and be cut. */
export class Wire {
  private readonly sockets = new Set<Socket>();
  private frozen = false;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param url of the server at the other end: `esdb://127.0.0.1:<port>?tls=false` */
  static async to(url: string): Promise<Wire> {
    const port = Number(/:(\d+)\?/.exec(url)?.[1]);
    const server = createServer((near) => wire.join(near, connect(port, '127.0.0.1')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const wire = new Wire(server, `esdb://127.0.0.1:${String((server.address() as AddressInfo).port)}?tls=false`);
    return wire;
  }

  /** Nothing gets through any more in either direction, and nobody is told. Connections are still accepted. */
  freeze(): void {
    this.frozen = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** New connections work; those that were frozen stay so. */
  thaw(): void {
    this.frozen = false;
  }

  /** Refuses new connections and breaks the others, as a server that is down. */
  async down(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    await closed;
  }

  /** Takes connections again, at the same port. */
  async up(): Promise<void> {
    await new Promise<void>((resolve) =>
      this.server.listen(Number(/:(\d+)\?/.exec(this.url)?.[1]), '127.0.0.1', resolve),
    );
  }

  /** Breaks all connections. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    if (this.server.listening) await this.down();
  }

  private join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.frozen) from.pause();
    }
  }
}
