import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { planPlayback, type PlaybackPlan } from '../../src/domain/media/playback-plan.js';
import type { PlaybackWish } from '../../src/domain/media/playback-wish.js';
import { segmentGrid, type SegmentCheckpoint, type SegmentGrid } from '../../src/domain/media/segments.js';
import type { MediaSource } from '../../src/domain/media/source.js';
import { wholeOptions } from '../../src/media/plan/playback-options.js';
import { pictureOptions } from '../../src/media/plan/picture-options.js';
import { encodeSegments } from '../../src/media/segments/encode-segments.js';
import { joinRun, segmentList, soundRun } from '../../src/media/segments/join.js';
import type { FfmpegRun } from '../../src/media/ffmpeg/run.js';
import { createMediaTools, type MediaTools } from '../../src/media/tools.js';
import { verifyPlayback } from '../../src/media/verify/verify-playback.js';
import { HOSTILE_NAMES } from '../support/hostile-names.js';
import { ffmpegs } from '../support/installed.js';
import { ffmpeg, HDR10, makeVideo, turned, VARYING, withCover } from '../support/video-fixtures.js';

const WISH: PlaybackWish = {
  targetBitrate: 'auto',
  preset: 'ultrafast',
  crf: 28,
  maxHeight: 1_080,
  maxFps: 60,
  audioLanguages: [],
  subtitles: 'keep',
  hdr: 'tonemap',
};
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'] as const;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay playback-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const soon = (): AbortSignal => AbortSignal.timeout(60_000);

