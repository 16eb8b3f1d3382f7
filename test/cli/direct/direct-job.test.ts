import { setTimeout as after } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import type { StepContext } from '../../../src/activities/jobs/step.js';
import { Checkpoints } from '../../../src/cli/direct/checkpoints.js';
import { Fault, type FaultKind } from '../../../src/domain/faults.js';
import type { ChildOutcome } from '../../../src/domain/jobs/job-input.js';
import type { Job } from '../../../src/workflows/jobs/job.js';
import { aType, run } from './direct-runner.js';

type Step = (input: unknown, step: StepContext) => Promise<unknown>;
interface Work {
  work: Step;
}

/** A step that fails so often, and the numbers of its attempts. */
function failing(times: number, kind: FaultKind, details = {}): { work: Step; attempts: number[] } {
  const attempts: number[] = [];
  const work: Step = (_input, { attempt }) => {
    attempts.push(attempt);
    if (attempt <= times) throw new Fault(kind, `Failure ${attempt}`, details);
    return Promise.resolve({ attempt });
  };
  return { work, attempts };
}

const onlyWork = (job: Job<object>): Promise<unknown> => job.steps<Work>().work({});

describe('the tries of a step', () => {
  it('are as many as the policy has waits, and one more', async () => {
    const { work, attempts } = failing(2, 'transient');
    const { job, sentences } = await run({ steps: { work }, story: onlyWork });
    expect(job).toMatchObject({ status: 'completed', result: { attempt: 3 }, progress: 1 });
    expect(attempts).toEqual([1, 2, 3]);
    expect(sentences).toEqual([
      'is about to run',
      'runs work on this machine',
      expect.stringMatching(/^waits before it tries again \(Failure 1\); next at /),
      'runs work on this machine, try 2',
      expect.stringMatching(/^waits before it tries again \(Failure 2\); next at /),
      'runs work on this machine, try 3',
      'is done',
    ]);
  });

  it('end with the failure, its remedy and its kind when they are spent', async () => {
    const { work, attempts } = failing(9, 'transient', { remedy: 'Mend it' });
    const { job } = await run({ steps: { work }, story: onlyWork });
    expect(attempts).toEqual([1, 2, 3]);
    expect(job).toMatchObject({
      status: 'failed',
      sentence: 'failed: Failure 3. Mend it',
      error: { kind: 'transient', message: 'Failure 3', remedy: 'Mend it' },
    });
  });

  it('are one for what no repetition helps', async () => {
    const { work, attempts } = failing(9, 'bad_input');
    expect((await run({ steps: { work }, story: onlyWork })).job.status).toBe('failed');
    expect(attempts).toEqual([1]);
  });

  it('are as many as --max-retries says', async () => {
    const { work, attempts } = failing(9, 'transient');
    await run({ steps: { work }, story: onlyWork, maxRetries: 0 });
    expect(attempts).toEqual([1]);
  });

  it('are not used up by trouble of the surroundings, which is told with its reason', async () => {
    const { work, attempts } = failing(5, 'environment', { retryAfterMs: 1, waitingReason: 'disk_full' });
    const { job, sentences } = await run({ steps: { work }, story: onlyWork, retryWaitsMs: [] });
    expect(job.status).toBe('completed');
    expect(attempts).toHaveLength(6);
    expect(sentences).toContainEqual(expect.stringContaining('because the disk is full'));
    expect(sentences.join()).not.toContain('try 2');
  });

  it('wait as long as the policy says, or as the other side asks', async () => {
    const began = performance.now();
    await run({ steps: { work: failing(1, 'transient').work }, story: onlyWork, retryWaitsMs: [150] });
    expect(performance.now() - began).toBeGreaterThanOrEqual(149);
    const again = performance.now();
    const { work } = failing(1, 'throttled', { retryAfterMs: 1 });
    await run({ steps: { work }, story: onlyWork, retryWaitsMs: [60_000] });
    expect(performance.now() - again).toBeLessThan(30_000);
  });

  it('go on from the checkpoint of the one before', async () => {
    const seen: unknown[] = [];
    const work: Step = async (_input, step) => {
      seen.push(step.checkpoint);
      await step.saveCheckpoint({ at: step.attempt });
      if (step.attempt < 3) throw new Fault('transient', 'Not yet');
      return {};
    };
    await run({ steps: { work }, story: onlyWork });
    expect(seen).toEqual([null, { at: 1 }, { at: 2 }]);
  });

  it('count an attempt that takes longer than its step may', async () => {
    const work: Step = (_input, { signal }) =>
      after(60_000, undefined, { signal }).catch(() => {
        throw signal.reason;
      });
    const { job } = await run({ steps: { work }, story: onlyWork, limitMs: 20, retryWaitsMs: [1] });
    expect(job.error).toMatchObject({ message: 'The step took longer than allowed (0 s)' });
  });
});

