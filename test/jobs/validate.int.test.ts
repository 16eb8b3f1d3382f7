import { copyFile, mkdir, rename, utimes } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import type { JobView } from '../../src/jobs/view.js';
import { makeWish } from '../../src/jobs/wish.js';
import { runCli } from '../cli/run-cli.js';
import { startTestApi, type TestApi } from '../support/api.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { findProcesses } from '../support/processes.js';
import { cutShort, makeVideo } from '../support/video-fixtures.js';

let core: TestCore;
let api: TestApi;
let folder: string;

beforeAll(async () => {
  core = await startTestCore();
  folder = path.join(core.parts.roots.folderOf('library'), 'videos');
  await mkdir(folder);
  const options = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
  await cutShort(await makeVideo(folder, 'film.mkv', { seconds: 10, options }), 0.6);
  for (const name of ['film.mkv', 'short-film.mkv']) await age(name, 1_600_000_000);
  api = await startTestApi({ parts: core.parts });
  await scan();
});

afterAll(async () => {
  await api.stop();
  await core.stop();
});

const age = (name: string, seconds: number): Promise<void> =>
  utimes(path.join(folder, name), seconds, seconds);

async function begin(type: string, params: object): Promise<string> {
  return (await createJob(core.parts, { type, params, createdBy: 'test' })).job.id;
}

const isOver = ({ status }: JobView): boolean => ['completed', 'failed', 'cancelled'].includes(status);

async function scan(more: object = {}): Promise<void> {
  const id = await begin('scan', { directoryType: 'videos', ...more });
  expect(await core.until(id, isOver)).toMatchObject({ status: 'completed' });
}

async function idOf(name: string): Promise<string> {
  const sql = 'select id from videos where path = $1';
  const { rows } = await core.parts.db.query<{ id: string }>(sql, [`videos/${name}`]);
  return rows[0]?.id ?? `no row of ${name}`;
}

const run = (...argv: string[]) =>
  runCli(['media', ...argv], { url: api.url, environment: { LONGPLAY_TOKEN: api.tokens.viewer } });

describe('a validation job', () => {
  it('of a bad file is completed, and its verdict is told everywhere', async () => {
    const videoId = await idOf('short-film.mkv');
    const id = await begin('validate', { videoId, level: 'packets' });
    expect(await core.until(id, isOver)).toMatchObject({
      ...{ status: 'completed', progress: 1, subject: { type: 'video', id: videoId } },
      result: { verdict: 'invalid', level: 'packets', path: 'library:videos/short-film.mkv' },
    });
    const { body } = await api.send('GET', `/api/media/${videoId}`);
    expect(body).toMatchObject({
      ...{ valid: false, verdict: 'invalid', validatedLevel: 'packets', validatedBy: id },
      findings: [{ code: 'cut_short', severity: 'error', evidence: { expectedSeconds: expect.any(Number) } }],
    });
    const shown = (await run('show', videoId)).stdout;
    expect(shown).toContain('invalid (packets, ');
    expect(shown).toMatch(/Found \(error\) +It ends at .* Fetch the file again/);
    expect((await run('list', '--invalid')).stdout).toContain('short-film.mkv');
    expect((await run('list', '--verdict', 'valid')).stdout).toBe('There are no such videos.\n');
    expect((await run('list', '--verdict', 'none')).stdout).toContain('film.mkv');
  });

  it('stays true over a scan of the same file, and is void once the file changes', async () => {
    const videoId = await idOf('short-film.mkv');
    await scan({ skipExisting: false });
    const { body: same } = await api.send('GET', `/api/media/${videoId}`);
    expect(same).toMatchObject({ valid: false, verdict: 'invalid', findings: [{ code: 'cut_short' }] });
    await copyFile(path.join(folder, 'film.mkv'), path.join(folder, 'short-film.mkv'));
    await age('short-film.mkv', 1_600_000_100);
    await scan();
    const { body: changed } = await api.send('GET', `/api/media/${videoId}`);
    expect(changed).toMatchObject({ valid: true, verdict: 'outdated', findings: [] });
    expect((await run('show', videoId)).stdout).toContain('not since it changed');
    expect((await run('list', '--verdict', 'outdated')).stdout).toContain('short-film.mkv');
    const id = await begin('validate', { videoId, level: 'thorough' });
    expect(await core.until(id, isOver)).toMatchObject({ result: { verdict: 'valid', findings: [] } });
  });

  it('is cancelled in the middle of a decode, and leaves no process and no verdict (A2)', async () => {
    const videoId = await idOf('film.mkv');
    const { media } = core.parts;
    const { run: real } = media;
    let began = (): void => undefined;
    const begun = new Promise<void>((resolve) => (began = resolve));
    media.run = (asked) =>
      real({
        ...asked,
        inputs: asked.inputs.map((input) => ('path' in input ? { ...input, options: ['-re'] } : input)),
        onProgress: (at) => {
          asked.onProgress?.(at);
          began();
        },
      });
    try {
      const id = await begin('validate', { videoId, level: 'thorough' });
      await begun;
      await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
      expect(await core.until(id, isOver)).toMatchObject({ status: 'cancelled' });
    } finally {
      media.run = real;
    }
    expect(await findProcesses(path.join(folder, 'film.mkv'))).toEqual([]);
    const { body } = await api.send('GET', `/api/media/${videoId}`);
    expect(body).toMatchObject({ verdict: null, findings: [] });
  });

  it('waits while its disk is away, and goes on once it is back', async () => {
    const root = core.parts.roots.folderOf('library');
    await rename(root, `${root}-away`);
    const videoId = await idOf('film.mkv');
    const id = await begin('validate', { videoId });
    try {
      await core.until(id, ({ waitingReason }) => waitingReason === 'mount_gone');
    } finally {
      await rename(`${root}-away`, root);
    }
    await makeWish(core.parts, { jobId: id, kind: 'retryNow', madeBy: 'test' });
    expect(await core.until(id, isOver)).toMatchObject({ status: 'completed', result: { level: 'quick' } });
  });

  it('fails at once for what no repetition helps', async () => {
    const unknown = await begin('validate', { videoId: '00000000-0000-4000-8000-000000000000' });
    expect(await core.until(unknown, isOver)).toMatchObject({
      status: 'failed',
      error: { kind: 'bad_input' },
    });
    await rename(path.join(folder, 'film.mkv'), path.join(folder, 'elsewhere.mkv'));
    const gone = await begin('validate', { videoId: await idOf('film.mkv') });
    expect(await core.until(gone, isOver)).toMatchObject({ status: 'failed', error: { kind: 'gone' } });
  });

  it.each([
    [{}, /videoId/],
    [{ videoId: 'x' }, /videoId/],
    [{ videoId: '00000000-0000-4000-8000-000000000000', level: 'deep' }, /level/],
    [{ videoId: '00000000-0000-4000-8000-000000000000', force: true }, /force/],
  ])('is refused with %j', async (params, said) => {
    await expect(begin('validate', params)).rejects.toThrow(said);
  });
});
