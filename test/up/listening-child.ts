import { createServer } from 'node:http';
import { runChild } from '../../apps/child.js';

/** Stands in for a server process: serves on PORT and says as whom. */
runChild(async () => {
  const server = createServer((_, response) => {
    response.end(String(process.pid));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(process.env['PORT']), '127.0.0.1', resolve);
  });
  return {
    address: `http://127.0.0.1:${String(process.env['PORT'])}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
});
