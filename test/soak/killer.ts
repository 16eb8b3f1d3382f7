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
  ...{ api: 1, core: 3, cpu: 3, gpu: 3, longplay: 3, ffmpeg: 2 },
  ...{ temporal: 1, postgres: 1, aria2: 1, qbittorrent: 2, transmission: 2 },
};

/** aria2 is held on purpose after 5 crashes in 10 min (src/embedded/crash-count.ts): no request could end then. */
const MOST: Partial<Record<VictimKind, { kills: number; withinMs: number }>> = {
  aria2: { kills: 4, withinMs: 600_000 },
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
    let kind = pickKind(house, random);
    let killed: Kill | undefined;
    while (killed === undefined && !halt.aborted) {
      killed = await killOne(house, { kind, random, spared: sparedNow(kills) });
      // What ended by itself in this moment may stay down for long.
      kind = undefined;
    }
    if (killed !== undefined) kills.push(killed);
  }
  return kills;
}

function pickKind({ kinds }: House, random: Random): VictimKind | undefined {
  return random.pickAny(kinds.flatMap((kind) => Array.from({ length: WEIGHTS[kind] }, () => kind)));
}

/** Kinds that have been killed as often as they can bear. */
function sparedNow(kills: readonly Kill[]): VictimKind[] {
  return Object.entries(MOST).flatMap(([name, { kills: most, withinMs }]) => {
    const kind = name as VictimKind;
    const recent = kills.filter((kill) => kill.kind === kind && Date.now() - kill.atMs < withinMs);
    return recent.length >= most ? [kind] : [];
  });
}

/** One of the kind, or of any other where none comes; undefined when it ended by itself in this moment. */
async function killOne(
  house: House,
  { kind, random, spared }: { kind: VictimKind | undefined; random: Random; spared: readonly VictimKind[] },
): Promise<Kill | undefined> {
  const wanted = kind !== undefined && spared.includes(kind) ? undefined : kind;
  const victims = await findVictims(house, wanted);
  const victim = random.pickAny(victims.filter((found) => !spared.includes(found.kind)));
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
    if (kind === undefined && running.length > 0) return running;
    if (performance.now() > deadline) return running;
    await sleep(LOOK_EACH_MS);
  }
}
