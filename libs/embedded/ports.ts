import { createServer } from 'node:net';

/**
 * A TCP port on loopback that nobody listens on: the preferred one if it is free.
 *
 * Taken from below the range that systems hand out to outgoing connections: there a client that tries again and again
 * while its server restarts can be given the very port it calls, connect to itself and so keep the server out.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isPortFree(preferred))) return preferred;
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await isPortFree(port)) return port;
  }
}

/** Whether a server could listen on the port now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
