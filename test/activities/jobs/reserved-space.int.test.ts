import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { downloadSpace } from '../../../src/activities/acquisition/circumstances.js';
import { requireRoom } from '../../../src/activities/acquisition/import-space.js';
import type { ActivityDeps } from '../../../src/activities/deps.js';
import { holdSpace, type HeldSpace } from '../../../src/activities/jobs/reserved-space.js';
import { insertNewJob } from '../../../src/jobs/create.js';
import { reservedSpace } from '../../../src/store/space.js';
import { createTestParts } from '../../support/core.js';
import { canMount, createDisks } from '../../support/disks.js';
import { eventually } from '../../support/eventually.js';
import { createTestDatabase } from '../../support/servers.js';

const MB = 1_000_000;
const disks = createDisks();
let folder: string;
let deps: ActivityDeps;
let database: Awaited<ReturnType<typeof createTestDatabase>>;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'longplay space-'));
  deps = createTestParts(database.db, folder);
}, 60_000);

beforeEach(async () => {
  await deps.db.query('delete from jobs');
  await disks.mountTmpfs(playback(), '10m');
});

afterEach(() => {
  disks.unmountAll();
});

afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const playback = (): string => deps.roots.folderOf('playback');

async function newJob(): Promise<string> {
  const wish = {
    type: 'demo_steps',
    params: { count: 1, everyMs: 0, label: randomUUID() },
    createdBy: 'test',
    parentId: undefined,
  };
  return (await insertNewJob(deps.db, deps, wish)).job.id;
}

async function hold(bytes: number, own: { place?: string; jobId?: string } = {}): Promise<HeldSpace> {
  const { place = 'playback:film.mp4', jobId = await newJob() } = own;
  return holdSpace(deps, { jobId }, [{ place, bytes }]);
}

const left = (bytes: number): { place: string; bytes: number }[] => [
  { place: 'playback:film.mp4', bytes: 4 * MB },
  { place: 'playback:segments', bytes },
];

const noRoom = { kind: 'environment', waitingReason: 'disk_full' };

(canMount ? describe : describe.skip)('room on a disk (R18)', () => {
  it('is promised to one job at a time', async () => {
    const first = await hold(6 * MB);
    await expect(hold(6 * MB)).rejects.toMatchObject({
      ...noRoom,
      message:
        'Expected 6 MB of room on the disk of playback, 4.49 MB are free beside what others still need',
    });
    await first.release();
    await (await hold(6 * MB)).release();
    expect(await reservedSpace(deps.db)).toEqual([]);
  });

  it('goes to one of two that ask in the same moment', async () => {
    const ids = [await newJob(), await newJob(), await newJob(), await newJob()];
    const asked = await Promise.allSettled(ids.map((jobId) => hold(6 * MB, { jobId })));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is shared by all folders of one disk, and by no others', async () => {
    await hold(6 * MB);
    await mkdir(path.join(playback(), 'films'));
    await expect(hold(6 * MB, { place: 'playback:films/new/b.mp4' })).rejects.toMatchObject(noRoom);
    await hold(6 * MB, { place: 'scratch:reencode/a' });
  });

  it('of several places on one disk is added up', async () => {
    const needs = ['playback:a.mp4', 'playback:b.mp4'].map((place) => ({ place, bytes: 6 * MB }));
    await expect(holdSpace(deps, { jobId: await newJob() }, needs)).rejects.toMatchObject(noRoom);
  });

  it("is a job's own when it asks again after its worker was lost", async () => {
    const jobId = await newJob();
    await hold(6 * MB, { jobId });
    await hold(8 * MB, { jobId });
    expect(await reservedSpace(deps.db)).toEqual([{ place: 'playback:film.mp4', bytes: 8 * MB }]);
    expect(await reservedSpace(deps.db, { except: jobId })).toEqual([]);
  });

  it('is held no longer by a job that has ended', async () => {
    const jobId = await newJob();
    await hold(6 * MB, { jobId });
    await deps.db.query(
      `update jobs set outcome_status = 'failed', status = 'failed', ended_at = now() where id = $1`,
      [jobId],
    );
    await hold(6 * MB);
  });

  it('becomes less by what is written, but not what a later step writes', async () => {
    const jobId = await newJob();
    const room = await holdSpace(deps, { jobId }, [
      { place: 'playback:segments', bytes: 4 * MB },
      { place: 'playback:film.mp4', bytes: 4 * MB, later: true },
    ]);
    room.written(0.05);
    room.written(0.5);
    await eventually(async () => isDeepStrictEqual(await reservedSpace(deps.db), left(2 * MB)));
    room.written(0.75);
    await eventually(async () => isDeepStrictEqual(await reservedSpace(deps.db), left(MB)));
    await room.release();
  });

  it('is missing for downloads and imports on the same disk', async () => {
    await disks.mountTmpfs(deps.roots.folderOf('downloads'), '10m');
    await hold(6 * MB, { place: 'downloads:extracted' });
    expect(await downloadSpace(deps, deps.db, {})).toMatchObject({ reservedBytes: 6 * MB });
    disks.remount(playback(), 'size=120m');
    const asked = { jobId: await newJob(), root: 'playback:', bytes: 20 * MB, what: 'import' };
    await requireRoom(deps, asked);
    await hold(6 * MB);
    await expect(requireRoom(deps, asked)).rejects.toMatchObject(noRoom);
  });

  it('is not looked for on the disk below a mount that is away', async () => {
    disks.unmountAll();
    await rename(playback(), `${playback()}-away`);
    try {
      await expect(hold(1)).rejects.toMatchObject({ kind: 'environment', waitingReason: 'mount_gone' });
    } finally {
      await rename(`${playback()}-away`, playback());
    }
  });
});
