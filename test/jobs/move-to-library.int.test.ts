import { copyFile, mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import type { JobView } from '../../src/jobs/view.js';
import { makeWish } from '../../src/jobs/wish.js';
import type { Database } from '../../src/store/database.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { canMount, createDisks } from '../support/disks.js';
import { makeVideo } from '../support/video-fixtures.js';

let core: TestCore;
let film: string;
const disks = createDisks();

beforeAll(async () => {
  core = await startTestCore();
  film = await makeVideo(core.parts.roots.folderOf('scratch'), 'film.mkv', { seconds: 1 });
}, 60_000);

beforeEach(async () => {
  await core.parts.db.query('delete from videos');
  for (const folder of ['new', 'films', 'disk']) {
    await rm(at(folder), { recursive: true, force: true });
    await core.parts.db.query('delete from root_markers where place = $1', [`library:${folder}`]);
    await mkdir(at(folder));
  }
});

afterEach(() => {
  disks.unmountAll();
});

afterAll(() => core.stop());

const at = (place: string): string => path.join(core.parts.roots.folderOf('library'), place);

const isOver = ({ status }: JobView): boolean => status === 'completed';

async function begin(type: string, params: object): Promise<string> {
  return (await createJob(core.parts, { type, params, createdBy: 'test' })).job.id;
}

const scan = async (directoryType: string): Promise<JobView> =>
  core.until(await begin('scan', { directoryType, quietSeconds: 0 }), isOver);

const rows = async (): Promise<{ id: string; path: string }[]> =>
  (await core.parts.db.query<{ id: string; path: string }>('select id, path from videos order by path')).rows;

/** The next transaction that says this fails; those of the services beside it go on. */
function failOnce(db: Database, saying: string): void {
  const transaction = db.transaction.bind(db);
  db.transaction = (work) =>
    transaction((tx) =>
      work({
        query: (sql, values) => {
          if (!sql.startsWith(saying)) return tx.query(sql, values);
          db.transaction = transaction;
          return Promise.reject(new Error('killed'));
        },
      }),
    );
}

/** A film in `library:new` that a scan has found. */
async function scanned(): Promise<string> {
  await copyFile(film, at('new/a.mkv'));
  await writeFile(at('new/a.en.srt'), 'text');
  await utimes(at('new/a.mkv'), 1_600_000_000, 1_600_000_000);
  await scan('new');
  return (await rows())[0]?.id ?? '';
}

const namesIn = async (place: string): Promise<string[]> =>
  (await readdir(at(place))).filter((name) => name !== '.longplay-root').sort();

describe('a move_to_library job', () => {
  it('moves a video with its sidecars, and scans find nothing new or missing afterwards', async () => {
    const videoId = await scanned();
    const view = await core.until(
      await begin('move_to_library', { videoId, targetDirectory: 'films/2024' }),
      isOver,
    );
    expect(view).toMatchObject({
      ...{
        title: 'Move “a” to library:films/2024',
        subject: { type: 'video', id: videoId },
        progress: 1,
      },
      result: {
        ...{ from: 'library:new/a.mkv', path: 'library:films/2024/a.mkv', how: 'renamed' },
        companions: ['a.en.srt'],
      },
    });
    expect(await rows()).toEqual([{ id: videoId, path: 'films/2024/a.mkv' }]);
    expect(await scan('films')).toMatchObject({ result: { found: 1, unchanged: 1, new: 0 } });
    expect(await scan('new')).toMatchObject({ result: { found: 0, missing: 0 } });
    expect(await rows()).toHaveLength(1);
  });

  const videoId = '00000000-0000-4000-8000-000000000000';
  it.each([
    [{ videoId, targetDirectory: 'films', colour: 'red' }, /colour/],
    [{ videoId: 'a', targetDirectory: 'films' }, /videoId/],
    [{ videoId }, /targetDirectory/],
    [{ videoId, targetDirectory: '../other' }, /targetDirectory/],
    [{ videoId, targetDirectory: 'films/.hidden' }, /targetDirectory/],
    [{ videoId, targetDirectory: 'films/@eaDir' }, /targetDirectory/],
    [{ videoId, targetDirectory: 'films', conflict: 'overwrite' }, /conflict/],
    [{ videoId, targetDirectory: 'films', link: 'symlink' }, /link/],
  ])('is refused with %j', async (params, said) => {
    await expect(begin('move_to_library', params)).rejects.toThrow(said);
  });

  it('fails at once for a video that nobody knows', async () => {
    const id = await begin('move_to_library', { videoId, targetDirectory: 'films' });
    expect(await core.until(id, ({ status }) => status === 'failed')).toMatchObject({
      error: { kind: 'gone', message: `There is no video ${videoId}` },
    });
  });

  it('goes on after a kill between the rename and the row', async () => {
    const videoId = await scanned();
    failOnce(core.parts.db, 'update videos set root');
    const id = await begin('move_to_library', { videoId, targetDirectory: 'films' });
    await core.until(id, ({ waitingReason }) => waitingReason === 'retry_backoff');
    expect(await rows()).toEqual([{ id: videoId, path: 'new/a.mkv' }]);
    await scan('films');
    await makeWish(core.parts, { jobId: id, kind: 'retryNow', madeBy: 'test' });
    expect(await core.until(id, isOver)).toMatchObject({ result: { how: 'found' } });
    expect(await rows()).toEqual([{ id: videoId, path: 'films/a.mkv' }]);
    expect(await namesIn('films')).toEqual(['a.en.srt', 'a.mkv']);
    expect(await namesIn('new')).toEqual([]);
  });

  it('waits while the disk of the target is away, and goes on by itself', async () => {
    const videoId = await scanned();
    await scan('films');
    await rename(at('films'), at('films-away'));
    const id = await begin('move_to_library', { videoId, targetDirectory: 'films' });
    await core.until(id, ({ waitingReason }) => waitingReason === 'mount_gone');
    await rename(at('films-away'), at('films'));
    await makeWish(core.parts, { jobId: id, kind: 'retryNow', madeBy: 'test' });
    await core.until(id, isOver);
    expect(await rows()).toEqual([{ id: videoId, path: 'films/a.mkv' }]);
  });

  (canMount ? describe : describe.skip)('to a full disk', () => {
    const waiting = async (videoId: string): Promise<string> => {
      await disks.mountTmpfs(at('disk'), '1m');
      await writeFile(at('disk/full'), Buffer.alloc(1_000_000));
      const id = await begin('move_to_library', { videoId, targetDirectory: 'disk/sub' });
      await core.until(id, ({ waitingReason }) => waitingReason === 'disk_full');
      return id;
    };

    it('waits, and goes on once there is room', async () => {
      const videoId = await scanned();
      const id = await waiting(videoId);
      expect(await namesIn('disk/sub')).toEqual([]);
      await rm(at('disk/full'));
      await makeWish(core.parts, { jobId: id, kind: 'retryNow', madeBy: 'test' });
      expect(await core.until(id, isOver)).toMatchObject({ result: { how: 'copy' } });
      expect(await namesIn('disk/sub')).toEqual(['a.en.srt', 'a.mkv']);
      expect(await namesIn('new')).toEqual([]);
      expect(await rows()).toEqual([{ id: videoId, path: 'disk/sub/a.mkv' }]);
    });

    it('is cancelled, and leaves nothing', async () => {
      const videoId = await scanned();
      const id = await waiting(videoId);
      await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
      await core.until(id, ({ status }) => status === 'cancelled');
      expect(await namesIn('disk')).toEqual(['full']);
      expect(await namesIn('new')).toEqual(['a.en.srt', 'a.mkv']);
      expect(await rows()).toEqual([{ id: videoId, path: 'new/a.mkv' }]);
    });
  });
});
