import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { StepContext } from '../../../src/activities/jobs/step.js';
import { steps, type ThumbnailResult } from '../../../src/activities/media/thumbnail-steps.js';
import { Fault } from '../../../src/domain/faults.js';
import type { ThumbnailWish } from '../../../src/domain/media/thumbnail-plan.js';
import { HOSTILE_NAMES } from '../../support/hostile-names.js';
import { ffmpegs } from '../../support/installed.js';
import { cutShort, ffmpeg, HDR10, makeVideo, turned, withCover } from '../../support/video-fixtures.js';
import { stepOf } from '../acquisition/fixture.js';
import { openPictureHouse, type PictureHouse } from './picture-house.js';

let house: PictureHouse;
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];

beforeAll(async () => {
  house = await openPictureHouse();
});

afterAll(() => house.close());

afterEach(async () => {
  expect((await house.pictures()).filter((name) => name.startsWith('.'))).toEqual([]);
});

type Wish = Partial<ThumbnailWish>;

function make(
  program: string,
  videoId: string,
  { wish = {}, step = {} }: { wish?: Wish; step?: Partial<StepContext> } = {},
): Promise<ThumbnailResult> {
  const asked = { videoId, width: 640, poster: false, sprite: false, ...wish };
  return steps.create(house.with(program)).makeThumbnail(asked, stepOf(step));
}

const films = new Map<string, Promise<string>>();

/** Made once for every FFmpeg that is tried on it. */
function film(name: string, made: Parameters<typeof makeVideo>[2] = {}): Promise<string> {
  const known = films.get(name) ?? makeVideo(house.studio, name, made);
  films.set(name, known);
  return known;
}

/** Red, green and blue of a picture's middle. */
async function colorOf(file: string): Promise<number[]> {
  const args = ['-v', 'error', '-i', `file:${file}`, '-vf', 'crop=2:2,format=rgb24', '-f', 'rawvideo', '-'];
  const { stdout } = await promisify(execFile)('ffmpeg', args, { encoding: 'buffer' });
  return [...stdout.subarray(0, 3)];
}