describe('a cancelled job', () => {
  /** Cancels once its third step hangs. */
  function cancelled(undo: Record<string, Step>): Parameters<typeof run>[0] {
    const cancel = new AbortController();
    const hang: Step = (_input, { signal }) => {
      setImmediate(() => {
        cancel.abort();
      });
      return after(60_000, undefined, { signal }).catch(() => {
        throw signal.reason;
      });
    };
    return {
      signal: cancel.signal,
      steps: { make: () => Promise.resolve({}), hang, ...undo },
      story: async (job) => {
        const steps = job.steps<{ make: Step; hang: Step }>();
        for (const number of [1, 2, 3]) {
          await steps.make({ number }, { occurrence: number });
          job.compensation.push('unmake', { number });
        }
        return steps.hang({});
      },
    };
  }

  it('undoes what it did, the last first', async () => {
    const undone: unknown[] = [];
    const unmake: Step = (input, { signal }) => {
      expect(signal.aborted).toBe(false);
      undone.push(input);
      return Promise.resolve({});
    };
    const { job } = await run(cancelled({ unmake }));
    expect(job).toMatchObject({ status: 'cancelled', sentence: 'was cancelled', error: null });
    expect(undone).toEqual([{ number: 3 }, { number: 2 }, { number: 1 }]);
  });

  it('undoes the rest when one cannot be undone, and says so', async () => {
    const undone: unknown[] = [];
    const unmake = (input: unknown): Promise<unknown> => {
      undone.push(input);
      if (undone.length === 2) throw new Fault('transient', 'It is stuck');
      return Promise.resolve({});
    };
    const { logs } = await run(cancelled({ unmake }));
    expect(undone).toHaveLength(3);
    const warnings = logs.filter(({ level }) => level !== 'info').map(({ message }) => message);
    expect(warnings).toEqual(['It is stuck', 'could not undo it: see to it by hand']);
  });

  it('does anew what was undone, but keeps what needed no undoing', async () => {
    const made: unknown[] = [];
    const make = (input: unknown): Promise<unknown> => {
      made.push(input);
      return Promise.resolve({});
    };
    const checkpoints = new Checkpoints();
    const first = cancelled({ make, unmake: () => Promise.resolve({}) });
    await run({ ...first, checkpoints });
    const nothingToUndo = (job: Job<object>): Promise<unknown> =>
      job.steps<{ make: Step }>().make({ number: 0 });
    await run({ ...first, signal: new AbortController().signal, story: nothingToUndo, checkpoints });
    await run({ ...first, signal: new AbortController().signal, story: nothingToUndo, checkpoints });
    expect(made).toEqual([1, 2, 3, 0].map((number) => ({ number })));
    const second = cancelled({ make, unmake: () => Promise.resolve({}) });
    await run({ ...second, checkpoints });
    expect(made).toHaveLength(7);
  });

  it('ends at once in a wait before a further try', async () => {
    const cancel = new AbortController();
    const { work, attempts } = failing(9, 'transient');
    const { job } = await run({
      steps: { work },
      story: onlyWork,
      retryWaitsMs: [3_600_000],
      signal: cancel.signal,
      onChange: ({ sentence }) => {
        if (sentence.startsWith('waits before')) cancel.abort();
      },
    });
    expect(job.status).toBe('cancelled');
    expect(attempts).toEqual([1]);
  });

  it('takes its children with it', async () => {
    const cancel = new AbortController();
    const statuses: string[] = [];
    const { job } = await run({
      signal: cancel.signal,
      steps: {
        hang: (_input, { signal }) => {
          setImmediate(() => {
            cancel.abort();
          });
          return after(60_000, undefined, { signal }).catch(() => {
            throw signal.reason;
          });
        },
      },
      others: [{ type: aType('part', ['hang']), story: (part) => part.steps<{ hang: Step }>().hang({}) }],
      story: (whole) => whole.child('part', {}),
      onChange: ({ type, status }) => {
        if (status === 'cancelled') statuses.push(`${type} cancelled`);
      },
    });
    expect(job.status).toBe('cancelled');
    expect(statuses).toEqual(['part cancelled', 'whole cancelled']);
  });
});

