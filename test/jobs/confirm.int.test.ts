import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { confirmJob } from '../../src/jobs/confirm.js';
import { createJob } from '../../src/jobs/create.js';
import { retryJob } from '../../src/jobs/retry.js';
import { sweepSeldom } from '../../src/jobs/sweep.js';
import { inputOf } from '../../src/jobs/workflow-input.js';
import { findJob } from '../../src/store/jobs.js';
import { eventually } from '../support/eventually.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';
import { testTemporal } from '../support/servers.js';

const run = promisify(execFile);
let temporal: OwnTemporal;
let labels = 0;

beforeAll(async () => {
  temporal = await startOwnTemporal();
});

afterAll(() => temporal.stop());

async function withCore(
  queues: Record<string, number> | undefined,
  work: (core: TestCore) => Promise<void>,
): Promise<void> {
  const core = await startTestCore({ temporal, ...(queues === undefined ? {} : { queues }) });
  try {
    await work(core);
  } finally {
    await core.stop();
  }
}

async function begin({ parts }: TestCore, params: object): Promise<string> {
  labels += 1;
  const wish = { type: 'demo_steps', params: { count: 3, everyMs: 1, label: `no. ${labels}`, ...params } };
  return (await createJob(parts, { ...wish, createdBy: 'test' })).job.id;
}

function cli(...args: string[]): Promise<unknown> {
  const { address, namespace } = temporal;
  return run(testTemporal().cliPath, [...args, '--address', address, '--namespace', namespace]);
}

describe('the outcome of a job', () => {
  it('is what Temporal says of a run that was ended before it could claim its job', async () => {
    await withCore({ io: 2, admin: 2, cpu: 1 }, async (core) => {
      const id = await begin(core, {});
      expect(await core.view(id)).toMatchObject({ status: 'queued', waitingReason: 'no_worker' });
      await cli('workflow', 'terminate', '--workflow-id', id);
      await sweepSeldom(core.parts);
      expect(await core.view(id)).toMatchObject({ status: 'cancelled', error: { kind: 'terminated' } });
    });
  });

  it('does not follow a run that was refused', async () => {
    await withCore(undefined, async (core) => {
      const id = await begin(core, {});
      await core.until(id, ({ status }) => status === 'completed');
      const row = await findJob(core.parts.db, id);
      if (row === undefined) throw new Error('the row is gone');
      // Somebody starts the workflow once more, past Longplay.
      expect(await core.parts.temporal.start({ ...inputOf(row), round: 0 })).toBe('started');
      await eventually(async () => (await core.parts.temporal.describe(id)).state === 'closed');
      expect(await core.parts.temporal.describe(id)).toMatchObject({ status: 'FAILED' });
      expect(await confirmJob(core.parts, id)).toBe('ended');
      expect(await core.view(id)).toMatchObject({ status: 'completed', result: { counted: 3 } });
      const { rows } = await core.parts.db.query(
        'select void from job_runs where job_id = $1 order by started_at',
        [id],
      );
      expect(rows).toEqual([{ void: false }, { void: true }]);
      // The next round takes no harm of it.
      await retryJob(core.parts, { jobId: id });
      const again = await core.until(id, ({ status, round }) => status === 'completed' && round === 2);
      expect(again.result).toEqual({ counted: 3, startedAt: 0 });
    });
  });

  it('is not told before Temporal has it: a proposal alone leaves the job open', async () => {
    await withCore(undefined, async (core) => {
      const id = await begin(core, { count: 2_000, everyMs: 20 });
      await core.until(id, ({ status }) => status === 'running');
      await core.parts.db.query(
        `update jobs set proposed_status = 'completed', proposed_run = claimed_run, proposed_at = now() where id = $1`,
        [id],
      );
      expect(await confirmJob(core.parts, id)).toBe('open');
      await cli('workflow', 'cancel', '--workflow-id', id);
      const ended = await core.until(id, ({ status }) => status === 'cancelled');
      expect(ended.result).toBeNull();
    });
  });
});

describe('signals of one moment', () => {
  it.each([
    ['paused', true],
    ['running', false],
  ])('leave the job %s as the last of them says', async (expected, endsPaused) => {
    await withCore(undefined, async (core) => {
      const id = await begin(core, { count: 2_000, everyMs: 20 });
      await core.until(id, ({ status }) => status === 'running');
      const signals = Array.from({ length: 9 }, (_, at) => (at % 2 === 0 ? 'pause' : 'resume'));
      if (!endsPaused) signals.push('resume');
      for (const signal of signals) await core.parts.temporal.signal(id, signal, []);
      // Every signal has been heard once the row says the same for a second.
      let same = 0;
      await eventually(async () => {
        const { rows } = await core.parts.db.query<{ status: string; paused: boolean }>(
          'select status, paused_at is not null as paused from jobs where id = $1',
          [id],
        );
        same = rows[0]?.status === expected && rows[0].paused === endsPaused ? same + 1 : 0;
        return same === 50;
      });
      await core.parts.temporal.cancel(id);
      await core.until(id, ({ status }) => status === 'cancelled');
    });
  });
});
