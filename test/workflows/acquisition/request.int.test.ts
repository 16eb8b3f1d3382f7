import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ensureDefaults } from '../../../src/cli/defaults.js';
import { createJob } from '../../../src/jobs/create.js';
import { makeWish } from '../../../src/jobs/wish.js';
import { startTestCore, type TestCore } from '../../support/core.js';
import { startOwnTemporal, type OwnTemporal } from '../../support/own-temporal.js';

let temporal: OwnTemporal;
let core: TestCore;

beforeAll(async () => {
  // Continue-as-new is suggested after 4,096 events by default.
  temporal = await startOwnTemporal(['limit.historyCount.suggestContinueAsNew=80']);
  core = await startTestCore({ temporal });
  await ensureDefaults(core.parts, { aria2: { missing: 'not needed here' } });
});

afterAll(async () => {
  await core.stop();
  await temporal.stop();
});

async function ask(title: string): Promise<string> {
  const item = { mediaType: 'audiobook', title, author: 'H. G. Wells' };
  const created = await createJob(core.parts, {
    type: 'request',
    params: { item, libraryId: 'library' },
    createdBy: 'test',
  });
  return created.job.id;
}

async function runsOf(jobId: string): Promise<{ chain: string; void: boolean }[]> {
  const { rows } = await core.parts.db.query<{ chain: string; void: boolean }>(
    'select chain, void from job_runs where job_id = $1',
    [jobId],
  );
  return rows;
}

/** Lets it search again now, and waits until it has. */
async function searchAgain(jobId: string, times: number): Promise<void> {
  await makeWish(core.parts, { jobId, kind: 'retryNow', madeBy: 'test' });
  await core.until(
    jobId,
    ({ children, waitingReason }) => children.length === times && waitingReason === 'next_search',
  );
}

describe('a request that waits for months', () => {
  it('goes on in a new run of the same chain before its history is full, and is cancelled whole (no. 26, no. 28)', async () => {
    const id = await ask('The Sleeper Awakes');
    await core.until(id, ({ waitingReason }) => waitingReason === 'next_search');
    let searches = 1;
    while ((await runsOf(id)).length < 3 && searches < 20) {
      searches += 1;
      await searchAgain(id, searches);
    }
    const runs = await runsOf(id);
    expect(runs.length).toBeGreaterThanOrEqual(3);
    expect(new Set(runs.map(({ chain }) => chain)).size).toBe(1);
    expect(runs.every((run) => !run.void)).toBe(true);

    await makeWish(core.parts, { jobId: id, kind: 'pause', madeBy: 'test' });
    await core.until(id, ({ status }) => status === 'paused');
    await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
    await core.until(id, ({ status }) => status === 'cancelled');
    const { rows } = await core.parts.db.query('select state from requests where job_id = $1', [id]);
    expect(rows).toEqual([{ state: 'cancelled' }]);
  });
});
