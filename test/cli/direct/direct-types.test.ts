import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { AnyStep, StepContext } from '../../../src/activities/jobs/step.js';
import { loadSteps } from '../../../src/activities/registry.js';
import { catalogue } from '../../../src/catalogue/index.js';
import { Checkpoints } from '../../../src/cli/direct/checkpoints.js';
import { createDirectDeps } from '../../../src/cli/direct/direct-deps.js';
import { runDirect } from '../../../src/cli/direct/run-story.js';
import { loadConfig } from '../../../src/config.js';
import * as stories from '../../../src/workflows/index.js';
import { run } from './direct-runner.js';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The least params with which each type that says `direct` comes to an end, and its status. */
const RUNS: Record<string, { params: object; cancelled?: true }> = {
  demo_noop: { params: {} },
  demo_steps: { params: { count: 2, everyMs: 0 } },
  demo_fail: { params: { times: 1 } },
  demo_shared: { params: { key: 'one', count: 2, everyMs: 0 } },
  demo_memory: { params: { mebibytes: 1, holdMs: 0 } },
  demo_lease: { params: { vramMb: 4_000, holdMs: 0 } },
  demo_hang: { params: {}, cancelled: true },
  demo_fan_out: { params: { children: 2, count: 2, everyMs: 0, shared: 'one' } },
};

let folder: string;
let steps: Record<string, AnyStep>;

beforeAll(async () => {
  // One after another: jest cannot link modules that are asked for side by side and share what is not loaded yet.
  for (const file of await readdir('src/activities', { recursive: true })) {
    if (file.endsWith('.ts')) await import(path.resolve('src/activities', file));
  }
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-direct-'));
  steps = await loadSteps(createDirectDeps(loadConfig({ LONGPLAY_DATA: folder }), silent));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const directTypes = catalogue.types.filter(({ direct }) => direct).map(({ type }) => type);

describe('a type that says direct', () => {
  it.each(directTypes)('runs without any server: %s', async (type) => {
    const wanted = RUNS[type];
    if (wanted === undefined) throw new Error(`Add params for ${type}, so that it is proved`);
    const jobType = catalogue.find(type);
    const cancel = new AbortController();
    const listener = {
      log: () => undefined,
      change: ({ status }: { status: string }) => {
        if (wanted.cancelled === true && status === 'running')
          setImmediate(() => {
            cancel.abort();
          });
      },
    };
    const parts = { catalogue, stories, steps, checkpoints: new Checkpoints(), listener };
    const parsed = jobType.parse(wanted.params);
    const ended = await runDirect(parts, { jobType, parsed, maxRetries: undefined }, cancel.signal);
    expect({ status: ended.status, error: ended.error }).toEqual({
      status: wanted.cancelled === true ? 'cancelled' : 'completed',
      error: null,
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a step that asks for what --direct has not', () => {
  const deps = createDirectDeps(loadConfig({ LONGPLAY_DATA: '/nowhere/longplay' }), silent);

  it.each([
    ['the database', () => deps.db.query('select 1')],
    ['Temporal', () => deps.temporal.healthy()],
    ['the stored secrets', () => deps.seal.open('v1')],
  ])('fails at once, with what to do: %s', async (what, ask) => {
    const work = async (_input: object, _step: StepContext): Promise<unknown> => ask();
    const { job } = await run({
      steps: { work },
      story: (whole) => whole.steps<{ work: typeof work }>().work({}),
    });
    expect(job.error).toMatchObject({
      kind: 'defect',
      message: expect.stringContaining(`A step asked for ${what}`),
      remedy: 'Start Longplay ("longplay up") and create the job without --direct',
    });
  });
});
