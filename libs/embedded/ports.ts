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

/** Whether a server could listen on the loopback port now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await listeningProblem(port, '127.0.0.1')) === undefined;
}

/** Why a server could not listen now: `EADDRINUSE`, `EACCES`, …; undefined if it could. */
export function listeningProblem(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}
