import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CuttingProxy {
  /** Connection string of the database through the proxy. */
  readonly url: string;
  /** How many times something was sent to the server. */
  readonly sent: () => number;
  close(): Promise<void>;
}

/**
 * Stands before a server and cuts every connection once, at the nth thing that is sent to the server: before the server
 * has it, or after, so that it acts but nobody learns the answer.
 */
export async function cuttingProxy(url: string, nth: number, when: 'before' | 'after'): Promise<CuttingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let sent = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const both = [client, upstream];
    const cut = (): void => both.forEach((socket) => socket.destroy());
    for (const socket of both) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    upstream.on('data', (data: Buffer) => client.write(data));
    client.on('data', (data: Buffer) => {
      sent += 1;
      if (sent !== nth) {
        upstream.write(data);
      } else if (when === 'before') {
        cut();
      } else {
        client.destroy();
        upstream.end(data);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    sent: () => sent,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
