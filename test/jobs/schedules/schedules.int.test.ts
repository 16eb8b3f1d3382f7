import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';

import type { JobsDeps } from '../../../src/jobs/deps.js';
import { reconcileSchedules } from '../../../src/jobs/schedules/apply.js';
import {
  createSchedule,
  editSchedule,
  enableSchedule,
  removeSchedule,
} from '../../../src/jobs/schedules/save.js';
import { nextRun } from '../../../src/jobs/schedules/timing.js';
import { viewSchedules } from '../../../src/jobs/schedules/view.js';
import { sweepSeldom } from '../../../src/jobs/sweep.js';
import type { FiringRow } from '../../../src/store/schedule-firings.js';
import { findSchedule, type ScheduleRow } from '../../../src/store/schedules.js';
import { createTemporalGateway } from '../../../src/temporal/gateway.js';
import { startTestCore, type TestCore } from '../../support/core.js';
import { eventually } from '../../support/eventually.js';
import { firingsOf, removeAllSchedules, scheduleSettings } from '../../support/schedules.js';
import { testTemporal } from '../../support/servers.js';

const run = promisify(execFile);
let core: TestCore;
let connection: Connection;
let client: Client;
let deps: JobsDeps;

beforeAll(async () => {
  core = await startTestCore();
  deps = core.parts;
  const { address, namespace } = testTemporal();
  connection = await Connection.connect({ address });
  client = new Client({ connection, namespace });
});

afterEach(() => removeAllSchedules(deps));

afterAll(async () => {
  await connection.close();
  await core.stop();
});

const row = async (id: string): Promise<ScheduleRow> => {
  const found = await findSchedule(deps.db, id);
  if (found === undefined) throw new Error(`There is no schedule ${id}`);
  return found;
};

const describeInTemporal = (id: string) => client.schedule.getHandle(`longplay-${id}`).describe();

async function idsInTemporal(): Promise<string[]> {
  const ids: string[] = [];
  for await (const { scheduleId } of client.schedule.list()) ids.push(scheduleId);
  return ids;
}

/** Resets the run of `fire` to its beginning, as people can, and tells what the repetition answers. */
async function repeatRun({ scheduleId, nominalAt }: FiringRow): Promise<unknown> {
  const workflowId = `fire-${scheduleId}-${nominalAt.toISOString().replace('.000', '')}`;
  const { address, namespace, cliPath } = testTemporal();
  const reset = ['workflow', 'reset', '--workflow-id', workflowId, '--type', 'FirstWorkflowTask'];
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  await run(cliPath, [...reset, '--reason', 'a test', '--address', address, '-n', namespace]);
  const repeated = client.workflow.getHandle(workflowId);
  expect((await repeated.describe()).runId).not.toBe(runId);
  return repeated.result();
}

describe('a schedule in Temporal', () => {
  it('makes one job a nominal time, at the default priority, however often `fire` is repeated', async () => {
    const { id } = await createSchedule(deps, scheduleSettings({ cron: null, everyMs: 1_000 }));
    await eventually(async () => (await firingsOf(deps, id)).length >= 3);
    await enableSchedule(deps, id, false);
    const firings = await firingsOf(deps, id);
    const jobs = new Set(firings.map(({ jobId }) => jobId));
    expect(jobs.size).toBe(firings.length);
    for (const { nominalAt, jobId, outcome, kind } of firings) {
      expect({ outcome, kind, ms: nominalAt.getTime() % 1_000 }).toEqual({
        ...{ outcome: 'created', kind: 'scheduled', ms: 0 },
      });
      const done = await core.until(jobId ?? '', ({ status }) => status === 'completed');
      expect(done).toMatchObject({ priority: 5, createdBy: `schedule ${id}` });
    }
    const first = firings.at(-1);
    if (first === undefined) throw new Error('unreachable');
    expect(await repeatRun(first)).toBe(first.jobId);
    expect(await firingsOf(deps, id)).toHaveLength(firings.length);
  });

  it('is as the row says, its overlap left to the dedupe key of its jobs', async () => {
    const { id } = await createSchedule(
      deps,
      scheduleSettings({
        cron: '30 3 * * 1-5',
        timezone: 'Europe/Berlin',
        jitterMs: 60_000,
        catchupWindowMs: 30_000,
      }),
    );
    expect(await describeInTemporal(id)).toMatchObject({
      spec: { timezone: 'Europe/Berlin', jitter: 60_000, calendars: [{ hour: [{ start: 3, end: 3 }] }] },
      action: { workflowType: 'fire', taskQueue: 'workflows', args: [{ scheduleId: id }] },
      policies: { overlap: 'ALLOW_ALL', catchupWindow: 30_000 },
      state: { paused: false },
    });
    const [view] = await viewSchedules(deps.db, [await row(id)]);
    expect(view).toMatchObject({ applied: true, applyError: null, version: 1, lastFiring: null });
    expect(view?.nextAt).toMatch(/T0[12]:3/);
  });

  it.each([
    ['*/7 1-5 * * *', 'UTC'],
    ['0 12 * * 7', 'UTC'],
    ['30 6 1,15 jan-MAR *', 'Asia/Kolkata'],
    ['1-59/20 * * * mon-fri', 'America/New_York'],
    ['0 0 29 2 *', 'UTC'],
    ['5 4 31 * *', 'Europe/Berlin'],
  ])('reads "%s" in %s as we do', async (cron, timezone) => {
    const { id } = await createSchedule(deps, scheduleSettings({ cron, timezone }));
    const told = (await describeInTemporal(id)).info.nextActionTimes.slice(0, 4);
    expect(told).toHaveLength(4);
    for (const [at, time] of told.entries()) {
      const before = at === 0 ? new Date() : (told[at - 1] ?? time);
      expect(nextRun({ cron, everyMs: null, timezone }, before)).toEqual(time);
    }
  });

  it('stops when disabled, changes when edited, is gone when removed', async () => {
    const { id } = await createSchedule(deps, scheduleSettings());
    const disabled = await enableSchedule(deps, id, false);
    expect(disabled).toMatchObject({ enabled: false, version: 2, appliedVersion: 2, nextAt: null });
    expect((await describeInTemporal(id)).state.paused).toBe(true);
    expect(await enableSchedule(deps, id, false)).toMatchObject({ version: 2 });
    await enableSchedule(deps, id, true);
    expect((await describeInTemporal(id)).state.paused).toBe(false);
    await editSchedule(deps, id, scheduleSettings({ cron: null, everyMs: 3_600_000 }));
    expect((await describeInTemporal(id)).spec).toMatchObject({
      calendars: [],
      intervals: [{ every: 3_600_000 }],
    });
    await removeSchedule(deps, id);
    await eventually(async () => !(await idsInTemporal()).includes(`longplay-${id}`));
    await expect(removeSchedule(deps, id)).rejects.toMatchObject({ kind: 'gone' });
  });
});

