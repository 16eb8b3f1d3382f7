import { describe, expect, it } from '@jest/globals';

import { within } from '../../../src/media/ffmpeg/within.js';
import { readFigures } from '../../../src/media/verify/look-at-picture.js';

const line = (key: string, value: string): string => `[Parsed_metadata_3 @ 0x5] [info] lavfi.${key}=${value}`;

describe('readFigures', () => {
  const LUMA = [line('signalstats.YLOW', '29'), line('signalstats.YAVG', '128.03')];

  it('reads what FFmpeg prints, and takes NaN for missing (no. 40)', () => {
    const said = [
      ...['[Parsed_metadata_3 @ 0x5] [info] frame:0    pts:0', ...LUMA, line('signalstats.YHIGH', '226')],
      ...[line('entropy.normalized_entropy.normal.Y', '0.476171'), line('blur', '-nan')],
    ].join('\n');
    expect(readFigures(said)).toEqual({ luma: 128.03, low: 29, high: 226, entropy: 0.476171, blur: null });
  });

  it('does not judge what was not decoded', () => {
    expect(() => readFigures(LUMA.join('\n'))).toThrow('told none');
  });
});

describe('within a time limit', () => {
  const forever = (signal: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });

  it('gives what was made, and its own trouble', async () => {
    const { signal } = new AbortController();
    expect(await within(60_000, signal, () => Promise.resolve('made'))).toBe('made');
    await expect(within(60_000, signal, () => Promise.reject(new Error('own')))).rejects.toThrow('own');
  });

  it('ends what hangs, as a passing trouble', async () => {
    const { signal } = new AbortController();
    await expect(within(5, signal, forever)).rejects.toMatchObject({ kind: 'transient' });
  });

  it('tells a cancel as the cancel that it is', async () => {
    const cancel = new AbortController();
    const reason = new Error('cancelled');
    const running = within(60_000, cancel.signal, forever);
    cancel.abort(reason);
    await expect(running).rejects.toBe(reason);
  });
});
