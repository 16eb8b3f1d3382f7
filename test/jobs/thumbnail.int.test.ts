import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import { makeWish } from '../../src/jobs/wish.js';
import type { JobView } from '../../src/jobs/view.js';
import type { RunFfmpeg } from '../../src/media/ffmpeg/run.js';
import { addVideo } from '../activities/media/picture-house.js';
import { startTestApi, type TestApi } from '../support/api.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { makeVideo } from '../support/video-fixtures.js';

let core: TestCore;
let api: TestApi;
let videoId: string;
/** What FFmpeg does instead of its work; undefined: its work. */
let instead: RunFfmpeg | undefined;

beforeAll(async () => {
  core = await startTestCore();
  const { media, db } = core.parts;
  const { run } = media;
  media.run = (asked) => (instead ?? run)(asked);
  const folder = path.join(core.parts.roots.folderOf('library'), 'videos');
  await mkdir(folder);
  await makeVideo(folder, 'film.mp4');
  videoId = await addVideo(db, 'videos/film.mp4');
  api = await startTestApi({ parts: core.parts });
});

afterAll(async () => {
  await api.stop();
  await core.stop();
});

async function begin(params: object): Promise<string> {
  return (await createJob(core.parts, { type: 'thumbnail_generate', params, createdBy: 'test' })).job.id;
}

const isOver = ({ status }: JobView): boolean => ['completed', 'failed', 'cancelled'].includes(status);

function ask(etag?: string, picture = 'thumbnail'): Promise<Response> {
  return fetch(`${api.url}/api/media/${videoId}/${picture}`, {
    headers: {
      authorization: `Bearer ${api.tokens.viewer}`,
      // As browsers ask; fetch alone would forbid an answer from memory.
      ...(etag === undefined ? {} : { 'if-none-match': etag, 'cache-control': 'max-age=0' }),
    },
  });
}

describe('a thumbnail job', () => {
  it('is told how to be made where there is none', async () => {
    const answer = await ask();
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      kind: 'gone',
      remedy: expect.stringContaining('thumbnail_generate'),
    });
  });

  it('leaves no file when it is cancelled in the middle', async () => {
    let began = (): void => undefined;
    const begun = new Promise<void>((resolve) => (began = resolve));
    instead = async ({ output, signal }) => {
      await writeFile(output, 'half a picture');
      began();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    };
    const id = await begin({ videoId });
    await begun;
    await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
    expect(await core.until(id, isOver)).toMatchObject({ status: 'cancelled' });
    expect(await readdir(core.parts.roots.folderOf('thumbnails'))).toEqual([]);
    instead = undefined;
  });

  it('makes a picture that the API serves, and serves again only when it is another', async () => {
    const id = await begin({ videoId });
    expect(await core.until(id, isOver)).toMatchObject({
      ...{ status: 'completed', subject: { type: 'video', id: videoId }, progress: 1 },
      result: { path: `thumbnails:${videoId}.jpg`, width: 320, height: 180, verdict: 'good', tries: 1 },
    });
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.subarray(0, 2).toString('hex')).toBe('ffd8');
    const etag = answer.headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    expect((await ask(etag)).status).toBe(304);
    const { body } = await api.send('GET', `/api/media/${videoId}`);
    expect(body).toMatchObject({ thumbnailPath: `thumbnails:${videoId}.jpg`, valid: true });
  });

  it.each(['poster', 'sprite'])('serves no %s before one is made, and says how', async (picture) => {
    const answer = await ask(undefined, picture);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({
      ...{ kind: 'gone', detail: expect.stringContaining(`no ${picture}`) },
      remedy: expect.stringContaining(`"${picture}": true`),
    });
  });

  it('serves poster and sprite once they are made, and forgets them with the content', async () => {
    const id = await begin({ videoId, poster: true, sprite: true });
    expect(await core.until(id, isOver)).toMatchObject({
      status: 'completed',
      result: { remembered: false },
    });
    const { roots, db } = core.parts;
    for (const picture of ['poster', 'sprite']) {
      const answer = await ask(undefined, picture);
      expect({ picture, status: answer.status }).toEqual({ picture, status: 200 });
      expect(answer.headers.get('content-type')).toBe('image/jpeg');
      expect(answer.headers.get('last-modified')).not.toBeNull();
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(bytes).toEqual(await readFile(roots.resolve(`thumbnails:${videoId}-${picture}.jpg`)));
      expect((await ask(answer.headers.get('etag') ?? '', picture)).status).toBe(304);
    }
    const film = roots.resolve('library:videos/film.mp4');
    const [before, elsewhere] = [await readFile(film), path.join(path.dirname(film), 'other')];
    await mkdir(elsewhere);
    await makeVideo(elsewhere, 'film.mp4', { seconds: 2, size: '640x360' });
    await copyFile(path.join(elsewhere, 'film.mp4'), film);
    expect(await core.until(await begin({ videoId }), isOver)).toMatchObject({ result: { width: 640 } });
    expect((await ask(undefined, 'poster')).status).toBe(404);
    await writeFile(film, before);
    const { rows } = await db.query('select poster_path, sprite_path from videos where id = $1', [videoId]);
    expect(rows).toEqual([{ poster_path: null, sprite_path: null }]);
  });

  it('fails at once for what no repetition helps', async () => {
    const unknown = await begin({ videoId: '00000000-0000-4000-8000-000000000000' });
    expect(await core.until(unknown, isOver)).toMatchObject({
      status: 'failed',
      error: { kind: 'bad_input' },
    });
    const away = await begin({ videoId: await addVideo(core.parts.db, 'videos/away.mp4') });
    expect(await core.until(away, isOver)).toMatchObject({ status: 'failed', error: { kind: 'gone' } });
  });

  it.each([
    [{}, /videoId/],
    [{ videoId: 'x' }, /videoId/],
    [{ timestamp: -1 }, /timestamp/],
    [{ width: 15 }, /width/],
    [{ width: 3_841 }, /width/],
    [{ colour: 'red' }, /colour/],
  ])('is refused with %j', async (params, said) => {
    const id = 'videoId' in params || Object.keys(params).length === 0 ? {} : { videoId };
    await expect(begin({ ...id, ...params })).rejects.toThrow(said);
  });
});
