import { setTimeout as sleep } from 'node:timers/promises';

import type { House, Victim, VictimKind } from './house/house.js';
import type { Random } from '../support/random.js';

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

/** How long a kill waits for a process of its kind: FFmpeg runs now and then only. */
const FOUND_WITHIN_MS = 1_500;
const LOOK_EACH_MS = 50;

/** `count` kills at random moments of `forMs`. */
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
    const kind = pickKind(house, random);
    let killed: Kill | undefined;
    while (killed === undefined && !halt.aborted) killed = await killOne(house, { kind, random });
    if (killed !== undefined) kills.push(killed);
  }
  return kills;
}

function pickKind({ kinds }: House, random: Random): VictimKind | undefined {
  return random.pickAny(kinds.flatMap((kind) => Array.from({ length: WEIGHTS[kind] }, () => kind)));
}

/** One of the kind, or of any other where none comes; undefined when it ended by itself in this moment. */
async function killOne(
  house: House,
  { kind, random }: { kind: VictimKind | undefined; random: Random },
): Promise<Kill | undefined> {
  const victim = random.pickAny(await findVictims(house, kind));
  if (victim === undefined) return undefined;
  try {
    process.kill(victim.pid, 'SIGKILL');
  } catch {
    return undefined;
  }
  return { atMs: Date.now(), ...victim };
}

async function findVictims(house: House, kind: VictimKind | undefined): Promise<Victim[]> {
  const deadline = performance.now() + FOUND_WITHIN_MS;
  for (;;) {
    const running = await house.victims();
    const wanted = running.filter((candidate) => candidate.kind === kind);
    if (wanted.length > 0) return wanted;
    if (performance.now() > deadline) return running;
    await sleep(LOOK_EACH_MS);
  }
}
