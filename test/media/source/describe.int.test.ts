import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { MediaSource, VideoStream } from '../../../src/domain/media/source.js';
import { createDescribeSource } from '../../../src/media/source/describe.js';
import {
  cutShort,
  HDR10,
  joinedTwice,
  makeVideo,
  turned,
  VARYING,
  withCover,
} from '../../support/video-fixtures.js';

const ask = createDescribeSource({ ffprobePath: 'ffprobe' });
const look = (file: string): Promise<MediaSource> => ask(file, AbortSignal.timeout(60_000));
let folder: string;
let plain: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longplay source-'));
  plain = await makeVideo(folder, 'plain.mkv', { subtitle: 'Hello' });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function picture(file: string): Promise<VideoStream> {
  const { video } = await look(file);
  if (video === null) throw new Error('expected a picture that plays');
  return video;
}

describe('what a video file is', () => {
  it('is told with every stream', async () => {
    const source = await look(plain);
    expect(source).toMatchObject({ startSeconds: 0, chapters: 0, fastStart: null, others: [] });
    expect(source.container).toContain('matroska');
    expect(source.video).toMatchObject({
      codec: 'h264',
      width: 320,
      height: 180,
      pixelAspect: { num: 1, den: 1 },
      rotation: 0,
      bitDepth: 8,
      chroma: '4:2:0',
      frameRate: { num: 30_000, den: 1_001 },
      dynamicRange: 'sdr',
    });
    expect(source.audio).toMatchObject([{ codec: 'aac', channels: 1, language: 'eng' }]);
    expect(source.subtitles).toMatchObject([{ codec: 'ass', kind: 'text', language: 'eng' }]);
    expect(source.duration.container).toBeCloseTo(3, 0);
    expect(source.duration.lastVideoPacket).toBeCloseTo(3, 0);
  });

  it('tells a cover from the picture that plays', async () => {
    for (const file of [plain, await makeVideo(folder, 'covered.mp4')]) {
      const source = await look(await withCover(file));
      expect(source.video?.index).toBe(0);
      expect(source.others).toMatchObject([{ kind: 'cover' }]);
    }
  });

  it('knows two sound tracks and their languages', async () => {
    const file = await makeVideo(folder, 'two.mkv', { sound: ['eng', 'deu'] });
    expect((await look(file)).audio.map(({ language }) => language)).toEqual(['eng', 'deu']);
  });

  it('knows that there is no sound', async () => {
    expect((await look(await makeVideo(folder, 'silent.mkv', { sound: [] }))).audio).toEqual([]);
  });

  it('knows which way it is turned, as a player does it', async () => {
    const source = await makeVideo(folder, 'upright.mp4');
    expect(await picture(await turned(source))).toMatchObject({ width: 320, height: 180, rotation: 270 });
  });

  it('knows pixels that are no squares, and odd sizes', async () => {
    const wide = await makeVideo(folder, 'wide.mkv', { size: '720x576', filter: 'setsar=16/11' });
    expect((await picture(wide)).pixelAspect).toEqual({ num: 16, den: 11 });
    const options = ['-c:v', 'ffv1', '-c:a', 'flac'];
    const odd = await makeVideo(folder, 'odd.mkv', { filter: 'scale=641:361,format=yuv444p', options });
    expect(await picture(odd)).toMatchObject({ width: 641, height: 361 });
  });

  it('knows HDR10 and 10-bit 4:2:2', async () => {
    const hdr = await picture(await makeVideo(folder, 'hdr.mkv', { options: HDR10 }));
    expect(hdr).toMatchObject({ dynamicRange: 'pq', bitDepth: 10, chroma: '4:2:0' });
    expect(hdr.color).toEqual({ range: 'tv', primaries: 'bt2020', transfer: 'smpte2084', space: 'bt2020nc' });
    const options = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv422p10le', '-c:a', 'aac'];
    expect(await picture(await makeVideo(folder, 'ten.mkv', { options }))).toMatchObject({
      bitDepth: 10,
      chroma: '4:2:2',
    });
  });

  it('knows a rate that varies', async () => {
    const options = ['-fps_mode', 'vfr', '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac'];
    const { frameRate, meanFrameRate } = await picture(
      await makeVideo(folder, 'varying.mp4', { ...VARYING, seconds: 6, options }),
    );
    expect(frameRate.num / frameRate.den).toBeCloseTo(30, 5);
    expect(meanFrameRate.num / meanFrameRate.den).toBeLessThan(20);
  });

  it('knows whether the index of an MP4 stands in front', async () => {
    const options = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
    const front = await makeVideo(folder, 'front.mp4', { options: [...options, '-movflags', '+faststart'] });
    expect((await look(front)).fastStart).toBe(true);
    expect((await look(await makeVideo(folder, 'back.mp4', { options }))).fastStart).toBe(false);
  });
});

describe('where a video file really ends', () => {
  it('is told by its last packets, not by its header (A1)', async () => {
    const options = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', '-movflags', '+faststart'];
    for (const name of ['long.mkv', 'long.mp4']) {
      const long = await makeVideo(folder, name, { seconds: 10, options });
      const { duration } = await look(await cutShort(long, 0.6));
      expect(duration.container).toBeCloseTo(10, 0);
      expect(duration.lastPacket).toBeLessThan(7.5);
      expect(duration.lastPacket).toBeGreaterThan(4);
    }
  });

  it('is counted where times begin anew in the middle (no. 13)', async () => {
    const { duration } = await look(await joinedTwice(await makeVideo(folder, 'half.ts')));
    expect(duration.container).toBeLessThan(4);
    expect(duration.lastVideoPacket).toBeCloseTo(6, 0);
  });

  it('is counted in a stream without any times', async () => {
    const { duration } = await look(await makeVideo(folder, 'raw.h264', { sound: [] }));
    expect(duration.container).toBeNull();
    expect(duration.lastVideoPacket).toBeGreaterThan(2.5);
  });
});

describe('what is no video file', () => {
  it.each([
    ['an empty file', ''],
    ['a page', '<html><body>Not found</body></html>'],
    ['a playlist (no. 48)', '#EXTM3U\n#EXTINF:3,\nplain.mkv\n#EXT-X-ENDLIST\n'],
  ])('is refused: %s', async (_name, text) => {
    const file = path.join(folder, 'pretended.mp4');
    await writeFile(file, text);
    await expect(look(file)).rejects.toMatchObject({ kind: 'release_fault' });
  });

  it('is refused without its index (no. 12)', async () => {
    const back = await makeVideo(folder, 'headless.mp4', { seconds: 5 });
    await expect(look(await cutShort(back, 0.9))).rejects.toMatchObject({ kind: 'release_fault' });
  });

  it('is told apart from a file that is not there', async () => {
    await expect(look(path.join(folder, 'nowhere.mp4'))).rejects.toMatchObject({ kind: 'gone' });
  });
});
