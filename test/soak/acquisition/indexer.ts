import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A face before a Torznab server that has a character of its own. */
export interface Face {
  url: string;
  calls: () => number;
  /** Calls that came sooner after the one before than allowed. */
  tooFast: () => number;
  /** From now on it answers as it should. */
  heal: () => void;
  close: () => Promise<void>;
}

/** `limited`: one call a second, others get 429. `flapping`: away for a third of the time. */
export type Character = 'limited' | 'flapping' | 'plain';

const LIMIT_MS = 1_000;
const FLAP_MS = 60_000;
const AWAY_SHARE = 1 / 3;

export async function startFace(behind: string, character: Character): Promise<Face> {
  const target = new URL(behind);
  const begun = performance.now();
  const state = { calls: 0, tooFast: 0, lastMs: Number.NEGATIVE_INFINITY, healed: false };
  const isAway = (): boolean =>
    character === 'flapping' &&
    !state.healed &&
    ((performance.now() - begun) % FLAP_MS) / FLAP_MS < AWAY_SHARE;
  const server = createServer((asked, answer) => {
    const now = performance.now();
    const isTooFast = character === 'limited' && now - state.lastMs < LIMIT_MS;
    state.calls += 1;
    state.lastMs = now;
    if (isTooFast) {
      state.tooFast += 1;
      answer.writeHead(429, { 'retry-after': '5' }).end();
      return;
    }
    if (isAway()) {
      answer.writeHead(503).end();
      return;
    }
    const passed = forward(
      { host: target.hostname, port: target.port, path: asked.url, headers: { ...asked.headers } },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      },
    );
    passed.on('error', () => answer.destroy());
    passed.end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname}`,
    calls: () => state.calls,
    tooFast: () => state.tooFast,
    heal: () => {
      state.healed = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
