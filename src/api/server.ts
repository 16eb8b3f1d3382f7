import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Fault } from '../domain/faults.js';
import { createApp } from './app.js';
import { createContext } from './context.js';
import type { ApiDeps } from './deps.js';

export interface RunningApi {
  url: string;
  close: () => Promise<void>;
}

/** Open requests get this long to end before their connections are cut, milliseconds. */
const CLOSE_MS = 3_000;

/**
 * Serves the API and the page; port 0 takes a free one.
 * @throws Fault environment when the port is taken or the address is not ours.
 */
export async function startApi(deps: ApiDeps, address: { host: string; port: number }): Promise<RunningApi> {
  const context = createContext(deps);
  const server = createServer(createApp(context));
  // A client that sends its headers a byte at a time holds no connection for ever.
  server.headersTimeout = 15_000;
  server.requestTimeout = 60_000;
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return {
    url: `http://${host}:${port}`,
    close: async () => {
      await context.feed.close();
      await close(server);
    },
  };
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new Fault(
          'environment',
          `Expected to listen on ${host}:${port}, but it was refused: ${error.message}`,
          {
            remedy: 'Choose another LONGPLAY_PORT or LONGPLAY_HOST',
            cause: error,
          },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, CLOSE_MS);
  await closed;
  clearTimeout(timer);
}
