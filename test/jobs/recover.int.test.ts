import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { createJob } from '../../src/jobs/create.js';
import { isOurTemporal, recover } from '../../src/jobs/recover.js';
import { sweepSeldom } from '../../src/jobs/sweep.js';
import { rememberedNamespace } from '../../src/store/namespace.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';

const countedFrom = z.object({ counted: z.number(), startedAt: z.number() });

describe('a Temporal that has lost its store', () => {
  let lost: OwnTemporal;
  let empty: OwnTemporal;
  let before: TestCore;
  let after: TestCore;
  let running: string;
  let paused: string;
  let parent: string;

  const begin = async (type: string, params: object): Promise<string> =>
    (await createJob(before.parts, { type, params, createdBy: 'test' })).job.id;

  beforeAll(async () => {
    [lost, empty] = [await startOwnTemporal(), await startOwnTemporal()];
    before = await startTestCore({ temporal: lost });
    running = await begin('demo_steps', { count: 60, everyMs: 50, label: 'running' });
    paused = await begin('demo_steps', { count: 60, everyMs: 50, label: 'paused' });
    parent = await begin('demo_fan_out', { children: 2, count: 60, everyMs: 50, label: 'parent' });
    for (const id of [running, paused])
      await before.until(id, ({ status, progress }) => status === 'running' && progress > 0.1);
    await before.parts.temporal.signal(paused, 'pause', []);
    await before.until(paused, ({ status }) => status === 'paused');
    await before.until(parent, ({ children }) => children.length === 2);
    await sweepSeldom(before.parts);
    await before.pause();
    after = await startTestCore({ temporal: empty, database: before.database });
  }, 60_000);

  afterAll(async () => {
    await after.stop();
    await before.stop();
    await Promise.all([lost.stop(), empty.stop()]);
  });

  it('is told apart from ours, and nothing is begun anew before somebody says so', async () => {
    expect(await isOurTemporal(after.parts, { ownTemporal: false })).toBe(false);
    await sweepSeldom(after.parts);
    const { rows } = await after.parts.db.query<{ round: number }>(
      'select distinct round from jobs where outcome_status is null',
    );
    expect(rows).toEqual([{ round: 1 }]);
    const { rows: findings } = await after.parts.db.query('select kind from findings');
    expect(findings).toEqual([{ kind: 'temporal_replaced' }]);
  });

  it('says beforehand what recover would do', async () => {
    const planned = await recover(after.parts, { dryRun: true });
    expect(planned).toMatchObject({ replaced: true, ended: [], unchanged: 0 });
    expect(planned.begun).toEqual(expect.arrayContaining([running, paused, parent]));
    expect(await isOurTemporal(after.parts, { ownTemporal: false })).toBe(false);
  });

  it('is recovered: each job goes on from its checkpoint, a paused one stays paused, children too', async () => {
    const done = await recover(after.parts, { dryRun: false });
    expect(done.begun).toHaveLength(5);
    const end = await after.until(running, ({ endedAt }) => endedAt !== null);
    expect(end).toMatchObject({ status: 'completed', round: 2, progress: 1 });
    expect(countedFrom.parse(end.result).startedAt).toBeGreaterThan(0);
    expect(await after.until(paused, ({ status }) => status === 'paused')).toMatchObject({ round: 2 });
    await after.parts.temporal.signal(paused, 'resume', []);
    const resumed = await after.until(paused, ({ endedAt }) => endedAt !== null);
    expect(countedFrom.parse(resumed.result).startedAt).toBeGreaterThan(0);
    expect(await after.until(parent, ({ endedAt }) => endedAt !== null)).toMatchObject({
      status: 'completed',
      result: { completed: 2 },
    });
    const { rows } = await after.parts.db.query<{ count: number }>(
      `select count(*)::int as count from jobs where type = 'demo_steps'`,
    );
    expect(rows).toEqual([{ count: 4 }]);
  }, 60_000);

  it('is remembered as ours from then on, and its finding is gone', async () => {
    expect(await isOurTemporal(after.parts, { ownTemporal: false })).toBe(true);
    expect(await rememberedNamespace(after.parts.db)).toBe(await after.parts.temporal.namespaceId());
    expect((await after.parts.db.query('select kind from findings')).rows).toEqual([]);
  });

  it('needs nobody where both servers are our own', async () => {
    await after.parts.db.query(`update settings set value = '"another"' where key = 'temporal_namespace_id'`);
    expect(await isOurTemporal(after.parts, { ownTemporal: true })).toBe(true);
  });
});
