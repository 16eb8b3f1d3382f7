import { describe, expect, it } from '@jest/globals';

import {
  isBlocked,
  normalizeInfoHash,
  readBlocklist,
  releaseKey,
  type ReleaseIdentity,
} from '../../../src/domain/acquisition/blocklist.js';

const RELEASE = { indexerId: 'alpha', title: 'Isaac Asimov - Foundation [M4B]' };
const NOW = Date.parse('2026-03-01T12:00:00Z');
const V1 = 'AB'.repeat(20);
const V2 = 'CD'.repeat(32);

describe('the block list', () => {
  it('knows a release by its hash, in any case, whoever offers it under whatever name', () => {
    const keys = readBlocklist([releaseKey({ ...RELEASE, infoHash: V1 })], NOW);
    expect(isBlocked({ indexerId: 'beta', title: 'Other', infoHash: V1.toLowerCase() }, keys)).toBe(true);
    expect(isBlocked({ ...RELEASE, infoHash: V2 }, keys)).toBe(false);
  });

  it('does not block by its name what it blocked by its hash', () => {
    const keys = readBlocklist([releaseKey({ ...RELEASE, infoHash: V1 })], NOW);
    expect(isBlocked(RELEASE, keys)).toBe(false);
  });

  it.each([[undefined], [null], ['']])('knows one without a hash (%j) by name and indexer', (infoHash) => {
    const release = infoHash === undefined ? RELEASE : { ...RELEASE, infoHash };
    const keys = readBlocklist([releaseKey(release)], NOW);
    expect(isBlocked({ ...RELEASE, title: 'isaac.asimov_FOUNDATION m4b' }, keys)).toBe(true);
    expect(isBlocked({ ...RELEASE, indexerId: 'beta' }, keys)).toBe(false);
    expect(isBlocked({ ...RELEASE, title: 'Isaac Asimov - Foundation [MP3]' }, keys)).toBe(false);
  });

  it('finds it again when its hash became known later', () => {
    const keys = readBlocklist([releaseKey(RELEASE)], NOW);
    expect(isBlocked({ ...RELEASE, infoHash: V1 }, keys)).toBe(true);
  });

  it('tells names without letters apart', () => {
    const keys = readBlocklist([releaseKey({ indexerId: 'alpha', title: '???' })], NOW);
    expect(isBlocked({ indexerId: 'alpha', title: '!!!' }, keys)).toBe(false);
    expect(isBlocked({ indexerId: 'alpha', title: '???' }, keys)).toBe(true);
  });

  it('reads the hash of an old magnet link', () => {
    const [hex, base32] = ['00443214c74254b635cf84653a56d7c675be77df', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'];
    expect(normalizeInfoHash(base32)).toBe(hex);
    expect(releaseKey({ ...RELEASE, infoHash: base32 })).toBe(`hash:${hex}`);
    expect(normalizeInfoHash('no hash')).toBeUndefined();
  });

  describe('of a usenet post', () => {
    const POST = {
      ...RELEASE,
      protocol: 'usenet',
      publishedAt: '2026-02-01T10:00:00Z',
      sizeBytes: 300_000_000,
    } as const;
    const blocked = readBlocklist([releaseKey(POST)], NOW);

    it.each<[string, Partial<ReleaseIdentity>, boolean]>([
      ['the same', {}, true],
      ['another spelling of its name', { title: 'isaac.asimov-foundation.M4B' }, true],
      ['two minutes later', { publishedAt: '2026-02-01T10:02:00Z' }, true],
      ['two minutes earlier', { publishedAt: '2026-02-01T09:58:00Z' }, true],
      ['more than two minutes later', { publishedAt: '2026-02-01T10:02:01Z' }, false],
      ['2 MB larger', { sizeBytes: 302_000_000 }, true],
      ['more than 2 MB smaller', { sizeBytes: 297_999_999 }, false],
      ['of another indexer', { indexerId: 'beta' }, false],
      ['another name', { title: 'Isaac Asimov - Foundation [MP3]' }, false],
    ])('knows %s: %s', (_what, more, isKnown) => {
      expect(isBlocked({ ...POST, ...more }, blocked)).toBe(isKnown);
    });

    it('goes by name and indexer where the date is not told', () => {
      const { publishedAt: _publishedAt, ...undated } = POST;
      expect(releaseKey(undated)).toBe(releaseKey(RELEASE));
    });
  });

  it('forgets an entry at its expiry', () => {
    const entry = { key: releaseKey(RELEASE), expiresAt: NOW };
    expect(isBlocked(RELEASE, readBlocklist([entry], NOW - 1))).toBe(true);
    expect(isBlocked(RELEASE, readBlocklist([entry], NOW))).toBe(false);
    expect(isBlocked(RELEASE, readBlocklist([{ ...entry, expiresAt: null }], NOW))).toBe(true);
  });
});
