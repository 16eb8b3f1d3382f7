import { setTimeout as after } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import type { StepContext } from '../../../src/activities/jobs/step.js';
import type { Log } from '../../../src/cli/answers.js';
import { runAttempt } from '../../../src/cli/direct/attempt.js';
import { Checkpoints } from '../../../src/cli/direct/checkpoints.js';
import { JobReport } from '../../../src/cli/direct/job-report.js';

const args = {
  jobId: 'whole-aaaa1111',
  jobType: 'whole',
  round: 1,
  step: 'work',
  occurrence: 1,
  queue: 'cpu',
  input: {},
};

describe('an attempt that does not stop when its time is over', () => {
  it('is left to itself, and may then neither pass the fence nor save a checkpoint', async () => {
    const logs: Log[] = [];
    const about = { id: args.jobId, type: 'whole', title: 'whole', params: {}, priority: 5, weights: {} };
    const report = new JobReport(about, { change: () => undefined, log: (line) => logs.push(line) });
    const checkpoints = new Checkpoints();
    let late: StepContext | undefined;
    const end = await runAttempt({
      run: async (_input, step) => {
        late = step;
        await step.fence();
        await step.saveCheckpoint({ at: 1 });
        await after(60_000, undefined, { ref: false });
      },
      ...{ args, number: 1, limitMs: 10, stubbornMs: 10, checkpoints, report },
      signal: new AbortController().signal,
    });
    expect(end).toMatchObject({ state: 'failed', failure: { kind: 'transient' } });
    expect(logs.map(({ message }) => message)).toEqual([
      'did not stop within 0 s of being told, and was left to itself',
      'The step took longer than allowed (0 s)',
    ]);
    await expect(late?.fence()).rejects.toMatchObject({ kind: 'superseded' });
    await expect(late?.saveCheckpoint({ at: 2 })).rejects.toMatchObject({ kind: 'superseded' });
    expect(checkpoints.find(args)).toEqual({ checkpoint: { at: 1 } });
  });
});
