import { describe, expect, it } from '@jest/globals';

import type { Circumstances, ClientFacts } from '../../../src/domain/acquisition/circumstances.js';
import { decide, type DecisionInput } from '../../../src/domain/acquisition/decide.js';
import type { Release } from '../../../src/domain/acquisition/release.js';
import type { RejectionCode } from '../../../src/domain/acquisition/rejection.js';
import { ALPHA, FOUNDATION, makeInput, makeRelease, NOW } from './releases.js';

const GB = 1_000_000_000;
const CLIENT: ClientFacts = { id: 'c', name: 'Client', protocol: 'torrent', isUp: true };

function refused(
  release: Partial<Release>,
  more: Partial<DecisionInput>,
): [RejectionCode, string | undefined][] {
  const input = makeInput([makeRelease(release)], { protocols: ['torrent', 'usenet'], ...more });
  const [candidate] = decide(input).candidates;
  return (candidate?.rejections ?? []).map(({ code, retryAt }) => [code, retryAt]);
}

const around = (circumstances: Circumstances): Partial<DecisionInput> => ({ circumstances });
const clients = (...list: Partial<ClientFacts>[]): Partial<DecisionInput> =>
  around({ clients: list.map((more) => ({ ...CLIENT, ...more })) });
const post = (publishedAt: string): Partial<Release> => ({ protocol: 'usenet', publishedAt });

describe('the availability rules', () => {
  it.each<[RejectionCode, string, Partial<Release>, Partial<DecisionInput>, string | undefined]>([
    [
      'RETENTION',
      'a post older than the news server keeps',
      post('2023-01-01T00:00:00Z'),
      around({ usenet: { retentionDays: 1_000 } }),
      undefined,
    ],
    [
      'NOT_RELEASED',
      'an item that is not out yet',
      {},
      { item: { ...FOUNDATION, releaseDate: '2026-04-01' } },
      '2026-04-01T00:00:00.000Z',
    ],
    [
      'MIN_AGE',
      'a post that has not spread yet',
      post('2026-03-01T11:55:00Z'),
      around({ usenet: { minimumAgeMinutes: 30 } }),
      '2026-03-01T12:25:00.000Z',
    ],
    [
      'GRAB_LIMIT',
      'an indexer that lets us fetch no more',
      {},
      { indexers: [{ ...ALPHA, grabs: { used: 5, limit: 5, until: NOW + 3_600_000 } }] },
      '2026-03-01T13:00:00.000Z',
    ],
    [
      'NO_SPACE',
      'twice the size where no link can be made',
      { sizeBytes: GB / 2 },
      clients({ freeBytes: GB + 100_000_000 - 1 }),
      '2026-03-01T12:05:00.000Z',
    ],
    [
      'TARGET_OFFLINE',
      'a library that is not there',
      {},
      around({ target: { name: 'Books', isOnline: false } }),
      '2026-03-01T12:05:00.000Z',
    ],
    ['CLIENT_DOWN', 'no client that answers', {}, clients({ isUp: false }), '2026-03-01T12:05:00.000Z'],
  ])('give %s for %s', (code, _what, release, more, retryAt) => {
    expect(refused(release, more)).toEqual([[code, retryAt]]);
  });

  it.each<[string, Partial<Release>, Partial<DecisionInput>]>([
    [
      'a post within the retention',
      post('2026-01-01T00:00:00Z'),
      around({ usenet: { retentionDays: 1_000 } }),
    ],
    [
      'a torrent of any age',
      { publishedAt: '2001-01-01T00:00:00Z' },
      around({ usenet: { retentionDays: 1 } }),
    ],
    [
      'a post without a date',
      { protocol: 'usenet' },
      around({ usenet: { retentionDays: 1, minimumAgeMinutes: 9 } }),
    ],
    [
      'a post that is old enough',
      post('2026-03-01T11:30:00Z'),
      around({ usenet: { minimumAgeMinutes: 30 } }),
    ],
    ['an item that came out today', {}, { item: { ...FOUNDATION, releaseDate: '2026-03-01' } }],
    [
      'an early copy where a person searches',
      {},
      { item: { ...FOUNDATION, releaseDate: '2026-04-01' }, mode: 'invoked' },
    ],
    ['grabs that are left', {}, { indexers: [{ ...ALPHA, grabs: { used: 4, limit: 5, until: NOW + 1 } }] }],
    ['a limit that is over', {}, { indexers: [{ ...ALPHA, grabs: { used: 5, limit: 5, until: NOW } }] }],
    ['room for both copies', { sizeBytes: GB / 2 }, clients({ freeBytes: GB + 100_000_000 })],
    [
      'room for one where it is linked',
      { sizeBytes: GB / 2 },
      clients({ freeBytes: GB * 0.6, linkable: true }),
    ],
    ['room at one of two clients', { sizeBytes: GB / 2 }, clients({ freeBytes: 0 }, { freeBytes: 2 * GB })],
    ['a client that cannot tell its room', {}, clients({})],
    ['an unknown size', { sizeBytes: 0 }, clients({ freeBytes: 0 })],
    ['one of two clients down', {}, clients({ isUp: false }, {})],
    ['a client of another protocol down', {}, clients({ isUp: false, protocol: 'usenet' })],
    ['a library that is there', {}, around({ target: { name: 'Books', isOnline: true } })],
    ['nothing known', {}, {}],
  ])('let %s pass', (_what, release, more) => {
    expect(refused(release, more)).toEqual([]);
  });

  it('count what running downloads still need as used', () => {
    const room = { freeBytes: 2 * GB, reservedBytes: 1.5 * GB };
    expect(refused({ sizeBytes: GB / 2 }, clients(room))).toMatchObject([['NO_SPACE', expect.anything()]]);
  });
});

describe('an unknown running time', () => {
  const { runtimeSeconds: _runtime, ...unmeasured } = FOUNDATION;

  it('refuses nothing, turns the comparison of sizes off, and is noted', () => {
    const far = makeRelease({ guid: 'a', sizeBytes: 3 * GB });
    const near = makeRelease({ guid: 'b' });
    const { candidates, notes } = decide(makeInput([near, far], { item: unmeasured }));
    expect(candidates.map(({ release, rank }) => [release.guid, rank])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(notes).toMatchObject([{ code: 'UNKNOWN_RUNTIME' }]);
  });

  it('is no matter of ebooks', () => {
    expect(decide(makeInput([], { item: { ...unmeasured, mediaType: 'ebook' } })).notes).toEqual([]);
    expect(decide(makeInput([])).notes).toEqual([]);
  });
});
