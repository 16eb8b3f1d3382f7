import { copyFile, mkdir, rename, utimes } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import { makeWish } from '../../src/jobs/wish.js';
import type { JobView } from '../../src/jobs/view.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { makeVideo } from '../support/video-fixtures.js';

let core: TestCore;
let film: string;
let opened: string[];
/** What happens just before ffprobe looks at a file. */
let beforeOpening: (hostPath: string) => Promise<void>;

beforeAll(async () => {
  core = await startTestCore();
  film = await makeVideo(core.parts.roots.folderOf('scratch'), 'film.mkv', { seconds: 1 });
  const { media } = core.parts;
  const { describe: look } = media;
  media.describe = async (hostPath, signal) => {
    await beforeOpening(hostPath);
    signal.throwIfAborted();
    opened.push(path.basename(hostPath));
    return look(hostPath, signal);
  };
});

beforeEach(() => {
  opened = [];
  beforeOpening = () => Promise.resolve();
});

afterAll(() => core.stop());

const folderOf = (root: 'library' | 'public', directory: string): string =>
  path.join(core.parts.roots.folderOf(root), directory);

/** Dated well before any quiet time. */
async function put(folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyFile(film, path.join(folder, name));
  await utimes(path.join(folder, name), 1_600_000_000, 1_600_000_000);
}

async function begin(type: string, params: object): Promise<string> {
  return (await createJob(core.parts, { type, params, createdBy: 'test' })).job.id;
}

const isOver = ({ status }: JobView): boolean => status === 'completed';

describe('a scan job', () => {
  it('finds the videos of a library directory, and says so', async () => {
    await put(folderOf('library', 'films'), 'a.mkv');
    const id = await begin('scan', { directoryType: 'films' });
    const view = await core.until(id, isOver);
    expect(view).toMatchObject({
      ...{
        title: 'Scan library:films',
        subject: { type: 'video_directory', id: 'library:films' },
        progress: 1,
      },
      result: { found: 1, new: 1, missing: 0, isComplete: true },
    });
  });

  it('finds what browsers cannot play in the gallery', async () => {
    await put(folderOf('public', 'videos'), 'a.mkv');
    const view = await core.until(await begin('public_scan', {}), isOver);
    const { rows } = await core.parts.db.query<{ id: string }>(`select id from videos where root = 'public'`);
    expect(view.result).toMatchObject({ found: 1, needReencode: { count: 1, ids: [rows[0]?.id] } });
  });

  it.each([
    ['scan', { directoryType: 'videos', colour: 'red' }, /colour/],
    ['scan', { proposeReencode: true }, /proposeReencode/],
    ['scan', { directoryType: '../other' }, /directoryType/],
    ['scan', { directoryType: '/etc' }, /directoryType/],
    ['scan', { directoryType: '.hidden' }, /directoryType/],
    ['public_scan', { quietSeconds: 3_601 }, /quietSeconds/],
    ['public_scan', { batchSize: 9 }, /batchSize/],
  ])('%s is refused with %j', async (type, params, said) => {
    await expect(begin(type, params)).rejects.toThrow(said);
  });

  it('fails at once for a directory that nobody has made', async () => {
    const id = await begin('scan', { directoryType: 'nowhere' });
    expect(await core.until(id, ({ status }) => status === 'failed')).toMatchObject({
      error: { kind: 'bad_input', message: 'Expected the folder library:nowhere, it is not there' },
    });
  });

  it('waits while its disk is away, calls nothing missing, and goes on by itself', async () => {
    const folder = folderOf('library', 'mounted');
    await put(folder, 'a.mkv');
    await core.until(await begin('scan', { directoryType: 'mounted' }), isOver);
    await rename(folder, `${folder}-away`);
    const id = await begin('scan', { directoryType: 'mounted' });
    await core.until(id, ({ waitingReason }) => waitingReason === 'mount_gone');
    await rename(`${folder}-away`, folder);
    await makeWish(core.parts, { jobId: id, kind: 'retryNow', madeBy: 'test' });
    expect(await core.until(id, isOver)).toMatchObject({ result: { unchanged: 1, missing: 0 } });
  });

  it('is paused in the middle, and opens no file twice afterwards', async () => {
    const folder = folderOf('library', 'paused');
    for (let number = 10; number < 50; number += 1) await put(folder, `${number}.mkv`);
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    beforeOpening = (file) => (file.endsWith('/35.mkv') ? held : Promise.resolve());
    const id = await begin('scan', { directoryType: 'paused', batchSize: 10 });
    await eventually(() => opened.length >= 25);
    await makeWish(core.parts, { jobId: id, kind: 'pause', madeBy: 'test' });
    await eventually(
      async () => (await core.view(id)).requested === 'pause' || (await core.view(id)).status === 'paused',
    );
    goOn();
    await core.until(id, ({ status }) => status === 'paused');
    const written =
      (await core.parts.db.query(`select from videos where path like 'paused/%'`)).rowCount ?? 0;
    expect(written).toBeGreaterThanOrEqual(20);
    expect(written).toBeLessThan(40);
    opened = [];
    await makeWish(core.parts, { jobId: id, kind: 'resume', madeBy: 'test' });
    const { result } = await core.until(id, isOver);
    expect(result).toMatchObject({ found: 40, new: 40 });
    expect(opened.length).toBe(40 - written);
  });

  it('runs one at a time for a directory', async () => {
    const folder = folderOf('library', 'busy');
    await put(folder, 'a.mkv');
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    beforeOpening = () => held;
    const first = await begin('scan', { directoryType: 'busy' });
    await core.until(first, ({ status }) => status === 'running');
    const second = await begin('scan', { directoryType: 'busy', batchSize: 10 });
    const same = await begin('scan', { directoryType: 'busy' });
    expect(same).toBe(first);
    await core.until(second, ({ waitingReason }) => waitingReason === 'limit_busy');
    goOn();
    for (const id of [first, second]) await core.until(id, isOver);
  });
});
