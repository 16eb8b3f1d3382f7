import { describe, expect, it } from '@jest/globals';

import { judgeFields, mayBeInterlaced } from '../../../src/domain/media/fields.js';
import type { VideoStream } from '../../../src/domain/media/source.js';

describe('what pictures show of their fields', () => {
  it.each([
    [{ top: 290, bottom: 2, progressive: 8 }, 'interlaced'],
    [{ top: 1, bottom: 80, progressive: 19 }, 'interlaced'],
    [{ top: 0, bottom: 0, progressive: 300 }, 'progressive'],
    // A moving test pattern, a telecined film, a title that stands still.
    [{ top: 50, bottom: 45, progressive: 5 }, 'unknown'],
    [{ top: 40, bottom: 0, progressive: 60 }, 'unknown'],
    [{ top: 60, bottom: 0, progressive: 0 }, 'unknown'],
    [{ top: 0, bottom: 0, progressive: 0 }, 'unknown'],
  ] as const)('%j is %s', (fields, scan) => {
    expect(judgeFields(fields)).toBe(scan);
  });

  it('is not asked of what cannot be interlaced', () => {
    const film = { codec: 'h264', width: 1_920, height: 1_080 } as VideoStream;
    expect(mayBeInterlaced(film)).toBe(true);
    expect(mayBeInterlaced({ ...film, width: 1_088, height: 1_920 })).toBe(true);
    expect(mayBeInterlaced({ ...film, width: 3_840, height: 2_160 })).toBe(false);
    expect(mayBeInterlaced({ ...film, codec: 'av1' })).toBe(false);
  });
});
