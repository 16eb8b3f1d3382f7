import { open, rm } from 'node:fs/promises';
import path from 'node:path';

import { errorCode } from '../../../src/domain/faults.js';
import { canMount, createDisks, type Disks } from '../../support/disks.js';
import type { Random } from '../../support/random.js';
import type { House } from '../house/house.js';
import { pass } from '../pass.js';
import type { Looks } from './looks.js';

type SmallRoot = 'playback' | 'scratch';

const SIZES: Record<SmallRoot, string> = { playback: '1g', scratch: '400m' };
/** A job may come to the disk within this time; it waits 8 s and more once it has found it full. */
const MOST_FULL_MS = 45_000;
const LEAST_FULL_MS = 10_000;
const LOOK_MS = 500;
const EACH_MINUTES = 4;
const CHUNK = Buffer.alloc(1_024 * 1_024);

/** A disk that was full for a while. */
export interface FullTime {
  root: SmallRoot;
  atMs: number;
  untilMs: number;
  /** Jobs that were seen waiting for room on it. */
  waited: number;
}

/** Disks in memory for what is made, where the user may mount: filling the machine's own would hurt others. */
export async function mountSmall(roots: House['roots']): Promise<Disks | undefined> {
  if (!canMount) return undefined;
  const disks = createDisks();
  for (const [root, size] of Object.entries(SIZES)) await disks.mountTmpfs(roots[root as SmallRoot], size);
  return disks;
}

/** Fills one of the two disks at random moments, one each four minutes, until jobs wait for room on it. */
export async function fillAlong(
  house: House,
  { looks, forMs, random, halt }: { looks: Looks; forMs: number; random: Random; halt: AbortSignal },
): Promise<FullTime[]> {
  const count = Math.max(1, Math.round(forMs / 60_000 / EACH_MINUTES));
  const begun = performance.now();
  const times: FullTime[] = [];
  for (let number = 0; number < count; number += 1) {
    const moment = ((number + 0.2 + 0.3 * random.next()) * forMs) / count;
    await pass(moment - (performance.now() - begun), halt);
    const root = number % 2 === 0 ? 'playback' : 'scratch';
    if (halt.aborted) break;
    times.push(await fillOnce(house, { root, looks, halt }));
  }
  return times;
}

async function fillOnce(
  { roots }: House,
  { root, looks, halt }: { root: SmallRoot; looks: Looks; halt: AbortSignal },
): Promise<FullTime> {
  const ballast = path.join(roots[root], 'ballast');
  const atMs = Date.now();
  const waiting = (): number =>
    [...looks.diskFull].filter(([, seenMs]) => seenMs.some((ms) => ms > atMs)).length;
  try {
    while (!halt.aborted && Date.now() - atMs < MOST_FULL_MS) {
      // What others delete meanwhile would be room.
      await fill(ballast);
      if (waiting() > 0 && Date.now() - atMs > LEAST_FULL_MS) break;
      await pass(LOOK_MS, halt);
    }
    return { root, atMs, untilMs: Date.now(), waited: waiting() };
  } finally {
    await rm(ballast, { force: true });
  }
}

async function fill(file: string): Promise<void> {
  const handle = await open(file, 'a');
  try {
    for (;;) await handle.appendFile(CHUNK);
  } catch (error) {
    if (errorCode(error) !== 'ENOSPC') throw error;
  } finally {
    await handle.close();
  }
}
