import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { compareBytes, pathsBelow } from '../../../src/domain/media/path-order.js';

describe('compareBytes', () => {
  it('orders as the bytes of UTF-8 do, beyond the first plane too', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 6 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(Math.sign(compareBytes(one, other))).toBe(
          Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other))),
        );
      }),
    );
    expect(compareBytes('\u{1F600}', '\uFFFD')).toBeGreaterThan(0);
  });
});

describe('pathsBelow', () => {
  it.each([
    ['a', true],
    ['a/b/c', true],
    ['a-b', false],
    ['', true],
  ])('bounds the paths below "%s" and no others', (folder, hasEnd) => {
    const { after, before } = pathsBelow(folder);
    const inside = folder === '' ? 'x.mp4' : `${folder}/x.mp4`;
    expect(compareBytes(inside, after)).toBeGreaterThan(0);
    if (before !== null) expect(compareBytes(inside, before)).toBeLessThan(0);
    if (hasEnd && before !== null)
      for (const other of [`${folder}-x/y.mp4`, `${folder}0`, `${folder}b/x.mp4`])
        expect(compareBytes(other, after) > 0 && compareBytes(other, before) < 0).toBe(false);
  });
});
