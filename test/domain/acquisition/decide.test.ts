import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { decide, type Candidate, type DecisionInput } from '../../../src/domain/acquisition/decide.js';
import type { Release } from '../../../src/domain/acquisition/release.js';
import { ALPHA, BETA, FOUNDATION, makeInput, makeRelease, MEBIBYTE } from './releases.js';

function guidsOf(releases: Partial<Release>[], more: Partial<DecisionInput> = {}): string[] {
  const list = releases.map((release, at) => makeRelease({ guid: String.fromCharCode(97 + at), ...release }));
  return decide(makeInput(list, more))
    .candidates.filter(({ rank }) => rank !== null)
    .map(({ release }) => release.guid);
}

const title = (rest: string): string => `Isaac Asimov - Foundation ${rest}`;

describe('decide', () => {
  it('never lets priority outweigh a better match', () => {
    // The example of acquisition.md §3.4: multiplied, base 60 at priority 25 would beat base 84 at priority 10.
    const lord = { ...FOUNDATION, title: 'The Lord of the Rings' };
    const weak = makeRelease({
      guid: 'weak',
      indexerId: 'beta',
      title: 'Isaac Asimov - Rings of the Lord M4B',
      seeders: 300,
    });
    const strong = makeRelease({
      guid: 'strong',
      indexerId: 'alpha',
      title: 'Isaac Asimov - The Lord of the Rings MP3',
      seeders: 3,
    });
    for (const [weakPriority, strongPriority] of [
      [25, 10],
      [1, 50],
    ] as const) {
      const indexers = [
        { ...ALPHA, priority: strongPriority },
        { ...BETA, priority: weakPriority },
      ];
      const { candidates } = decide(makeInput([weak, strong], { item: lord, indexers }));
      expect(candidates.map(({ release, rank }) => [release.guid, rank])).toEqual([
        ['strong', 1],
        ['weak', 2],
      ]);
    }
  });

  it.each<[string, Partial<Release>, Partial<Release>, Partial<DecisionInput>]>([
    [
      'the asked ASIN',
      { title: title('[B0036N4HZC] MP3') },
      { title: title('M4B') },
      { item: { ...FOUNDATION, asin: 'b0036n4hzc' } },
    ],
    [
      'an exact match',
      { title: title('MP3') },
      { title: 'Isaac Asimov Foundatian Foundation and (Foundation) MP3' },
      {},
    ],
    [
      'the asked narrator',
      { title: title('Scott Brick MP3') },
      { title: title('M4B') },
      { item: { ...FOUNDATION, narrator: 'Scott Brick' } },
    ],
    [
      'a told language and edition',
      { title: title('[English] Unabridged MP3') },
      { title: title('M4B') },
      {},
    ],
    ['the better format', { title: title('M4B'), seeders: 1 }, { title: title('MP3'), seeders: 900 }, {}],
    ['a repack', { title: title('M4B REPACK') }, { title: title('M4B') }, {}],
    ['the indexer with the lower number', { indexerId: 'beta' }, { indexerId: 'alpha' }, {}],
    ['freeleech', { freeleech: true }, { freeleech: false }, {}],
    ['a magnitude more seeders', { seeders: 100 }, { seeders: 10 }, {}],
    ['a magnitude more peers', { peers: 100 }, { peers: 10 }, {}],
    ['the size next to the preferred', { sizeBytes: 275 * MEBIBYTE }, { sizeBytes: 500 * MEBIBYTE }, {}],
    [
      'the preferred protocol',
      { protocol: 'usenet' },
      {},
      { protocols: ['usenet', 'torrent'], preferred: { protocol: 'usenet' } },
    ],
    ['a torrent, unless told otherwise', {}, { protocol: 'usenet' }, { protocols: ['usenet', 'torrent'] }],
    [
      'the younger post',
      { protocol: 'usenet', publishedAt: '2026-03-01T11:30:00Z' },
      { protocol: 'usenet', publishedAt: '2024-03-01T11:30:00Z' },
      { protocols: ['usenet'] },
    ],
    ['the lower guid when all is equal', {}, {}, {}],
  ])('prefers %s', (_what, better, worse, more) => {
    expect(guidsOf([better, worse], more)).toEqual(['a', 'b'].slice(0, guidsOf([worse], more).length + 1));
    const swapped = guidsOf(
      [
        { guid: 'z', ...worse },
        { guid: 'y', ...better },
      ],
      more,
    );
    expect(swapped[0]).toBe('y');
  });

  it('does not count small differences in seeders', () => {
    expect(
      guidsOf([
        { seeders: 12, sizeBytes: 275 * MEBIBYTE },
        { seeders: 20, sizeBytes: 400 * MEBIBYTE },
      ]),
    ).toEqual(['a', 'b']);
  });

  it('makes one candidate of one torrent, and names every place that has it', () => {
    const infoHash = 'ab'.repeat(20);
    const { candidates } = decide(
      makeInput([
        makeRelease({ indexerId: 'alpha', guid: 'a', infoHash }),
        makeRelease({ indexerId: 'beta', guid: 'b', infoHash: infoHash.toUpperCase() }),
        makeRelease({ indexerId: 'beta', guid: 'dead', infoHash, seeders: 0 }),
      ]),
    );
    expect(candidates).toHaveLength(1);
    expect(candidates[0]).toMatchObject({
      rank: 1,
      release: { indexerId: 'beta', guid: 'b' },
      alsoAt: [
        { indexerId: 'alpha', guid: 'a' },
        { indexerId: 'beta', guid: 'dead' },
      ],
    });
  });

  it('makes one candidate of what an indexer told in two tiers', () => {
    const { candidates } = decide(
      makeInput([
        makeRelease({ seeders: 5 }),
        makeRelease({ seeders: 6 }),
        makeRelease({ indexerId: 'beta' }),
      ]),
    );
    expect(candidates).toHaveLength(2);
  });

  it('keeps links out of the record', () => {
    const link = 'http://host/dl?apikey=secret';
    const decision = decide(makeInput([makeRelease({ downloadUrl: link, magnetUrl: 'magnet:?secret' })]));
    expect(JSON.stringify(decision)).not.toContain('secret');
  });

  it('says in a sentence why each release has its place', () => {
    const { candidates } = decide(
      makeInput([
        makeRelease({ guid: 'a', title: title('M4B') }),
        makeRelease({ guid: 'b', title: title('MP3') }),
        makeRelease({ guid: 'c', title: title('M4B'), seeders: 0 }),
      ]),
    );
    expect(candidates.map(({ rank, why }) => [rank, why])).toEqual([
      [1, expect.stringMatching(/^Best of all accepted releases: exact match, .* points, from Alpha\.$/)],
      [2, expect.stringMatching(/behind "Isaac Asimov - Foundation M4B": worse format\.$/)],
      [null, 'Refused: has 0 seeders, at least 1 are expected.'],
    ]);
  });

  const anyRelease = fc.record({
    indexerId: fc.constantFrom('alpha', 'beta', 'gone'),
    guid: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    title: fc.constantFrom(
      title('M4B'),
      title('[English] MP3'),
      title('and Empire'),
      'Foundation',
      title('FLAC Unabridged'),
    ),
    protocol: fc.constantFrom('torrent' as const, 'usenet' as const),
    sizeBytes: fc.integer({ min: 0, max: 2_000 * MEBIBYTE }),
    seeders: fc.nat(2_000),
    peers: fc.nat(2_000),
    freeleech: fc.boolean(),
    categories: fc.constantFrom<number[]>([], [3030], [3010]),
    infoHash: fc.constantFrom('a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)),
    publishedAt: fc.constantFrom('2026-03-01T11:30:00Z', '2020-01-01T00:00:00Z'),
  });

  it('does not depend on the order of releases, indexers or block list', () => {
    const lists = fc.array(anyRelease, { maxLength: 12 }).chain((releases) =>
      fc.record({
        releases: fc.constant(releases),
        shuffled: fc.shuffledSubarray(releases, { minLength: releases.length }),
      }),
    );
    fc.assert(
      fc.property(lists, ({ releases, shuffled }) => {
        const protocols = ['torrent', 'usenet'] as const;
        const blocklist = [`hash:${'c'.repeat(40)}`, 'title:gone:foundation'];
        const one = decide(makeInput(releases, { protocols, blocklist }));
        const other = decide(
          makeInput(shuffled, { protocols, blocklist: blocklist.toReversed(), indexers: [BETA, ALPHA] }),
        );
        expect(other).toEqual(one);
      }),
    );
  });

  it('numbers accepted ones from 1 without a gap, before all refused ones', () => {
    fc.assert(
      fc.property(fc.array(anyRelease, { maxLength: 12 }), (releases) => {
        const { candidates } = decide(makeInput(releases));
        const ranks = candidates.map(({ rank }) => rank);
        const accepted = candidates.filter(isAccepted);
        expect(ranks).toEqual([
          ...accepted.map((_, at) => at + 1),
          ...Array.from(ranks.slice(accepted.length), () => null),
        ]);
      }),
    );
  });
});

function isAccepted({ rejections }: Candidate): boolean {
  return rejections.length === 0;
}
