import { describe, expect, it } from '@jest/globals';

import { begunBy, segmentKey } from '../../../src/domain/media/segments.js';
import type { HardwareWay } from '../../../src/domain/media/encode-way.js';

const WORK = { identity: { sizeBytes: 1, modifiedMs: 2, headTailHash: 'cafe' }, profile: 'beef' };
const NVENC: HardwareWay = {
  ...{ encoder: 'nvenc', device: '0', rateControl: 'quality', frugal: false },
  ...{ decode: 'hardware', frames: 'card' },
};

describe('the key of segments', () => {
  it('is of the encoder and its manner, not of who decodes', () => {
    const key = segmentKey(WORK, NVENC);
    expect(segmentKey(WORK, { ...NVENC, decode: 'software', frames: 'memory' })).toBe(key);
    expect(segmentKey(WORK, { ...NVENC, device: '1' })).toBe(key);
    const others = [
      segmentKey(WORK, { encoder: 'software' }),
      segmentKey(WORK, { ...NVENC, frugal: true }),
      segmentKey(WORK, { ...NVENC, encoder: 'vaapi', rateControl: 'bitrate' }),
      segmentKey({ ...WORK, profile: 'dead' }, NVENC),
    ];
    expect(new Set([key, ...others]).size).toBe(5);
  });

  it('tells what has begun them, of the same content and wish alone', () => {
    expect(begunBy(segmentKey(WORK, NVENC), WORK)).toEqual({ encoder: 'nvenc', frugal: false });
    expect(begunBy(segmentKey(WORK, { ...NVENC, frugal: true }), WORK)).toEqual({
      encoder: 'nvenc',
      frugal: true,
    });
    expect(begunBy(segmentKey(WORK, { encoder: 'software' }), WORK)).toEqual({
      encoder: 'software',
      frugal: false,
    });
    expect(begunBy(segmentKey({ ...WORK, profile: 'dead' }, NVENC), WORK)).toBeUndefined();
    expect(begunBy('', WORK)).toBeUndefined();
  });
});
