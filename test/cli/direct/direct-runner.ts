import { z } from 'zod';

import type { AnyStep } from '../../../src/activities/jobs/step.js';
import { createCatalogue } from '../../../src/catalogue/catalogue.js';
import { defineJobType, step, type JobTypeDefinition } from '../../../src/catalogue/job-type.js';
import type { Job as Ended, Log } from '../../../src/cli/answers.js';
import { Checkpoints } from '../../../src/cli/direct/checkpoints.js';
import { runDirect } from '../../../src/cli/direct/run-story.js';
import type { Job } from '../../../src/workflows/jobs/job.js';

type Story = (job: Job<Record<string, unknown>>) => Promise<unknown>;

export interface DirectTest {
  steps?: Record<string, AnyStep>;
  story: Story;
  retryWaitsMs?: number[];
  /** One attempt of any step may take so long. */
  limitMs?: number;
  others?: { type: ReturnType<typeof defineJobType>; story: Story }[];
  checkpoints?: Checkpoints;
  signal?: AbortSignal;
  maxRetries?: number;
  /** Told of each state, as a view is. */
  onChange?: (job: Ended) => void;
}

export interface DirectRan {
  job: Ended;
  /** Each sentence of the job itself, repeats left out. */
  sentences: string[];
  logs: Log[];
}

/** A type for one test, with a step for each name. */
export function aType(
  type: string,
  steps: string[],
  more: Partial<JobTypeDefinition<z.ZodType>> = {},
): ReturnType<typeof defineJobType> {
  return defineJobType({
    type,
    summary: 'For this test',
    direct: true,
    params: z.looseObject({}),
    title: () => type,
    steps: Object.fromEntries(steps.map((name) => [name, step('cpu', 1)])),
    retryWaitsMs: [1, 2],
    ...more,
  });
}

/** Runs a story of the test's own by --direct's code, without any server. */
export async function run(test: DirectTest): Promise<DirectRan> {
  const { steps = {}, others = [], retryWaitsMs = [1, 2], limitMs = 60_000 } = test;
  const policy = { queue: 'cpu', startToCloseMs: limitMs, heartbeatMs: 6_000 } as const;
  const policies = Object.fromEntries(Object.keys(steps).map((name) => [name, policy]));
  const weights = Object.fromEntries(others.map(({ type }) => [type.type, 1]));
  const jobType = aType('whole', [], { steps: policies, retryWaitsMs, weights });
  const stories = Object.fromEntries(others.map(({ type, story }) => [type.type, story]));
  const sentences: string[] = [];
  const logs: Log[] = [];
  const job = await runDirect(
    {
      catalogue: createCatalogue([jobType, ...others.map(({ type }) => type)]),
      steps,
      stories: { ...stories, whole: test.story },
      checkpoints: test.checkpoints ?? new Checkpoints(),
      listener: {
        change: (told, depth) => {
          test.onChange?.(told);
          if (depth === 0 && sentences.at(-1) !== told.sentence) sentences.push(told.sentence);
        },
        log: (line) => logs.push(line),
      },
    },
    { jobType, parsed: jobType.parse({}), maxRetries: test.maxRetries },
    test.signal ?? new AbortController().signal,
  );
  return { job, sentences, logs };
}
