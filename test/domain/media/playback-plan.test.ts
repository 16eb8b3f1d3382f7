import { describe, expect, it } from '@jest/globals';

import { planPlayback } from '../../../src/domain/media/playback-plan.js';
import type { PlaybackWish } from '../../../src/domain/media/playback-wish.js';
import { segmentGrid } from '../../../src/domain/media/segments.js';
import type {
  AudioStream,
  MediaSource,
  SubtitleStream,
  VideoStream,
} from '../../../src/domain/media/source.js';

const WISH: PlaybackWish = {
  ...{ targetBitrate: 'auto', preset: 'medium', crf: 23, maxHeight: 1_080, maxFps: 60 },
  ...{ audioLanguages: [], subtitles: 'keep', hdr: 'tonemap' },
};

const VIDEO: VideoStream = {
  ...{ index: 0, codec: 'h264', profile: 'High', width: 1_920, height: 1_080, rotation: 0 },
  ...{
    pixelAspect: { num: 1, den: 1 },
    pixelFormat: 'yuv420p',
    bitDepth: 8,
    chroma: '4:2:0',
    scan: 'progressive',
  },
  ...{
    frameRate: { num: 25, den: 1 },
    meanFrameRate: { num: 25, den: 1 },
    dynamicRange: 'sdr',
    startSeconds: 0,
  },
  ...{ frames: null, bitRate: 4_000_000, language: null, title: null },
  color: { range: 'tv', primaries: 'bt709', transfer: 'bt709', space: 'bt709' },
};

function sound(more: Partial<AudioStream> = {}): AudioStream {
  return {
    ...{
      index: 1,
      codec: 'aac',
      channels: 2,
      sampleRate: 48_000,
      bitRate: null,
      language: 'eng',
      title: null,
    },
    ...{ isDefault: true, startSeconds: 0, ...more },
  };
}

function subtitle(more: Partial<SubtitleStream> = {}): SubtitleStream {
  return {
    ...{
      index: 5,
      codec: 'subrip',
      kind: 'text',
      language: 'eng',
      title: null,
      isDefault: false,
      isForced: false,
    },
    ...more,
  };
}

function source(video: Partial<VideoStream> = {}, more: Partial<MediaSource> = {}): MediaSource {
  return {
    ...{ container: 'mov,mp4,m4a,3gp,3g2,mj2', sizeBytes: 1e9, startSeconds: 0, bitRate: 4_200_000 },
    ...{ audio: [sound()], subtitles: [], others: [], chapters: 0, fastStart: true },
    duration: { container: 600, video: 600, lastVideoPacket: 600, lastPacket: 600 },
    video: { ...VIDEO, ...video },
    ...more,
  };
}

const plan = (given: MediaSource, wish: Partial<PlaybackWish> = {}, filename = 'film.mp4') =>
  planPlayback(given, { ...WISH, ...wish }, filename);
const decide = (given: MediaSource, wish: Partial<PlaybackWish> = {}) => plan(given, wish).decision;

/** The plan of a picture that is encoded. */
function encoded(given: MediaSource, wish: Partial<PlaybackWish> = {}) {
  const { video } = plan(given, wish);
  if (video.kind === 'copy') throw new Error('expected it to be encoded');
  return video;
}

