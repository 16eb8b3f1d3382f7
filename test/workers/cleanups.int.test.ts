import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { ActivityDeps } from '../../src/activities/deps.js';
import { insertCleanup } from '../../src/store/cleanups.js';
import { beginRound, insertJob } from '../../src/store/jobs.js';
import { recordOutcome } from '../../src/store/runs.js';
import { retryCleanups } from '../../src/workers/cleanups.js';
import { createTestParts } from '../support/core.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';

let database: TestDatabase;
let folder: string;
let parts: ActivityDeps;
let jobs = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-cleanups-'));
  parts = createTestParts(database.db, folder);
});

afterAll(async () => {
  await parts.temporal.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** A cancelled job with one thing left to undo, due now. */
async function leave(activity: string): Promise<string> {
  jobs += 1;
  const id = `organize_files-${String(jobs).padStart(8, '0')}`;
  const policy = { steps: {}, retry: { waitsMs: [] }, weights: {} };
  await insertJob(database.db, {
    ...{ id, type: 'organize_files', title: 'a job', params: {}, policy, priority: 5, createdBy: 'test' },
    ...{ subject: undefined, dedupeKey: null, parentId: undefined },
  });
  await end(id, 1);
  await insertCleanup(database.db, {
    jobId: id,
    activity,
    input: { jobId: id, round: 1, step: activity, input: {} },
    error: 'the first time',
  });
  await database.db.query(`update cleanups set next_at = now() where job_id = $1`, [id]);
  return id;
}

function end(jobId: string, round: number): Promise<boolean> {
  const outcome = { jobId, round, runId: null, status: 'cancelled' as const, result: null, error: null };
  return recordOutcome(database.db, outcome);
}

async function cleanupOf(jobId: string): Promise<object | undefined> {
  const { rows } = await database.db.query(
    `select done_at is not null as done, tries, last_error as error,
       round(extract(epoch from next_at - now()))::int as "dueInSeconds" from cleanups where job_id = $1`,
    [jobId],
  );
  return rows[0];
}

describe('what a compensation could not undo', () => {
  it('is undone later, and is done then', async () => {
    const id = await leave('discardImport');
    await retryCleanups(parts);
    expect(await cleanupOf(id)).toMatchObject({ done: true, error: null });
  });

  it('is tried again after 30 s, then after twice as long each time, with its last error kept', async () => {
    const id = await leave('noSuchStep');
    await retryCleanups(parts);
    const error = 'This version has no step "noSuchStep"';
    expect(await cleanupOf(id)).toEqual({ done: false, tries: 2, error, dueInSeconds: 30 });
    await retryCleanups(parts);
    expect(await cleanupOf(id)).toMatchObject({ tries: 2 });
    await database.db.query(`update cleanups set next_at = now() where job_id = $1`, [id]);
    await retryCleanups(parts);
    expect(await cleanupOf(id)).toMatchObject({ tries: 3, dueInSeconds: 60 });
  });

  it('waits while a newer round of its job is open, since that may use the same things', async () => {
    const id = await leave('discardImport');
    await database.db.transaction((tx) => beginRound(tx, { id, round: 1, fresh: true }));
    await retryCleanups(parts);
    expect(await cleanupOf(id)).toMatchObject({ done: false, tries: 1 });
    await end(id, 2);
    await retryCleanups(parts);
    expect(await cleanupOf(id)).toMatchObject({ done: true });
  });
});