describe('the reconcile', () => {
  const away = (): JobsDeps => ({
    ...deps,
    temporal: createTemporalGateway({ address: '127.0.0.1:1', namespace: 'none' }),
  });

  it('brings what was written while Temporal was away, and tells its next run meanwhile', async () => {
    const without = away();
    const created = await createSchedule(without, scheduleSettings());
    await without.temporal.close();
    expect(created).toMatchObject({ appliedVersion: 0, applyError: expect.stringContaining('Temporal') });
    const [view] = await viewSchedules(deps.db, [created]);
    expect(view).toMatchObject({ applied: false, nextAt: expect.stringMatching(/-01-01T00:00:00.000Z$/) });
    // As the sweeper does it each 60 s, and at once where it begins to lead.
    await sweepSeldom(deps);
    expect(await row(created.id)).toMatchObject({ appliedVersion: 1, applyError: null });
    expect((await row(created.id)).nextAt?.toISOString()).toBe(view?.nextAt);
  }, 30_000);

  it('brings back what was deleted in Temporal by hand, and sets back what was changed there', async () => {
    const { id } = await createSchedule(deps, scheduleSettings());
    await client.schedule.getHandle(`longplay-${id}`).delete();
    await eventually(async () => !(await idsInTemporal()).includes(`longplay-${id}`));
    await reconcileSchedules(deps);
    expect((await describeInTemporal(id)).state.paused).toBe(false);
    await client.schedule.getHandle(`longplay-${id}`).pause('by hand');
    await eventually(async () => {
      await reconcileSchedules(deps);
      return !(await describeInTemporal(id)).state.paused;
    });
    expect((await row(id)).version).toBe(1);
  });

  it('removes what has no row, and leaves strangers alone', async () => {
    const action = { type: 'startWorkflow', taskQueue: 'elsewhere', workflowId: 'w' } as const;
    const spec = { intervals: [{ every: '1 day' as const }] };
    const stray = { scheduleId: 'longplay-without-a-row', spec, action: { ...action, workflowType: 'fire' } };
    const other = { ...action, workflowType: 'somebodys' };
    await client.schedule.create(stray);
    await client.schedule.create({
      scheduleId: 'a-stranger',
      spec,
      action: { ...action, workflowType: 'fire' },
    });
    await client.schedule.create({ scheduleId: 'longplay-s-brother', spec, action: other });
    await eventually(async () => (await idsInTemporal()).length >= 3);
    await reconcileSchedules(deps);
    await eventually(async () => !(await idsInTemporal()).includes('longplay-without-a-row'));
    for (const id of ['a-stranger', 'longplay-s-brother']) await client.schedule.getHandle(id).delete();
  });

  it('writes nothing where both agree', async () => {
    const { id } = await createSchedule(deps, scheduleSettings({ cron: '*/5 * * * *', jitterMs: 1_000 }));
    await eventually(async () => (await idsInTemporal()).includes(`longplay-${id}`));
    const before = (await describeInTemporal(id)).info.lastUpdatedAt;
    await reconcileSchedules(deps);
    expect((await describeInTemporal(id)).info.lastUpdatedAt).toEqual(before);
  });
});