describe('what is to be done with a source', () => {
  it('is nothing where a browser plays it as it is', () => {
    expect(decide(source())).toEqual({ action: 'nothing', video: [], audio: [], container: [] });
  });

  it.each<[string, MediaSource, string]>([
    ['another container', source({}, { container: 'matroska,webm', fastStart: null }), 'remux'],
    ['an index at the end', source({}, { fastStart: false }), 'remux'],
    ['sound that browsers do not play', source({}, { audio: [sound({ codec: 'ac3' })] }), 'audio'],
    ['HEVC', source({ codec: 'hevc' }), 'video'],
    ['HEVC with DTS', source({ codec: 'hevc' }, { audio: [sound({ codec: 'dts' })] }), 'both'],
    ['10 bits', source({ bitDepth: 10, pixelFormat: 'yuv420p10le' }), 'video'],
    ['4:2:2', source({ chroma: '4:2:2', pixelFormat: 'yuv422p' }), 'video'],
    ['interlaced lines', source({ scan: 'interlaced' }), 'video'],
    ['HDR', source({ dynamicRange: 'hlg' }), 'video'],
    ['more lines than asked for', source({ width: 3_840, height: 2_160 }), 'video'],
    ['more pictures than asked for', source({ meanFrameRate: { num: 120, den: 1 } }), 'video'],
    ['far more bits than it needs', source({ bitRate: 10_100_000 }), 'video'],
    ['VP9 in 8 bits', source({ codec: 'vp9', profile: 'Profile 0' }), 'nothing'],
    ['no sound at all', source({}, { audio: [] }), 'nothing'],
  ])('%s', (_name, given, action) => {
    expect(decide(given).action).toBe(action);
  });

  it('is nothing to a WebM, which is Matroska to FFmpeg', () => {
    const given = source(
      { codec: 'vp9' },
      { container: 'matroska,webm', fastStart: null, audio: [sound({ codec: 'opus' })] },
    );
    expect(plan(given, {}, 'film.webm').decision.action).toBe('nothing');
    expect(plan(given, {}, 'film.mkv').decision).toMatchObject({
      action: 'remux',
      container: ['the container is mkv, not MP4'],
    });
  });

  it('says each reason', () => {
    expect(
      decide(source({ codec: 'hevc', bitDepth: 10 }, { audio: [sound({ index: 3, codec: 'dts' })] })),
    ).toMatchObject({
      video: ['browsers do not play hevc', '10 bits a colour, browsers show 8'],
      audio: ['browsers do not play dts (stream 3)'],
    });
  });

  it('follows a bit rate that was asked for', () => {
    expect(decide(source(), { targetBitrate: 3_000 }).video).toEqual([
      '4000 kbit/s, at most 3000 are wanted',
    ]);
  });
});

describe('the picture of a playback file', () => {
  it.each<[string, Partial<VideoStream>, object]>([
    [
      'no larger than asked for',
      { width: 3_840, height: 2_160, bitRate: null },
      { width: 1_920, height: 1_080 },
    ],
    ['by its short side, upright', { width: 2_160, height: 3_840 }, { width: 1_080, height: 1_920 }],
    ['turned by its tag', { width: 3_840, height: 2_160, rotation: 90 }, { width: 1_080, height: 1_920 }],
    ['never larger than it was', { codec: 'hevc', width: 640, height: 360 }, { width: 640, height: 360 }],
    ['even (no. 17)', { codec: 'hevc', width: 641, height: 361 }, { width: 640, height: 360 }],
    [
      'with square pixels',
      { codec: 'hevc', width: 720, height: 576, pixelAspect: { num: 16, den: 11 } },
      { width: 1_046, height: 576 },
    ],
  ])('is %s', (_name, video, size) => {
    expect(encoded(source(video)).size).toEqual(size);
  });

  it.each([
    [360, 25, 1_000],
    [480, 25, 1_500],
    [720, 25, 3_000],
    [1_080, 25, 5_000],
    [1_080, 60, 7_500],
    [1_440, 25, 9_000],
    [2_160, 25, 16_000],
  ])('has a bit rate by its %d lines at %d a second (D12)', (height, fps, kbits) => {
    const rate = { num: fps, den: 1 };
    const given = source({ codec: 'hevc', width: height * 2, height, frameRate: rate, meanFrameRate: rate });
    expect(encoded(given, { maxHeight: 2_160 }).maxRate).toBe(kbits);
  });

  it('has a steady rate that divides the one of its source', () => {
    const rate = { num: 120_000, den: 1_001 };
    const given = source({ frameRate: rate, meanFrameRate: rate });
    expect(encoded(given)).toMatchObject({ rate: { num: 60_000, den: 1_001 }, keyframeEvery: 120 });
  });

  it('keeps its times where the rate varies', () => {
    const given = source({ codec: 'hevc', meanFrameRate: { num: 20, den: 1 } });
    expect(encoded(given).rate).toBeNull();
  });

  it.each<[string, Partial<VideoStream>, string]>([
    ['tagged', { color: { ...VIDEO.color, space: 'smpte170m' } }, 'bt601'],
    ['untagged and small', { color: { ...VIDEO.color, space: null }, width: 720, height: 576 }, 'bt601'],
    ['untagged and large', { color: { ...VIDEO.color, space: null } }, 'bt709'],
  ])('is converted from its own colours: %s', (_name, video, matrix) => {
    expect(encoded(source({ codec: 'hevc', ...video })).colorMatrix).toBe(matrix);
  });
});

