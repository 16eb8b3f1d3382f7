import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { StepContext } from '../../../src/activities/jobs/step.js';
import { openCheckpointFile } from '../../../src/cli/direct/checkpoint-file.js';
import type { Job } from '../../../src/workflows/jobs/job.js';
import { run } from './direct-runner.js';

type Step = (input: unknown, step: StepContext) => Promise<unknown>;

const OWNER = { type: 'whole', params: { count: 3, secret: 'not in the file' } };
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-checkpoint-'));
  file = path.join(folder, 'whole.checkpoint');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const twoSteps = async (job: Job<object>): Promise<unknown> => {
  const steps = job.steps<{ first: Step; second: Step }>();
  return [await steps.first({}), await steps.second({})];
};

describe('a file of checkpoints', () => {
  it('lets a later run go on: finished steps are not done again, others begin at their checkpoint', async () => {
    const did: unknown[] = [];
    const first: Step = (_input, { jobId }) => {
      did.push('first');
      return Promise.resolve({ jobId });
    };
    const second: Step = async (_input, step) => {
      did.push(step.checkpoint);
      if (step.checkpoint !== null) return { jobId: step.jobId };
      await step.saveCheckpoint({ at: 1 });
      throw new Error('The power went out');
    };
    const tried = { steps: { first, second }, story: twoSteps, maxRetries: 0 };
    const failed = await run({ ...tried, checkpoints: await openCheckpointFile(file, OWNER) });
    expect(failed.job.status).toBe('failed');
    const { job } = await run({ ...tried, checkpoints: await openCheckpointFile(file, OWNER) });
    expect(did).toEqual(['first', null, { at: 1 }]);
    // The same job, so that what a step named by its id is found again.
    expect(job).toMatchObject({ status: 'completed', id: failed.job.id });
    expect(job.result).toEqual([{ jobId: job.id }, { jobId: job.id }]);
  });

  it('is whole after each of many changes at once, and nothing else is left in its folder', async () => {
    const checkpoints = await openCheckpointFile(file, OWNER);
    const steps = {
      work: async (_input: unknown, step: StepContext) => {
        const { longplayCheckpoint } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
        await step.saveCheckpoint({ longplayCheckpoint });
        return {};
      },
    };
    const story = (job: Job<object>): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          job.steps<{ work: Step }>().work({ at }, { occurrence: at + 1 }),
        ),
      );
    const { job } = await run({ steps, story, checkpoints });
    expect(job.status).toBe('completed');
    const { steps: kept } = JSON.parse(await readFile(file, 'utf8')) as { steps: object };
    expect(Object.values(kept)).toEqual(
      Array(20).fill({ checkpoint: { longplayCheckpoint: 1 }, done: { output: {} } }),
    );
    expect(await readdir(folder)).toEqual(['whole.checkpoint']);
  });

  it('holds no params, and is its owner’s alone', async () => {
    await openCheckpointFile(file, OWNER);
    expect(await readFile(file, 'utf8')).not.toContain('not in the file');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it.each([
    [
      'another type',
      { ...OWNER, type: 'other' },
      'Expected checkpoints of other with these params, got those of a whole',
    ],
    [
      'other params',
      { ...OWNER, params: {} },
      'Expected checkpoints of whole with these params, got those of other params',
    ],
  ])('is refused for %s, and left as it is', async (_what, owner, message) => {
    await openCheckpointFile(file, OWNER);
    const before = await readFile(file, 'utf8');
    await expect(openCheckpointFile(file, owner)).rejects.toMatchObject({
      kind: 'bad_input',
      message: expect.stringContaining(message),
      remedy: expect.stringContaining('a file of its own'),
    });
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it.each(['', 'notes of somebody', '{"steps": {}}'])('is refused where the file holds %j', async (text) => {
    await writeFile(file, text);
    await expect(openCheckpointFile(file, OWNER)).rejects.toThrow('Expected a file that --checkpoint wrote');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it.each([
    ['its folder is not there', () => path.join(folder, 'none', 'x'), 'Expected a place for checkpoints'],
    ['it is a folder', () => folder, 'Expected a file of checkpoints that can be read'],
  ])('is refused before the job begins where %s', async (_what, place, message) => {
    await mkdir(folder, { recursive: true });
    await expect(openCheckpointFile(place(), OWNER)).rejects.toThrow(message);
  });
});
