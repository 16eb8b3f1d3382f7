import { describe, expect, it } from '@jest/globals';

import type { EncodeWay, HardwareWay } from '../../../src/domain/media/encode-way.js';
import type { FfmpegTrouble } from '../../../src/media/ffmpeg/ffmpeg-fault.js';
import { afterTrouble } from '../../../src/media/hardware/next-way.js';

const SOFTWARE: EncodeWay = { encoder: 'software' };
const MIDDLE: HardwareWay = {
  ...{ encoder: 'nvenc', device: '0', decode: 'software', frames: 'memory' },
  ...{ rateControl: 'quality', frugal: false },
};
const FIRST: HardwareWay = { ...MIDDLE, decode: 'hardware', frames: 'card' };
const ALL = [FIRST, MIDDLE, SOFTWARE];

/** Tries until no way is left, with the same trouble each time. */
function walk(trouble: FfmpegTrouble): EncodeWay[] {
  const tried: EncodeWay[] = [];
  let ways: EncodeWay[] | undefined = ALL;
  while (ways !== undefined) {
    tried.push(...ways.slice(0, 1));
    ways = afterTrouble(ways, trouble).left;
  }
  return tried;
}

describe('a way that has failed', () => {
  it.each(['capability', 'device', 'silent', 'crashed', 'failed'] as const)(
    'is followed by the next, the middle one included: %s (no. 28, 29)',
    (trouble) => {
      expect(walk(trouble)).toEqual(ALL);
    },
  );

  it('is waited for where all sessions are taken, and where no other way would help (no. 22)', () => {
    for (const trouble of ['sessions_full', 'disk', 'missing', 'source_missing', 'killed'] as const)
      expect(walk(trouble)).toEqual([FIRST]);
  });

  it('is tried with less memory where the card was full, then decoded in software, then without it (no. 23)', () => {
    const frugal = { frugal: true };
    expect(walk('vram_full')).toEqual([FIRST, { ...FIRST, ...frugal }, { ...MIDDLE, ...frugal }, SOFTWARE]);
  });

  it('says nothing of the card where the source, its memory or somebody else was at fault', () => {
    for (const trouble of ['bad_input', 'failed', 'vram_full', 'sessions_full', 'killed', 'disk'] as const)
      for (const ways of [ALL, [MIDDLE, SOFTWARE], [SOFTWARE]])
        expect(afterTrouble(ways, trouble).blamesCard).toBe(false);
    for (const trouble of ['capability', 'device', 'silent', 'crashed'] as const) {
      expect(afterTrouble(ALL, trouble).blamesCard).toBe(true);
      expect(afterTrouble([SOFTWARE], trouble).blamesCard).toBe(false);
    }
  });

  it('leaves it to software to say that a source cannot be read', () => {
    expect(walk('bad_input')).toEqual([FIRST, MIDDLE]);
  });
});
