import type { MatchTarget } from '../../../src/domain/acquisition/match-guards.js';
import type { MediaItem, Release } from '../../../src/domain/acquisition/release.js';

/** Made from a seed: the same in every run. */
export interface AcquisitionStage {
  releases: Release[];
  library: MatchTarget[];
  wanted: MediaItem[];
}

export interface Times {
  /** Milliseconds that each run took. */
  delays: number[];
  /** Milliseconds of processor time, all threads of the process: what other load on the machine hardly moves. */
  cpu: number[];
}

/** Times each of `runs`, after some that warm the engine up. */
export function timeRuns(work: () => unknown, { warmUp, runs }: { warmUp: number; runs: number }): Times {
  const times: Times = { delays: [], cpu: [] };
  for (let run = 0; run < warmUp + runs; run += 1) {
    const [begun, usedBefore] = [performance.now(), process.cpuUsage()];
    work();
    const { user, system } = process.cpuUsage(usedBefore);
    if (run < warmUp) continue;
    times.delays.push(performance.now() - begun);
    times.cpu.push((user + system) / 1_000);
  }
  return times;
}
