import { setTimeout as sleep } from 'node:timers/promises';

import type { Part } from '../harness/bench.js';
import { median } from '../harness/quantile.js';
import { cpuOf, processTree, pssOf } from '../stage/process-tree.js';
import type { JobsStage } from './stage.js';

const QUIET_MS = 120_000;
const MEASURED_MS = 60_000;
const SAMPLES = 5;

/** What Longplay costs while nothing is to do: itself, Postgres, Temporal and aria2. */
export const idle: Part<JobsStage> = {
  name: 'idle',
  measure: async ({ set }) => {
    const root = set.service.pid;
    await processTree(root);
    await sleep(QUIET_MS);
    const begun = performance.now();
    const sizes: number[] = [];
    const cpuMs = await cpuOf(root, async () => {
      for (let sample = 0; sample < SAMPLES; sample += 1) {
        await sleep(MEASURED_MS / SAMPLES);
        sizes.push(await pssOf(await processTree(root)));
      }
    });
    const share = cpuMs / (performance.now() - begun);
    return [
      {
        ...{ name: 'idle memory of all processes, PSS', value: median(sizes), unit: 'MiB' },
        goal: { kind: 'atMost', value: 500 },
      },
      {
        ...{ name: 'idle CPU of all processes', value: share * 100, unit: '% of a core' },
        goal: { kind: 'atMost', value: 3 },
      },
    ];
  },
};