describe('a failed job', () => {
  it('undoes nothing, as a workflow that failed', async () => {
    const undone: unknown[] = [];
    const { job } = await run({
      steps: { work: failing(9, 'gone').work, unmake: (input) => Promise.resolve(undone.push(input)) },
      story: (whole) => {
        whole.compensation.push('unmake', {});
        return onlyWork(whole);
      },
    });
    expect(job.status).toBe('failed');
    expect(undone).toEqual([]);
  });

  it('tells a story that broke off as a defect', async () => {
    const { job } = await run({ story: () => Promise.reject(new TypeError('x is not a function')) });
    expect(job.error).toEqual({
      kind: 'defect',
      message: 'The story broke off: TypeError: x is not a function',
    });
  });

  it('stops what its story left running', async () => {
    let stopped = false;
    await run({
      steps: {
        work: failing(9, 'gone').work,
        hang: (_input, { signal }) =>
          after(60_000, undefined, { signal }).catch(() => {
            stopped = true;
            throw signal.reason;
          }),
      },
      story: (job) => Promise.all([onlyWork(job), job.steps<{ hang: Step }>().hang({})]),
    });
    expect(stopped).toBe(true);
  });
});

describe('the children of a job', () => {
  const part = (more = {}) => ({
    type: aType('part', ['work'], more),
    story: (job: Job<Record<string, unknown>>) => job.steps<Work>().work(job.params),
  });

  it('tell their outcome, and count in the progress of the whole', async () => {
    const progress: number[] = [];
    const { job } = await run({
      steps: {
        work: (input, step) => {
          step.progress({ done: 1, total: 2, unit: 'items' });
          return Promise.resolve(input);
        },
      },
      others: [part()],
      story: (whole) => whole.child('part', { number: 1 }),
      onChange: (told) => {
        if (told.type === 'whole' && progress.at(-1) !== told.progress) progress.push(told.progress);
      },
    });
    expect(job).toMatchObject({
      status: 'completed',
      result: { status: 'completed', result: { number: 1 } },
      children: [{ type: 'part', status: 'completed' }],
    });
    expect(progress).toEqual([0, 0.5, 1]);
  });

  it('tell their failure as an outcome, which is the story’s to judge', async () => {
    const { job } = await run({
      steps: { work: failing(9, 'gone').work },
      others: [part()],
      story: async (whole) => {
        const outcome: ChildOutcome = await whole.child('part', {});
        return outcome.status === 'completed' ? {} : outcome.error;
      },
    });
    expect(job).toMatchObject({ status: 'completed', result: { kind: 'gone', message: 'Failure 1' } });
  });

  it.each([
    ['one when they are equal and of a shareable type', true, 1],
    ['two when each is its parent’s own', false, 2],
  ])('are %s', async (_what, shareable, times) => {
    let worked = 0;
    const work: Step = async () => {
      worked += 1;
      await after(30);
      return {};
    };
    const branch = {
      type: aType('branch', []),
      story: (job: Job<Record<string, unknown>>) => job.child('part', { key: 'same' }),
    };
    await run({
      steps: { work },
      others: [part({ shareable }), branch],
      story: (whole) => Promise.all([1, 2].map((number) => whole.child('branch', { number }))),
    });
    expect(worked).toBe(times);
  });

  it('must be of types that can run without a server too', async () => {
    const { job } = await run({
      steps: { work: () => Promise.resolve({}) },
      others: [part({ direct: false })],
      story: (whole) => whole.child('part', {}),
    });
    expect(job.error).toMatchObject({
      kind: 'bad_input',
      message: expect.stringContaining('Expected a type that can run with --direct, got "part"'),
    });
  });
});

describe('a wait of a story', () => {
  it('ends after its time, shown with its reason', async () => {
    const { job, sentences } = await run({
      story: (whole) => whole.wait({ reason: 'next_search', detail: 'nothing yet', waitMs: 5 }),
    });
    expect(job.result).toBe('elapsed');
    expect(sentences).toContainEqual(expect.stringContaining('waits before it searches again (nothing yet)'));
  });

  it('ends once another branch of the story has met its condition', async () => {
    let met = false;
    const { job } = await run({
      steps: { work: () => after(10).then(() => ({})) },
      story: async (whole) => {
        const branch = onlyWork(whole).then(() => {
          met = true;
        });
        const ended = await whole.wait({ reason: 'child', detail: '', until: () => met });
        await branch;
        return ended;
      },
    });
    expect(job.result).toBe('met');
  });
});
