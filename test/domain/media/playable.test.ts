import { describe, expect, it } from '@jest/globals';

import { displayedSize, orientationOf } from '../../../src/domain/media/displayed.js';
import { unplayableReasons } from '../../../src/domain/media/playable.js';
import type { AudioStream, MediaSource, VideoStream } from '../../../src/domain/media/source.js';

const MP4 = 'mov,mp4,m4a,3gp,3g2,mj2';
const picture = { codec: 'h264', bitDepth: 8, chroma: '4:2:0' } as VideoStream;
const sound = (codec: string, isDefault = false): AudioStream => ({ codec, isDefault }) as AudioStream;

function reasons(
  own: Partial<Pick<MediaSource, 'container' | 'fastStart' | 'audio'>> & {
    video?: Partial<VideoStream>;
  } = {},
  name = 'a.mp4',
): string[] {
  const source = { container: MP4, fastStart: true, audio: [sound('aac')], ...own };
  return unplayableReasons({ ...source, video: { ...picture, ...own.video } }, name);
}

describe('unplayableReasons', () => {
  it('has none for what browsers play', () => {
    expect(reasons()).toEqual([]);
    expect(reasons({ audio: [] }, 'A.M4V')).toEqual([]);
    expect(reasons({ video: { codec: 'av1' }, audio: [sound('mp3')] })).toEqual([]);
    const webm = {
      container: 'matroska,webm',
      fastStart: null,
      video: { codec: 'vp9' },
      audio: [sound('opus')],
    };
    expect(reasons(webm, 'a.webm')).toEqual([]);
  });

  it.each([
    ['Matroska', reasons({ container: 'matroska,webm', fastStart: null }, 'a.mkv'), ['container']],
    ['QuickTime', reasons({}, 'a.mov'), ['container']],
    ['an MP4 that bears another name', reasons({}, 'a.webm'), ['container']],
    ['an index at the end', reasons({ fastStart: false }), ['index_at_end']],
    ['HEVC in 10 bit', reasons({ video: { codec: 'hevc', bitDepth: 10 } }), ['video_codec', 'bit_depth']],
    ['4:2:2 in 10 bit (D9)', reasons({ video: { bitDepth: 10, chroma: '4:2:2' } }), ['bit_depth', 'chroma']],
    ['AC-3', reasons({ audio: [sound('ac3')] }), ['audio_codec']],
    ['AC-3 as the marked track', reasons({ audio: [sound('aac'), sound('ac3', true)] }), ['audio_codec']],
    ['AC-3 as a further track', reasons({ audio: [sound('aac'), sound('ac3')] }), []],
  ])('%s', (_what, told, expected) => {
    expect(told).toEqual(expected);
  });
});

describe('the displayed size', () => {
  const of = (own: Partial<VideoStream>) =>
    displayedSize({ width: 720, height: 576, pixelAspect: { num: 1, den: 1 }, rotation: 0, ...own });

  it('comes after the pixel aspect, and then the rotation', () => {
    expect(of({})).toEqual({ width: 720, height: 576 });
    expect(of({ pixelAspect: { num: 16, den: 11 } })).toEqual({ width: 1047, height: 576 });
    expect(of({ rotation: 90 })).toEqual({ width: 576, height: 720 });
    expect(of({ pixelAspect: { num: 0, den: 1 }, rotation: 270 })).toEqual({ width: 576, height: 720 });
    expect(of({ rotation: 180 })).toEqual({ width: 720, height: 576 });
  });

  it('tells the orientation', () => {
    expect([of({}), of({ rotation: 90 }), { width: 1, height: 1 }].map(orientationOf)).toEqual([
      'landscape',
      'portrait',
      'square',
    ]);
  });
});