describe.each(ffmpegs())('a playback file, made with FFmpeg %s (no. 41, A6)', (version, ffmpegPath) => {
  let tools: MediaTools;

  beforeAll(() => {
    const programFolder = path.join(folder, `bin-${version}`);
    tools = createMediaTools({ ffmpegPath, ffprobePath: 'ffprobe', programFolder });
  });

  async function encode(
    file: string,
    wish: Partial<PlaybackWish> = {},
  ): Promise<{ plan: PlaybackPlan; made: MediaSource }> {
    const signal = soon();
    const plan = planPlayback(await tools.describe(file, signal), { ...WISH, ...wish }, file);
    const output = path.join(folder, `made-${version}.mp4`);
    const { errors } = await tools.run({
      inputs: [{ path: file }],
      output,
      options: wholeOptions(plan).output,
      signal,
    });
    return { plan, made: await verifyPlayback(tools, { plan, file: output, errors, signal }) };
  }

  it('is looked into at three places, and told to have failed once all three looks are over (V7)', async () => {
    const file = await makeVideo(folder, 'looked-at.mkv', { options: [...X264, '-c:a', 'aac'], seconds: 10 });
    const { plan } = await encode(file);
    const published = { plan, file: path.join(folder, `made-${version}.mp4`), errors: 0, signal: soon() };
    const looks: string[] = [];
    const withRun = (run: MediaTools['run']): MediaTools => ({ ...tools, run });
    const placeOf = ({ inputs: [input] }: FfmpegRun): string =>
      (input !== undefined && 'path' in input ? input.options?.[1] : undefined) ?? '';
    const blindInTheMiddle = withRun(async (run) => {
      const done = await tools.run(run);
      return placeOf(run).startsWith('5.') ? { ...done, frames: 0 } : done;
    });
    await expect(verifyPlayback(blindInTheMiddle, published)).rejects.toThrow(
      /not as planned: no picture decodes at 5\.0 s$/,
    );
    const lostAtFirst = withRun(async (run) => {
      if (placeOf(run).startsWith('0.')) throw new Error('worker lost');
      const done = await tools.run(run);
      looks.push(placeOf(run).slice(0, 1));
      return done;
    });
    await expect(verifyPlayback(lostAtFirst, published)).rejects.toThrow('worker lost');
    expect(looks.sort()).toEqual(['5', '9']);
  });

  it('keeps picture and sound of what needs only another container', async () => {
    const options = [...X264, '-c:a', 'aac'];
    const { plan, made } = await encode(await makeVideo(folder, 'remux.mkv', { options, subtitle: 'Hello' }));
    expect(plan.decision.action).toBe('remux');
    expect(made).toMatchObject({ fastStart: true, subtitles: [{ codec: 'mov_text', language: 'eng' }] });
  });

  it('has each picture once where the sound begins before them', async () => {
    const options = ['-c:v', 'mpeg4', '-q:v', '3', '-c:a', 'aac'];
    const film = await makeVideo(folder, 'late.mkv', { rate: '25', seconds: 4, options });
    const source = await tools.describe(film, soon());
    expect(source.video?.startSeconds).toBeGreaterThan(0.02);
    expect((await encode(film)).made.video).toMatchObject({ frames: 100 });
  });

  it('makes AAC of sound alone', async () => {
    const { plan, made } = await encode(
      await makeVideo(folder, 'flac.mkv', { options: [...X264, '-c:a', 'flac'], sound: ['eng', 'deu'] }),
    );
    expect(plan.decision.action).toBe('audio');
    expect(made.audio).toMatchObject([
      { codec: 'aac', channels: 2, language: 'eng', isDefault: true },
      { codec: 'aac', channels: 2, language: 'deu' },
    ]);
  });

  it.each([
    [
      'odd sizes (no. 17)',
      'odd.mkv',
      { filter: 'scale=641:361,setsar=1,format=yuv444p', options: ['-c:v', 'ffv1', '-c:a', 'flac'] },
    ],
    [
      '10-bit 4:2:2 (no. 18, D9)',
      'ten.mkv',
      { options: ['-c:v', 'libx264', '-pix_fmt', 'yuv422p10le', '-c:a', 'aac'] },
    ],
    ['HDR10 (no. 15, 47)', 'hdr.mkv', { options: HDR10 }],
    [
      'pixels that are no squares',
      'wide.mkv',
      { size: '720x576', filter: 'setsar=16/11', options: ['-c:v', 'mpeg4', '-c:a', 'aac'] },
    ],
    ['no sound', 'silent.mkv', { sound: [], options: ['-c:v', 'mpeg4'] }],
    ['too many lines', 'tall.mkv', { size: '2560x1440', seconds: 1, options: [...X264, '-c:a', 'aac'] }],
    ['too many pictures a second', 'fast.mkv', { rate: '120000/1001', options: [...X264, '-c:a', 'aac'] }],
    [
      'a full range of colours',
      'full.mkv',
      { options: ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-c:a', 'aac'] },
    ],
    ['AVI', 'old.avi', { options: ['-c:v', 'mpeg4', '-c:a', 'libmp3lame'] }],
    ['MPEG-TS', 'stream.ts', { options: ['-c:v', 'mpeg2video', '-c:a', 'aac'] }],
  ])('is what a browser shows, of %s', async (_name, name, video) => {
    const { plan, made } = await encode(await makeVideo(folder, name, video));
    expect(['video', 'both']).toContain(plan.decision.action);
    expect(made.video).toMatchObject({ codec: 'h264', pixelFormat: 'yuv420p' });
  });

  it('stands upright where the source was turned by a tag (no. 19)', async () => {
    const source = await makeVideo(folder, 'phone.mp4', { options: [...X264, '-c:a', 'aac'] });
    const { made } = await encode(await turned(source), { maxHeight: 144 });
    expect(made.video).toMatchObject({ width: 144, height: 256, rotation: 0 });
  });

  it('keeps every picture of a rate that varies, at its time (no. 14)', async () => {
    const file = await makeVideo(folder, 'varying.mp4', {
      ...{ ...VARYING, seconds: 6 },
      options: ['-fps_mode', 'vfr', '-c:v', 'mpeg4', '-c:a', 'aac'],
    });
    const source = await tools.describe(file, soon());
    const { made } = await encode(file);
    expect(made.video?.frames).toBe(source.video?.frames);
  });

  it('has no cover, and says so', async () => {
    const file = await withCover(
      await makeVideo(folder, 'covered.mp4', { options: ['-c:v', 'mpeg4', '-c:a', 'aac'] }),
    );
    const { plan, made } = await encode(file);
    expect(plan.dropped).toMatchObject([{ what: 'cover (png)' }]);
    expect(made.others).toEqual([]);
  });

  it.each(HOSTILE_NAMES)('is made of a file with the name %j (no. 39)', async (name) => {
    const file = await makeVideo(folder, 'plain.mp4', {
      seconds: 1,
      options: ['-c:v', 'mpeg4', '-c:a', 'aac'],
    });
    const hostile = path.join(folder, name);
    await rename(file, hostile);
    await expect(encode(hostile)).resolves.toBeDefined();
  });

  describe('in segments', () => {
    interface Pieces {
      file: string;
      plan: PlaybackPlan;
      source: MediaSource;
      grid: SegmentGrid;
      work: string;
    }

    async function cut(name: string, video: Parameters<typeof makeVideo>[2]): Promise<Pieces> {
      const file = await makeVideo(folder, name, video);
      const source = await tools.describe(file, soon());
      const plan = planPlayback(source, WISH, file);
      const grid = segmentGrid(source, plan, { leastSeconds: 1 });
      if (grid === undefined) throw new Error('expected it to be cut');
      const work = await mkdtemp(path.join(folder, 'work-'));
      await mkdir(path.join(work, 'segments'));
      return { file, plan, source, grid, work };
    }

    /** Encodes from a checkpoint on, until all is done or `stopAfter` more segments are. */
    async function go(
      pieces: Pieces,
      from: SegmentCheckpoint,
      stopAfter = Infinity,
    ): Promise<SegmentCheckpoint> {
      const { plan, source, grid, work } = pieces;
      if (plan.video.kind === 'copy' || plan.video.rate === null || source.video === null)
        throw new Error('copied');
      let at = from;
      const encoding = encodeSegments({
        ...{
          run: tools.run,
          source: pieces.file,
          index: plan.video.index,
          sourceRate: source.video.frameRate,
        },
        ...{
          plan: { ...plan.video, rate: plan.video.rate },
          picture: pictureOptions(plan.video, { encoder: 'software' }),
          grid,
          from,
        },
        ...{ folder: path.join(work, 'segments'), workFolder: path.join(work, `attempt-${from.finished}`) },
        signal: soon(),
        keep: rename,
        onSegment: (checkpoint) => {
          at = checkpoint;
          return at.finished - from.finished < stopAfter
            ? Promise.resolve()
            : Promise.reject(new Error('worker lost'));
        },
        onProgress: () => undefined,
      });
      if (stopAfter === Infinity) await encoding;
      else await expect(encoding).rejects.toThrow('worker lost');
      return at;
    }

    async function join({ file, plan, grid, work }: Pieces, done: SegmentCheckpoint): Promise<MediaSource> {
      const signal = soon();
      const list = path.join(work, 'segments', 'list.txt');
      await writeFile(list, segmentList(grid, done));
      const sound = plan.audio.length === 0 ? undefined : path.join(work, 'sound.mp4');
      if (sound !== undefined)
        await tools.run({ ...soundRun(plan, { source: file, output: sound }), signal });
      const output = path.join(work, 'joined.mp4');
      const { errors } = await tools.run({
        ...joinRun(plan, grid, { list, sound, source: file }),
        output,
        signal,
      });
      return verifyPlayback(tools, { plan, frames: done.frames, file: output, errors, signal });
    }

    const begin: SegmentCheckpoint = { key: 'k', finished: 0, frames: 0, isWhole: false };
    const slow = { options: ['-c:v', 'mpeg4', '-bf', '2', '-c:a', 'aac'], seconds: 22 } as const;

    it.each([
      ['29.97', '30000/1001', 660],
      ['23.976', '24000/1001', 528],
      ['25', '25', 550],
      ['50', '50', 1_100],
    ])(
      'has every picture once, at %s a second, however often it was stopped',
      async (_name, rate, frames) => {
        const pieces = await cut('cut.mkv', { ...slow, rate });
        const first = await go(pieces, begin, 1);
        expect(first).toMatchObject({ isWhole: false, finished: 1 });
        const second = await go(pieces, first, 2);
        expect(second).toMatchObject({ isWhole: false, finished: 3 });
        const done = await go(pieces, second);
        expect(done).toMatchObject({ isWhole: true, finished: 6 });
        expect(Math.abs(done.frames - frames)).toBeLessThanOrEqual(1);
        const made = await join(pieces, done);
        expect(made.video?.frames).toBe(done.frames);
        expect(made.video?.startSeconds).toBeCloseTo(pieces.source.video?.startSeconds ?? 0, 2);
      },
    );

    it('is the same picture by picture as one that was never stopped', async () => {
      const pieces = await cut('same.mkv', { ...slow, seconds: 14, sound: [], subtitle: 'Hello' });
      const whole = await join(pieces, await go(pieces, begin));
      const again = { ...pieces, work: await mkdtemp(path.join(folder, 'work-')) };
      await mkdir(path.join(again.work, 'segments'));
      const done = await go(again, await go(again, begin, 2));
      const resumed = await join(again, done);
      expect(resumed.video?.frames).toBe(whole.video?.frames);
      expect(
        await leastLikeness(path.join(pieces.work, 'joined.mp4'), path.join(again.work, 'joined.mp4')),
      ).toBeGreaterThan(0.95);
    });
  });

  /** The least likeness (SSIM) of two pictures that stand at the same place; one picture off is far below. */
  async function leastLikeness(one: string, other: string): Promise<number> {
    const stats = `${other}.ssim`;
    const graph = `[0:v]setpts=N/TB/25[a];[1:v]setpts=N/TB/25[b];[a][b]ssim=stats_file='${stats}'`;
    await ffmpeg(
      ['-i', `file:${one}`, '-i', `file:${other}`, '-lavfi', graph, '-f', 'null', '-'],
      ffmpegPath,
    );
    return Math.min(
      ...[...(await readFile(stats, 'utf8')).matchAll(/All:([\d.]+)/g)].map(([, all]) => Number(all)),
    );
  }
});
