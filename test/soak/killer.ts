import { setTimeout as sleep } from 'node:timers/promises';

import type { House, VictimKind } from './house/house.js';
import type { Random } from './random.js';

export interface Kill {
  atMs: number;
  kind: VictimKind;
  name: string;
  pid: number;
}

/** Longplay's own processes more often than the servers: what they leave behind is ours to mend. */
const WEIGHTS: Readonly<Record<VictimKind, number>> = {
  ...{ api: 1, core: 3, cpu: 3, longplay: 3, ffmpeg: 2 },
  ...{ temporal: 1, postgres: 1, aria2: 1 },
};

/** `count` kills at random moments of `forMs`; of the kinds that run then. */
export async function killAlong(
  house: House,
  { count, forMs, random, halt }: { count: number; forMs: number; random: Random; halt: AbortSignal },
): Promise<Kill[]> {
  const moments = Array.from({ length: count }, () => random.next() * forMs).sort(
    (one, other) => one - other,
  );
  const begun = performance.now();
  const kills: Kill[] = [];
  for (const moment of moments) {
    const wait = moment - (performance.now() - begun);
    if (wait > 0) await sleep(wait, undefined, { signal: halt }).catch(() => undefined);
    if (halt.aborted) break;
    const killed = await killOne(house, random);
    if (killed !== undefined) kills.push(killed);
  }
  return kills;
}

async function killOne(house: House, random: Random): Promise<Kill | undefined> {
  const running = await house.victims();
  const kinds = new Set(running.map(({ kind }) => kind));
  const kind = random.pickAny(
    [...kinds].flatMap((found) => Array.from({ length: WEIGHTS[found] }, () => found)),
  );
  const victim = random.pickAny(running.filter((candidate) => candidate.kind === kind));
  if (victim === undefined) return undefined;
  try {
    process.kill(victim.pid, 'SIGKILL');
  } catch {
    // It ended by itself in this moment.
    return undefined;
  }
  return { atMs: Date.now(), ...victim };
}
