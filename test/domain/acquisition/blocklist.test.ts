import { describe, expect, it } from '@jest/globals';

import { isBlocked, releaseKey } from '../../../src/domain/acquisition/blocklist.js';

const RELEASE = { indexerId: 'alpha', title: 'Isaac Asimov - Foundation [M4B]' };
const V1 = 'AB'.repeat(20);
const V2 = 'CD'.repeat(32);

describe('the block list', () => {
  it('knows a release by its hash, in any case, whoever offers it under whatever name', () => {
    const keys = new Set([releaseKey({ ...RELEASE, infoHash: V1 })]);
    expect(isBlocked({ indexerId: 'beta', title: 'Other', infoHash: V1.toLowerCase() }, keys)).toBe(true);
    expect(isBlocked({ ...RELEASE, infoHash: V2 }, keys)).toBe(false);
  });

  it('does not block by its name what it blocked by its hash', () => {
    const keys = new Set([releaseKey({ ...RELEASE, infoHash: V1 })]);
    expect(isBlocked(RELEASE, keys)).toBe(false);
  });

  it.each([[undefined], [null], ['']])('knows one without a hash (%j) by name and indexer', (infoHash) => {
    const release = infoHash === undefined ? RELEASE : { ...RELEASE, infoHash };
    const keys = new Set([releaseKey(release)]);
    expect(isBlocked({ ...RELEASE, title: 'isaac.asimov_FOUNDATION m4b' }, keys)).toBe(true);
    expect(isBlocked({ ...RELEASE, indexerId: 'beta' }, keys)).toBe(false);
    expect(isBlocked({ ...RELEASE, title: 'Isaac Asimov - Foundation [MP3]' }, keys)).toBe(false);
  });

  it('finds it again when its hash became known later', () => {
    const keys = new Set([releaseKey(RELEASE)]);
    expect(isBlocked({ ...RELEASE, infoHash: V1 }, keys)).toBe(true);
  });

  it('tells names without letters apart', () => {
    const keys = new Set([releaseKey({ indexerId: 'alpha', title: '???' })]);
    expect(isBlocked({ indexerId: 'alpha', title: '!!!' }, keys)).toBe(false);
    expect(isBlocked({ indexerId: 'alpha', title: '???' }, keys)).toBe(true);
  });
});
