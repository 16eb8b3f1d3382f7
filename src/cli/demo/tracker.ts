import type { AddressInfo } from 'node:net';

import { Server } from 'bittorrent-tracker';

/** A tracker on loopback for the demo's swarm; it knows only the torrents that it was told of. */
export interface Tracker {
  announceUrl: string;
  allow: (infoHash: string) => void;
  /** Who comes later than its seeder finds it at the first announce. */
  hasSeeder: (infoHash: string) => boolean;
  close: () => Promise<void>;
}

/** Short, so that peers meet at once. */
const INTERVAL_MS = 3_000;

export async function startTracker({ host = '127.0.0.1' }: { host?: string } = {}): Promise<Tracker> {
  const allowed = new Set<string>();
  const server = new Server({
    udp: false,
    ws: false,
    stats: false,
    interval: INTERVAL_MS,
    filter: (infoHash, _params, done) => {
      done(allowed.has(infoHash.toLowerCase()) ? null : new Error('This torrent is not listed here'));
    },
  });
  // Refusing a stranger's torrent is an answer, not a failure.
  server.on('warning', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.http.address() as AddressInfo;
  return {
    announceUrl: `http://${host}:${port}/announce`,
    allow: (infoHash) => allowed.add(infoHash.toLowerCase()),
    hasSeeder: (infoHash) => (server.torrents[infoHash.toLowerCase()]?.complete ?? 0) > 0,
    close: () =>
      new Promise((resolve) => {
        server.http.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
