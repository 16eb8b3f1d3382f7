import { createServer } from 'node:net';

import { normalizeError } from '../domain/faults.js';

const MAX_STARTS = 3;

/** The wished port on `host` if it is free, else a free one. */
export async function choosePort(wished: number, host = '127.0.0.1'): Promise<number> {
  return (await tryPort(wished, host)) ?? (await tryPort(0, host)) ?? wished;
}

export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await tryPort(port, host)) !== undefined;
}

/**
 * Starts a server on the wished ports or free ones, and on others when somebody took one between the choice
 * and the server's bind. `start` leaves nothing running when it fails.
 */
export async function startOnFreePort<Ports extends readonly number[], Started>(
  wished: readonly [...Ports],
  start: (ports: Ports) => Promise<Started>,
): Promise<Started> {
  for (let starts = 1; ; starts += 1) {
    const ports: number[] = [];
    for (const port of wished) ports.push(await choosePort(port));
    try {
      return await start(ports as unknown as Ports);
    } catch (error) {
      if (starts === MAX_STARTS || !(await wasTaken(ports, error))) throw error;
    }
  }
}

/** Who took it may be gone by now, or the port is one that the server chose itself: then only its words tell. */
async function wasTaken(ports: readonly number[], error: unknown): Promise<boolean> {
  if (/address already in use|EADDRINUSE/i.test(normalizeError(error).message)) return true;
  const free = await Promise.all(ports.map((port) => isPortFree(port)));
  return !free.every(Boolean);
}

function tryPort(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : undefined);
      });
    });
  });
}
