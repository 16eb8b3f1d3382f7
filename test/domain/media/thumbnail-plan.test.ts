import { describe, expect, it } from '@jest/globals';

import { isBetter, judgePicture, type PictureFigures } from '../../../src/domain/media/judge-picture.js';
import type { MediaSource, VideoStream } from '../../../src/domain/media/source.js';
import { momentsOf, planThumbnail, type ThumbnailWish } from '../../../src/domain/media/thumbnail-plan.js';

const VIDEO = {
  ...{ index: 0, codec: 'h264', width: 1_920, height: 1_080, rotation: 0, pixelFormat: 'yuv420p' },
  ...{ pixelAspect: { num: 1, den: 1 }, dynamicRange: 'sdr', startSeconds: 0 },
  color: { range: 'tv', primaries: 'bt709', transfer: 'bt709', space: 'bt709' },
} as VideoStream;

function source(seconds: number | null, own: Partial<MediaSource> = {}): MediaSource {
  return {
    ...{ container: 'matroska,webm', sizeBytes: 1, startSeconds: 0, bitRate: null, video: VIDEO },
    ...{ audio: [], subtitles: [], others: [], chapters: 0, fastStart: null },
    duration: { container: seconds, video: seconds, lastVideoPacket: seconds, lastPacket: seconds },
    ...own,
  };
}

const WISH: ThumbnailWish = { width: 640, poster: false, sprite: false };
const COVER = { index: 3, kind: 'cover', codec: 'png' } as const;

describe('the moments that are tried', () => {
  it.each<[string, number | null, number | undefined, number[]]>([
    ['begin at a quarter', 100, undefined, [25, 35, 45, 55, 65, 75]],
    ['begin where it was asked', 100, 10, [10, 20, 30, 40, 50, 60]],
    ['go on at the beginning', 100, 80, [80, 90, 0.5, 10.5, 20.5, 30.5]],
    ['begin half a second before the end at the latest', 100, 500, [99.5, 10, 20, 30, 40, 50]],
    ['are one in a short film', 0.9, 0.5, [0]],
    ['are one where nobody knows the length', null, undefined, [0]],
  ])('%s', (_what, length, asked, moments) => {
    const expected = moments.map((time) => expect.closeTo(time, 2));
    expect(momentsOf(length, asked).slice(0, asked === 500 ? 1 : 6)).toEqual(
      expected.slice(0, asked === 500 ? 1 : 6),
    );
  });

  it('lie all within the film, whatever its length', () => {
    for (const length of [1, 1.01, 2, 3.3, 59, 7_200])
      for (const asked of [undefined, 0, 1, length - 0.5, length, 1e6])
        for (const moment of momentsOf(length, asked)) {
          expect(moment).toBeGreaterThanOrEqual(0);
          expect(moment).toBeLessThanOrEqual(length - 0.5);
        }
  });
});

describe('planThumbnail', () => {
  it('goes on to the first picture and to the cover', () => {
    const { places } = planThumbnail(source(100, { others: [COVER] }), WISH);
    expect(places).toHaveLength(8);
    expect(places.slice(-2)).toEqual([{ kind: 'first' }, { kind: 'cover', index: 3 }]);
  });

  it('has the cover alone for sound, and for colours that cannot be shown', () => {
    const dolby5 = { ...VIDEO, dynamicRange: 'dolby5' } as const;
    for (const video of [null, dolby5]) {
      const plan = planThumbnail(source(100, { video, others: [COVER] }), { ...WISH, sprite: true });
      expect(plan).toMatchObject({ places: [{ kind: 'cover' }], still: null, sprite: null });
      expect(plan.notes).toHaveLength(1);
      expect(() => planThumbnail(source(100, { video }), WISH)).toThrow(/Expected|Dolby/);
    }
  });

  it.each<[string, Partial<VideoStream>, number, { width: number; height: number }]>([
    ['is of the asked width', {}, 640, { width: 640, height: 360 }],
    ['is never larger', {}, 3_840, { width: 1_920, height: 1_080 }],
    ['is upright', { rotation: 90 }, 640, { width: 640, height: 1_138 }],
    [
      'has square pixels',
      { width: 720, height: 576, pixelAspect: { num: 16, den: 11 } },
      640,
      { width: 640, height: 352 },
    ],
    ['has a height of two lines at least', { width: 4_000, height: 20 }, 16, { width: 16, height: 2 }],
  ])('%s', (_what, own, width, size) => {
    const plan = planThumbnail(source(100, { video: { ...VIDEO, ...own } }), { ...WISH, width });
    expect(plan.still?.size).toEqual(size);
  });

  it('looks at fewer pictures where each costs more, and gives HDR twice the time', () => {
    const among = (own: Partial<VideoStream>, width = 640) => {
      const plan = planThumbnail(source(100, { video: { ...VIDEO, ...own } }), { ...WISH, width });
      return { among: plan.still?.among, limitMs: plan.limitMs };
    };
    expect(among({})).toEqual({ among: 100, limitMs: 10_000 });
    expect(among({ width: 3_840, height: 2_160 }).among).toBe(25);
    expect(among({ dynamicRange: 'pq' })).toEqual({ among: 100, limitMs: 20_000 });
    expect(among({ width: 7_680, height: 4_320, dynamicRange: 'hlg' }, 3_840).among).toBe(2);
  });

  it('decodes keyframes alone for the sprite of a film, and never of a stream', () => {
    const sprite = (seconds: number, container?: string) =>
      planThumbnail(source(seconds, container === undefined ? {} : { container }), { ...WISH, sprite: true })
        .sprite;
    expect(sprite(120)).toMatchObject({ keyframesOnly: true, everySeconds: 10 });
    expect(sprite(120, 'mpegts')?.keyframesOnly).toBe(false);
    expect(sprite(30)?.keyframesOnly).toBe(false);
  });
});

describe('judgePicture', () => {
  const SHARP: PictureFigures = { luma: 128, low: 29, high: 226, entropy: 0.48, blur: 5.3 };

  it.each<[string, Partial<PictureFigures>, string]>([
    ['a test picture', {}, 'good'],
    ['one whose blur cannot be told (no. 40)', { blur: null, entropy: null }, 'good'],
    ['a blurred one', { blur: 27 }, 'blurred'],
    ['black', { luma: 0, low: 0, high: 0, entropy: 0, blur: null }, 'black'],
    ['a spot on black', { luma: 0.2, low: 0, high: 0, entropy: 0.002, blur: 6.7 }, 'black'],
    ['one colour', { luma: 76, low: 76, high: 76, entropy: 0, blur: null }, 'flat'],
    ['noise on grey', { luma: 128, low: 128, high: 128, entropy: 0.036 }, 'flat'],
    ['a face in the night', { luma: 14, low: 2, high: 60, entropy: 0.4 }, 'good'],
  ])('calls %s so', (_what, own, verdict) => {
    expect(judgePicture({ ...SHARP, ...own })).toBe(verdict);
  });

  it('prefers what shows more', () => {
    expect(isBetter('flat', 'black')).toBe(true);
    expect(isBetter('black', 'black')).toBe(false);
  });
});
