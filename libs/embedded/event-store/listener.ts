import { type Server as HttpServer, createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, type Socket, createServer as createPlainServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ServerCredentials, type Server as GrpcServer } from '@grpc/grpc-js';

const HTTP2_PREFACE = 'PRI ';

export type Listener = {
  port: number;
  /** Takes no more connections. */
  close(): void;
  /** Ends those that are left, whatever was spoken on them. */
  cut(): void;
};

/**
 * Listens on one port for gRPC and for the little HTTP/1.1 there is: `/ping`, as the client library asks for it, and
 * `/health/live`.
 * @throws the error of the listening, `EADDRINUSE` when the port is taken.
 */
export async function listen(
  grpc: GrpcServer,
  host: string,
  port: number,
  tls: { cert: string; key: string } | undefined,
): Promise<Listener> {
  const http = httpServer();
  // What arrives here is decrypted already.
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const hand = (socket: Socket, isHttp2: boolean): void => {
    if (isHttp2) injector.injectConnection(socket);
    else http.emit('connection', socket);
  };
  const server =
    tls === undefined
      ? createPlainServer({ noDelay: true }, (socket) => sniff(socket, hand))
      : createTlsServer({ ...tls, ALPNProtocols: ['h2', 'http/1.1'], noDelay: true }, (socket) => {
          socket.on('error', () => socket.destroy());
          hand(socket, socket.alpnProtocol === 'h2');
        });
  // The HTTP server knows none of its connections: it does not listen itself.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listening(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Looks at the first bytes, and puts them back for whom they are meant. */
function sniff(socket: Socket, hand: (socket: Socket, isHttp2: boolean) => void): void {
  socket.on('error', () => socket.destroy());
  socket.once('readable', () => {
    const first = socket.read() as Buffer | null;
    if (first === null) return;
    socket.unshift(first);
    hand(socket, first.toString('latin1', 0, HTTP2_PREFACE.length) === HTTP2_PREFACE);
  });
}

function httpServer(): HttpServer {
  return createHttpServer((request, response) => {
    request.resume();
    const asked = `${request.method ?? ''} ${request.url ?? ''}`;
    if (asked === 'GET /ping') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ msgTypeId: 3, text: 'Ping request successfully handled' }));
    } else {
      response.statusCode = asked === 'GET /health/live' ? 204 : 404;
      response.end();
    }
  });
}
