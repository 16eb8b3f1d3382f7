import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import { pauseQueue, resumeQueue } from '../../src/jobs/queues.js';
import { listAttempts } from '../../src/store/waits.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
}, 60_000);

afterAll(() => core.stop());

describe('a step that has lost its worker three times without getting further', () => {
  it('has spent one try by that, and works again in the next', async () => {
    const { db } = core.parts;
    await pauseQueue(core.parts, { queue: 'cpu', by: 'test', reason: null });
    const params = { count: 3, everyMs: 10, label: 'lost thrice' };
    const { job } = await createJob(core.parts, { type: 'demo_steps', params, createdBy: 'test' });
    await eventually(async () => {
      const { rowCount } = await db.query(`update job_steps set losses = 3 where job_id = $1`, [job.id]);
      return rowCount === 1;
    });
    await resumeQueue(core.parts, 'cpu');
    const done = await core.until(job.id, ({ endedAt }) => endedAt !== null, 60_000);
    expect(done).toMatchObject({ status: 'completed', result: { counted: 3 } });
    const attempts = await listAttempts(db, job.id);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'done']);
  }, 90_000);
});