describe('the streams of a playback file', () => {
  const many = [
    sound({ index: 1, language: 'eng', isDefault: false }),
    sound({ index: 2, language: 'ger', isDefault: true }),
    sound({ index: 3, language: 'eng', isDefault: false }),
    sound({ index: 4, language: null, isDefault: false }),
  ];
  const kept = (languages: string[]): number[] =>
    plan(source({}, { audio: many }), { audioLanguages: languages }).audio.map(({ index }) => index);

  it('are the default sound first, and one of each other language', () => {
    expect(kept([])).toEqual([2, 1, 4]);
  });

  it('are the languages asked for, by any of their codes', () => {
    expect(kept(['en', 'deu'])).toEqual([1, 2]);
  });

  it('are the default sound where none of those is there, with a note', () => {
    const { audio, notes } = plan(source({}, { audio: many }), { audioLanguages: ['jpn'] });
    expect(audio.map(({ index }) => index)).toEqual([2]);
    expect(notes).toEqual(['there is no sound in jpn']);
  });

  it('are never lost in silence (no. 20, 21)', () => {
    const given = source(
      {},
      {
        audio: many,
        subtitles: [subtitle(), subtitle({ index: 6, codec: 'hdmv_pgs_subtitle', kind: 'picture' })],
        others: [{ index: 7, kind: 'attachment', codec: 'ttf' }],
      },
    );
    const { subtitles, dropped } = plan(given);
    expect(subtitles.map(({ index }) => index)).toEqual([5]);
    expect(dropped.map(({ index, why }) => [index, why])).toEqual([
      [3, 'another of its language is kept'],
      [6, 'MP4 holds no subtitles that are pictures'],
      [7, 'a playback file has no use for it'],
    ]);
  });
});

describe('what becomes no playback file', () => {
  it.each<[string, MediaSource, Partial<PlaybackWish>, string]>([
    ['sound alone', source({}, { video: null }), {}, 'a picture that plays'],
    [
      'a file that was cut short (A1)',
      source({}, { duration: { container: 600, video: 600, lastVideoPacket: 360, lastPacket: 361 } }),
      {},
      'ends at 361.0 of 600.0 s',
    ],
    ['Dolby Vision alone (no. 16)', source({ dynamicRange: 'dolby5' }), {}, 'Dolby Vision'],
    ['HDR that is to be refused', source({ dynamicRange: 'pq' }), { hdr: 'refuse' }, 'to be refused'],
  ])('%s', (_name, given, wish, words) => {
    expect(() => plan(given, wish)).toThrow(words);
  });

  it('is not a stream whose header tells too little (no. 13)', () => {
    const duration = { container: 20, video: 20, lastVideoPacket: 40, lastPacket: 40 };
    expect(plan(source({}, { container: 'mpegts', fastStart: null, duration })).seconds).toBe(40);
  });
});

describe('an encode is cut into segments', () => {
  const grid = (given: MediaSource) => segmentGrid(given, plan(given));
  const hevc = { codec: 'hevc' };

  it('of two keyframes each, where it is long and a seek is exact', () => {
    expect(grid(source(hevc))).toEqual({ rate: { num: 25, den: 1 }, frames: 100 });
  });

  it.each<[string, MediaSource]>([
    ['a copy', source({}, { fastStart: false })],
    ['short', source(hevc, { duration: { container: 59, video: 59, lastVideoPacket: 59, lastPacket: 59 } })],
    ['of a rate that varies (no. 14)', source({ ...hevc, meanFrameRate: { num: 20, den: 1 } })],
    ['a stream without an index', source(hevc, { container: 'mpegts', fastStart: null })],
  ])('not where it is %s', (_name, given) => {
    expect(grid(given)).toBeUndefined();
  });
});
