import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { ActivityDeps } from '../../../src/activities/deps.js';
import { DEFAULT_SCHEDULES } from '../../../src/catalogue/acquisition/default-schedules.js';
import { ensureDefaults } from '../../../src/cli/defaults.js';
import { offerDefaultSchedules } from '../../../src/jobs/schedules/offer-defaults.js';
import {
  createSchedule,
  editSchedule,
  enableSchedule,
  removeSchedule,
} from '../../../src/jobs/schedules/save.js';
import { timingProblem } from '../../../src/jobs/schedules/timing.js';
import { deleteLibrary } from '../../../src/store/acquisition/libraries.js';
import { findSchedule, listSchedules, type ScheduleRow } from '../../../src/store/schedules.js';
import { createTestParts } from '../../support/core.js';
import { startOwnTemporal, type OwnTemporal } from '../../support/own-temporal.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers.js';
import { scheduleSettings } from '../../support/schedules.js';

// On a Temporal of their own: in the shared one they would fire for other tests.
let temporal: OwnTemporal;
let database: TestDatabase;
let folder: string;
let deps: ActivityDeps;

beforeAll(async () => {
  temporal = await startOwnTemporal();
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'longplay-schedules-'));
  deps = createTestParts(database.db, folder, temporal);
  await ensureDefaults(deps, { aria2: { missing: 'not needed here' } });
});

afterAll(async () => {
  await deps.temporal.close();
  await database.drop();
  await temporal.stop();
  await rm(folder, { recursive: true, force: true });
});

async function all(): Promise<ScheduleRow[]> {
  return (await listSchedules(deps.db, { after: undefined, limit: 100 })).schedules;
}

describe('default schedules', () => {
  it('are of types that exist, with params that those take, at possible times', () => {
    for (const { type, params, ...timing } of DEFAULT_SCHEDULES) {
      expect(() => deps.catalogue.find(type).parse(params)).not.toThrow();
      expect(timingProblem({ ...timing, everyMs: null, timezone: 'UTC' }, new Date())).toBeUndefined();
    }
  });

  it('are made once, those of a library with it; a second start makes none', async () => {
    await offerDefaultSchedules(deps);
    const made = await all();
    const ids = [...DEFAULT_SCHEDULES.map(({ id }) => id), 'library-scan-library'];
    expect(made.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(made.every(({ enabled, appliedVersion }) => enabled && appliedVersion === 1)).toBe(true);
    await offerDefaultSchedules(deps);
    expect(await all()).toEqual(made);
  });

  // §8 no. 64
  it('no. 64 restart storm of overdue jobs: each makes up for one interval at most, spread by its jitter', async () => {
    for (const { id, jitterMs, catchupWindowMs } of await all()) {
      const { policies, spec } = await temporal.client.schedule.getHandle(`longplay-${id}`).describe();
      expect(policies.catchupWindow).toBe(catchupWindowMs);
      expect(spec.jitter).toBe(jitterMs);
      expect(jitterMs).toBeGreaterThan(0);
      expect(jitterMs).toBeLessThanOrEqual(300_000);
    }
    const seconds = (id: string): number | undefined =>
      DEFAULT_SCHEDULES.find((schedule) => schedule.id === id)?.catchupWindowMs;
    expect(['recently-added', 'retry-missing', 'cleanup-seeded'].map(seconds)).toEqual([
      300_000, 86_400_000, 1_800_000,
    ]);
  });

  it('stay as a person has left them: edited, disabled or removed', async () => {
    await editSchedule(deps, 'recently-added', {
      ...scheduleSettings({ type: 'recently_added_check', params: {} }),
      name: 'Mine',
    });
    await enableSchedule(deps, 'cleanup-seeded', false);
    await removeSchedule(deps, 'retry-imports');
    await offerDefaultSchedules(deps);
    expect(await findSchedule(deps.db, 'recently-added')).toMatchObject({ name: 'Mine', cron: '0 0 1 1 *' });
    expect(await findSchedule(deps.db, 'cleanup-seeded')).toMatchObject({ enabled: false });
    expect(await findSchedule(deps.db, 'retry-imports')).toBeUndefined();
  });

  it('go with their library, come with a new one, and give way to a schedule of the same name', async () => {
    await deleteLibrary(deps.db, 'library');
    await offerDefaultSchedules(deps);
    expect(await findSchedule(deps.db, 'library-scan-library')).toBeUndefined();
    await createSchedule(deps, scheduleSettings({ id: 'mine', name: 'Scan Library' }));
    await ensureDefaults(deps, { aria2: { missing: 'not needed here' } });
    await offerDefaultSchedules(deps);
    expect(await findSchedule(deps.db, 'library-scan-library')).toBeUndefined();
    expect(await findSchedule(deps.db, 'mine')).toBeDefined();
  });
});