describe.each(ffmpegs())('a thumbnail by FFmpeg %s', (_name, program) => {
  const file = (id: string): string => house.pictureOf(`${id}.jpg`);

  it('is taken at a quarter of the length, with poster and sprite, and kept on the row', async () => {
    const id = await house.take(await film('plain.mp4', { size: '1280x720', seconds: 8 }));
    const made = await make(program, id, { wish: { poster: true, sprite: true } });
    expect(made).toMatchObject({
      ...{ path: `thumbnails:${id}.jpg`, width: 640, height: 360, verdict: 'good', tries: 1 },
      poster: { path: `thumbnails:${id}-poster.jpg`, width: 1_000, height: 562 },
      sprite: { path: `thumbnails:${id}-sprite.jpg`, width: 640, height: 270, columns: 4, rows: 3 },
    });
    expect(made.takenFrom).toMatchObject({ kind: 'moment' });
    expect((await stat(file(id))).size).toBe(made.bytes);
    const { rows } = await house.deps.db.query('select thumbnail_path, valid from videos where id = $1', [
      id,
    ]);
    expect(rows).toEqual([{ thumbnail_path: `thumbnails:${id}.jpg`, valid: true }]);
    // A second run gives the same.
    expect(await make(program, id, { wish: { poster: true, sprite: true } })).toEqual(made);
  });

  it('is never larger than the video, and of any width else', async () => {
    const id = await house.take(await film('small.mkv'));
    expect(await make(program, id)).toMatchObject({ width: 320, height: 180 });
    expect(await make(program, id, { wish: { width: 16 } })).toMatchObject({ width: 16, height: 10 });
    expect(await make(program, id, { wish: { width: 161 } })).toMatchObject({ width: 161 });
  });

  it('is the first picture of a film of less than a second', async () => {
    const id = await house.take(await film('short.mp4', { seconds: 0.4 }));
    const made = await make(program, id, { wish: { timestamp: 5 } });
    expect(made).toMatchObject({ takenFrom: { kind: 'moment', seconds: 0 }, verdict: 'good' });
  });

  it('is taken before the end where somebody asks for a time beyond it (no. 35, D11)', async () => {
    const id = await house.take(await film('beyond.mp4'));
    const { takenFrom } = await make(program, id, { wish: { timestamp: 9_999 } });
    expect(takenFrom).toMatchObject({ kind: 'moment' });
    expect((takenFrom as { seconds: number }).seconds).toBeGreaterThan(2);
  });

  it('steps on from a black beginning', async () => {
    const filter = "drawbox=color=black:t=fill:enable='lt(t,6)'";
    const id = await house.take(await film('dark.mp4', { filter, seconds: 10 }));
    const made = await make(program, id, { wish: { timestamp: 0 } });
    expect(made).toMatchObject({ verdict: 'good' });
    expect(made.tries).toBeGreaterThan(2);
  });

  it('is the cover of a film that shows nothing, and says so where there is none', async () => {
    const black = await film('black.mp4', { filter: 'drawbox=color=black:t=fill', seconds: 4 });
    const covered = await house.take(await withCover(black));
    // The cover is of one colour too: no better than black, yet better.
    expect(await make(program, covered)).toMatchObject({
      ...{ takenFrom: { kind: 'cover' }, width: 64, verdict: 'flat', tries: 8 },
    });
    expect(await make(program, await house.take(black))).toMatchObject({ verdict: 'black', tries: 7 });
  });

  it('is the cover of sound alone; sound without one is refused', async () => {
    const song = path.join(house.studio, 'song.m4a');
    await ffmpeg(['-filter_complex', 'sine=d=2[a]', '-map', '[a]', '-c:a', 'aac', `file:${song}`]);
    const picture = path.join(house.studio, 'cover.png');
    await ffmpeg(['-filter_complex', 'testsrc2=s=300x300:d=1', '-frames:v', '1', '-update', '1', picture]);
    const covered = path.join(house.studio, 'covered.m4a');
    const both = ['-i', song, '-i', picture, '-map', '0', '-map', '1', '-c', 'copy'];
    await ffmpeg([...both, '-disposition:v:0', 'attached_pic', '-f', 'mp4', covered]);
    expect(await make(program, await house.take(covered), { wish: { sprite: true } })).toMatchObject({
      ...{ takenFrom: { kind: 'cover' }, width: 300, sprite: null, verdict: 'good' },
      notes: [expect.stringContaining('no sprite')],
    });
    await expect(make(program, await house.take(song))).rejects.toMatchObject({ kind: 'bad_input' });
  });

  it('is upright, has square pixels, and the colours of the film', async () => {
    const id = await house.take(await turned(await film('turned.mp4')));
    expect(await make(program, id)).toMatchObject({ width: 180, height: 320 });
    const wide = await film('wide.mkv', { size: '720x576', filter: 'setsar=16/11' });
    expect(await make(program, await house.take(wide))).toMatchObject({ width: 640, height: 352 });
    const red = await film('red.mp4', {
      ...{
        size: '1280x720',
        filter: 'drawbox=color=0xC02020:t=fill,scale=out_color_matrix=bt709:out_range=tv',
      },
      options: [...X264, '-colorspace', 'bt709'],
    });
    const redId = await house.take(red);
    await make(program, redId);
    const [r = 0, g = 0, b = 0] = await colorOf(file(redId));
    expect(Math.max(Math.abs(r - 0xc0), Math.abs(g - 0x20), Math.abs(b - 0x20))).toBeLessThan(12);
  });

  it('of HDR10 is neither washed out nor black', async () => {
    const id = await house.take(await film('hdr.mkv', { options: HDR10, size: '640x360' }));
    expect(await make(program, id, { wish: { poster: true, sprite: true } })).toMatchObject({
      ...{ verdict: 'good', width: 640, poster: { width: 640 }, sprite: { width: 640 } },
    });
  });

  it('of MPEG-TS, which begins at no zero, has all of it', async () => {
    const id = await house.take(await film('stream.ts', { seconds: 6, options: [...X264, '-g', '25'] }));
    expect(await make(program, id, { wish: { timestamp: 4, sprite: true } })).toMatchObject({
      ...{ takenFrom: { kind: 'moment', seconds: 4 }, tries: 1, sprite: { height: 270 } },
    });
  });

  it('of a file that was cut short is taken from what is there', async () => {
    const options = [...X264, '-movflags', '+faststart'];
    const whole = await film('cut.mp4', { seconds: 10, options });
    const id = await house.take(await cutShort(whole, 0.6));
    expect(await make(program, id, { wish: { timestamp: 9 } })).toMatchObject({ verdict: 'good' });
  });

  it('has no trouble with names', async () => {
    for (const hostile of HOSTILE_NAMES) {
      const id = await house.take(await film('hostile.mp4', { seconds: 1 }), hostile);
      expect(await make(program, id)).toMatchObject({ path: `thumbnails:${id}.jpg` });
    }
  });

  it('of a keyframe now and then still has twelve small pictures', async () => {
    const id = await house.take(await film('long.mp4', { seconds: 70, rate: '10', size: '160x90' }));
    const { sprite } = await make(program, id, { wish: { sprite: true } });
    expect(sprite).toMatchObject({ width: 640, height: 270 });
    expect(sprite?.everySeconds).toBeCloseTo(70 / 12, 0);
  });
});

describe('a thumbnail that does not come about', () => {
  const program = 'ffmpeg';

  it('leaves no file when it is cancelled, nor when its work belongs to another', async () => {
    const id = await house.take(await film('cancelled.mp4'));
    const reason = new Error('cancelled by a test');
    const cancel = new AbortController();
    const log = (): void => {
      cancel.abort(reason);
    };
    await expect(make(program, id, { step: { signal: cancel.signal, log } })).rejects.toBe(reason);
    const fence = (): Promise<void> => Promise.reject(new Fault('superseded', 'another attempt has it'));
    await expect(make(program, id, { step: { fence } })).rejects.toMatchObject({ kind: 'superseded' });
    expect((await house.pictures()).filter((name) => name.includes(id))).toEqual([]);
  });

  it('tells an unknown video, one that is gone, and what is no video, and no host path', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    await expect(make(program, unknown)).rejects.toMatchObject({ kind: 'bad_input' });
    const id = await house.take(await film('short.mp4', { seconds: 0.4 }));
    await house.deps.db.query(`update videos set path = 'videos/elsewhere.mp4' where id = $1`, [id]);
    await expect(make(program, id)).rejects.toMatchObject({
      ...{
        kind: 'gone',
        message: 'Expected the video library:videos/elsewhere.mp4, it is not there any more',
      },
    });
    const headless = await cutShort(await film('headless.mp4', { seconds: 5 }), 0.9);
    const refused = make(program, await house.take(headless));
    await expect(refused).rejects.toMatchObject({ kind: 'bad_input' });
    await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining('/tmp') });
  });
});
