import { describe, expect, it } from '@jest/globals';

import { magnetHash, magnetName } from '../../../src/domain/acquisition/magnet.js';

const HEX = 'c12fe1c06bba254a9dc9f519b335aa7c1367a88a';

describe('magnetHash', () => {
  it('reads hexadecimal digits in any case', () => {
    expect(magnetHash(`magnet:?xt=urn:btih:${HEX.toUpperCase()}&dn=Book`)).toBe(HEX);
    expect(magnetHash(`magnet:?dn=Book&xt=urn%3Abtih%3A${HEX}`)).toBe(HEX);
  });

  it('turns base 32 into hexadecimal digits, as every client shows them', () => {
    expect(magnetHash('magnet:?xt=urn:btih:YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK')).toBe(HEX);
  });

  it('finds none where there is none, or one of another length', () => {
    expect(magnetHash('magnet:?dn=Book')).toBeUndefined();
    expect(magnetHash('magnet:?xt=urn:btih:abc')).toBeUndefined();
    expect(magnetHash(`magnet:?xt=urn:btmh:1220${HEX}`)).toBeUndefined();
  });
});

describe('magnetName', () => {
  it('reads the name', () => {
    expect(magnetName(`magnet:?xt=urn:btih:${HEX}&dn=A+Book%3A+Part`)).toBe('A Book: Part');
    expect(magnetName(`magnet:?xt=urn:btih:${HEX}&dn=100%`)).toBe('100%');
    expect(magnetName(`magnet:?xt=urn:btih:${HEX}`)).toBeUndefined();
  });
});
