import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { QuietFacts, QuietRule } from '../../src/domain/jobs/quiet.js';
import { createJob } from '../../src/jobs/create.js';
import { applyQuiet } from '../../src/jobs/quiet/apply.js';
import { pauseQueue, resumeQueue, viewQueues } from '../../src/jobs/queues.js';
import { makeWish } from '../../src/jobs/wish.js';
import { deleteQuietRule, listQuietRules, saveQuietRule } from '../../src/store/quiet.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';

// A server of its own: a queue that stands still would hold up the tests of every other file.
let temporal: OwnTemporal;
let core: TestCore;

const watching: QuietRule = {
  ...{
    id: 'film',
    name: 'Film',
    when: { kind: 'watching' },
    queues: ['cpu'],
    downloads: false,
    enabled: true,
  },
};

const look = (count: number): Promise<void> => {
  const facts: QuietFacts = { now: new Date(), watching: count };
  return applyQuiet(core.parts, facts);
};

beforeAll(async () => {
  temporal = await startOwnTemporal();
  core = await startTestCore({ temporal });
});

afterEach(async () => {
  await deleteQuietRule(core.parts.db, 'film');
  await look(0);
  await resumeQueue(core.parts, 'cpu');
});

afterAll(async () => {
  await core.stop();
  await temporal.stop();
});

async function begin(label: string, count = 200): Promise<string> {
  const params = { count, everyMs: 100, label };
  const id = (await createJob(core.parts, { type: 'demo_steps', params, createdBy: 'test' })).job.id;
  return id;
}

const running = (id: string) => core.until(id, ({ status }) => status === 'running');
const paused = (id: string) => core.until(id, ({ status }) => status === 'paused');

async function pausedBy(): Promise<string | undefined> {
  return (await viewQueues(core.parts.db)).find(({ queue }) => queue === 'cpu')?.paused?.by;
}

describe('a quiet rule', () => {
  it('pauses what runs at its checkpoint, holds what waits with its reason, and lets both go on', async () => {
    await saveQuietRule(core.parts.db, watching);
    const first = await begin('runs');
    await running(first);
    await look(2);
    expect(await paused(first)).toMatchObject({ pausedBy: 'quiet rules' });
    const second = await begin('waits', 2);
    const held = await core.until(second, ({ waitingReason }) => waitingReason === 'quiet_hours');
    expect(held.sentence).toBe('waits because it is quiet time (Film: 2 watching)');
    expect(await listQuietRules(core.parts.db)).toMatchObject([
      { detail: 'Film: 2 watching', quietSince: expect.any(Date) },
    ]);
    await look(2);
    await look(0);
    await running(first);
    await core.until(second, ({ status }) => status === 'completed');
    expect(await pausedBy()).toBeUndefined();
    expect(await listQuietRules(core.parts.db)).toMatchObject([{ detail: null, quietSince: null }]);
    await makeWish(core.parts, { jobId: first, kind: 'cancel', madeBy: 'test' });
  });

  it('overrules nobody who resumes a job or a queue meanwhile', async () => {
    await saveQuietRule(core.parts.db, watching);
    const id = await begin('wanted now');
    await running(id);
    await look(1);
    await paused(id);
    await resumeQueue(core.parts, 'cpu');
    await makeWish(core.parts, { jobId: id, kind: 'resume', madeBy: 'ann' });
    await running(id);
    await look(1);
    expect(await pausedBy()).toBeUndefined();
    expect((await core.view(id)).status).toBe('running');
    await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
  });

  it('leaves paused what a person has paused, before or meanwhile', async () => {
    await saveQuietRule(core.parts.db, watching);
    await pauseQueue(core.parts, { queue: 'cpu', by: 'ann', reason: null });
    await look(1);
    await look(0);
    expect(await pausedBy()).toBe('ann');
    await resumeQueue(core.parts, 'cpu');

    const id = await begin('paused by hand');
    await running(id);
    await makeWish(core.parts, { jobId: id, kind: 'pause', madeBy: 'ann' });
    await paused(id);
    await look(1);
    await look(0);
    expect(await core.view(id)).toMatchObject({ status: 'paused', pausedBy: 'ann' });
    await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
  });

  it('that is removed lets go of what it held', async () => {
    await saveQuietRule(core.parts.db, watching);
    const id = await begin('held');
    await running(id);
    await look(1);
    await paused(id);
    await deleteQuietRule(core.parts.db, 'film');
    await look(1);
    await running(id);
    await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
  });
});
