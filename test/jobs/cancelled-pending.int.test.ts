import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { insertNewJob } from '../../src/jobs/create.js';
import { recoverJob } from '../../src/jobs/compare.js';
import { sweepOften } from '../../src/jobs/sweep.js';
import { findJob } from '../../src/store/jobs.js';
import { insertWish } from '../../src/store/wishes.js';
import { startTestCore, type TestCore } from '../support/core.js';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore({ sweeper: false });
}, 60_000);

afterAll(() => core.stop());

/** Its row alone, as where Temporal could not be reached, older than a pass of the sweeper. */
async function storePending(label: string): Promise<string> {
  const params = { count: 1, everyMs: 1, label };
  const wish = { type: 'demo_steps', params, createdBy: 'test', parentId: undefined };
  const { job } = await insertNewJob(core.parts.db, core.parts, wish);
  await core.parts.db.query(`update jobs set created_at = now() - interval '10 seconds' where id = $1`, [
    job.id,
  ]);
  return job.id;
}

/** As somebody's who could not reach Temporal, some passes of the sweeper ago. */
async function cancelUnheard(jobId: string): Promise<void> {
  const { id } = await insertWish(core.parts.db, { jobId, kind: 'cancel', madeBy: 'test' });
  await core.parts.db.query(`update job_wishes set made_at = now() - interval '10 seconds' where id = $1`, [
    id,
  ]);
}

async function expectCancelledUnbegun(jobId: string): Promise<void> {
  expect(await findJob(core.parts.db, jobId)).toMatchObject({ outcomeStatus: 'cancelled' });
  const { rowCount } = await core.parts.db.query('select from job_steps where job_id = $1', [jobId]);
  expect(rowCount).toBe(0);
}

it('cancels what waited for Temporal with its cancel, and never begins it', async () => {
  const ids: string[] = [];
  for (let number = 1; number <= 20; number += 1) {
    const id = await storePending(`cancelled while pending ${number}`);
    ids.push(id);
    await cancelUnheard(id);
  }
  await sweepOften(core.parts, { ledMs: 0 });
  for (const id of ids) {
    await expectCancelledUnbegun(id);
    expect(await core.parts.temporal.describe(id)).toMatchObject({ state: 'unknown' });
  }
}, 60_000);

it('begins no new round, in place of one that Temporal has lost, of what is to be cancelled', async () => {
  const id = await storePending('lost and cancelled');
  await core.parts.db.query('select from accept_round($1, 1)', [id]);
  await cancelUnheard(id);
  expect(await recoverJob(core.parts, { id, round: 1 })).toBe(true);
  expect(await core.parts.temporal.describe(id)).toMatchObject({ state: 'unknown' });
  await sweepOften(core.parts, { ledMs: 0 });
  await expectCancelledUnbegun(id);
}, 60_000);

it('begins what is pending and not to be cancelled', async () => {
  const id = await storePending('pending only');
  await sweepOften(core.parts, { ledMs: 0 });
  expect(await core.until(id, ({ endedAt }) => endedAt !== null)).toMatchObject({ progress: 1 });
});
