import { describe, expect, it } from '@jest/globals';

import { releaseKey } from '../../../src/domain/acquisition/blocklist.js';
import { decide, type DecisionInput } from '../../../src/domain/acquisition/decide.js';
import type { MediaItem, Release } from '../../../src/domain/acquisition/release.js';
import type { Rejection, RejectionCode } from '../../../src/domain/acquisition/rejection.js';
import { ALPHA, FOUNDATION, makeInput, makeRelease, MEBIBYTE, NOW } from './releases.js';

const rejectionsOf = (release: Partial<Release>, more: Partial<DecisionInput> = {}): Rejection[] =>
  decide(makeInput([makeRelease(release)], more)).candidates[0]?.rejections ?? [];

const codesOf = (release: Partial<Release>, more: Partial<DecisionInput> = {}): RejectionCode[] =>
  rejectionsOf(release, more).map(({ code }) => code);

const item = (more: Partial<MediaItem>): { item: MediaItem } => ({ item: { ...FOUNDATION, ...more } });

describe('the hard rules', () => {
  it('let a fitting release pass', () => {
    expect(codesOf({})).toEqual([]);
  });

  it.each<[RejectionCode, string, Partial<Release>]>([
    ['WRONG_TYPE', 'a music category', { categories: [3010] }],
    ['WRONG_TYPE', 'an ebook by its name', { title: 'Isaac Asimov - Foundation EPUB' }],
    ['TITLE_MISMATCH', 'a sequel', { title: 'Isaac Asimov - Foundation and Empire M4B' }],
    ['TITLE_MISMATCH', 'another book', { title: 'Isaac Asimov - I, Robot M4B' }],
    ['AUTHOR_MISMATCH', 'another author', { title: 'Mercedes Lackey - Foundation M4B' }],
    ['VOLUME_CONFLICT', 'another volume', { title: 'Isaac Asimov - Foundation 2 M4B' }],
    ['LANGUAGE', 'another language', { title: 'Isaac Asimov - Foundation [German] M4B' }],
    ['LANGUAGE', 'another language that the indexer tells', { language: 'French' }],
    ['ABRIDGED', 'an abridged edition', { title: 'Isaac Asimov - Foundation (Abridged) M4B' }],
    ['DRAMATISED', 'a radio play', { title: 'Isaac Asimov - Foundation (BBC Radio Drama) M4B' }],
    ['PACK', 'a pack', { title: 'Isaac Asimov - Foundation (Books 1-7) M4B' }],
    ['SIZE_BELOW', 'less than 20 MiB', { sizeBytes: 19 * MEBIBYTE }],
    ['SIZE_BELOW', 'less than 24 kbit/s', { sizeBytes: 100 * MEBIBYTE }],
    ['SIZE_ABOVE', 'more than 400 kbit/s', { sizeBytes: 1_800 * MEBIBYTE }],
    ['DRM', 'an encrypted container', { title: 'Isaac Asimov - Foundation AAX' }],
    ['PROTOCOL_DISABLED', 'a protocol that no client fetches', { protocol: 'usenet' }],
    ['MIN_SEEDERS', 'no seeders', { seeders: 0 }],
  ])('give %s for %s', (code, _what, release) => {
    expect(codesOf(release)).toEqual([code]);
  });

  it.each<[string, Partial<Release>, Partial<DecisionInput>]>([
    ['a category of the indexer’s own', { categories: [100_042] }, {}],
    ['no category', { categories: [] }, {}],
    ['the root category of audio', { categories: [3000] }, {}],
    ['an ebook in the same torrent', { title: 'Isaac Asimov - Foundation M4B + EPUB' }, {}],
    ['no language told', { title: 'Isaac Asimov - Foundation M4B' }, {}],
    ['two languages, one of them wished', { title: 'Isaac Asimov - Foundation [German/English] M4B' }, {}],
    [
      'a wished abridged edition',
      { title: 'Isaac Asimov - Foundation (Abridged) M4B' },
      { preferred: { edition: 'abridged' } },
    ],
    ['any edition', { title: 'Isaac Asimov - Foundation (Abridged) M4B' }, { preferred: { edition: 'any' } }],
    [
      'a wished pack',
      { title: 'Isaac Asimov - Foundation (Books 1-7) M4B', sizeBytes: 3_000 * MEBIBYTE },
      { preferred: { packs: true } },
    ],
    [
      'lossless audio of 900 kbit/s',
      { title: 'Isaac Asimov - Foundation FLAC', sizeBytes: 3_860 * MEBIBYTE },
      {},
    ],
    ['a decrypted container', { title: 'Isaac Asimov - Foundation M4B (from AAX)' }, {}],
    ['an unknown size', { sizeBytes: 0 }, {}],
    ['an unknown number of seeders', { seeders: undefined } as unknown as Partial<Release>, {}],
    ['the first volume, marked', { title: 'Isaac Asimov - Foundation 01 M4B' }, {}],
    ['the asked volume', { title: 'Isaac Asimov - Foundation, Book 3 M4B' }, item({ seriesPart: '3' })],
    [
      'a large size where the running time is unknown',
      { sizeBytes: 9_000 * MEBIBYTE },
      { item: { mediaType: 'audiobook', title: 'Foundation', author: 'Isaac Asimov' } },
    ],
  ])('let %s pass', (_what, release, more) => {
    expect(codesOf(release, more)).toEqual([]);
  });

  it('refuse a volume of the series that is not the asked one (no. 4)', () => {
    const wanted = item({
      title: 'The Well of Ascension',
      author: 'Brandon Sanderson',
      series: 'Mistborn',
      seriesPart: '2',
    });
    const of = (title: string) => codesOf({ title }, wanted);
    expect(of('Brandon Sanderson - Mistborn 2 - The Well of Ascension M4B')).toEqual([]);
    expect(of('Brandon Sanderson - [Mistborn #3] - The Well of Ascension M4B')).toEqual(['VOLUME_CONFLICT']);
  });

  it('hold an ebook to 20 MiB', () => {
    const ebook = item({ mediaType: 'ebook' });
    const release = { title: 'Isaac Asimov - Foundation EPUB', categories: [7020] };
    expect(codesOf({ ...release, sizeBytes: 2 * MEBIBYTE }, ebook)).toEqual([]);
    expect(codesOf({ ...release, sizeBytes: 21 * MEBIBYTE }, ebook)).toEqual(['SIZE_ABOVE']);
  });

  it('refuse what is blocked, by a hash in any case and by title and indexer', () => {
    const infoHash = 'AB'.repeat(20);
    const blocklist = [releaseKey({ indexerId: 'other', title: 'x', infoHash: infoHash.toLowerCase() })];
    expect(codesOf({ infoHash }, { blocklist })).toEqual(['BLOCKLISTED']);
    const byTitle = [releaseKey(makeRelease())];
    expect(codesOf({ infoHash }, { blocklist: byTitle })).toEqual(['BLOCKLISTED']);
    expect(codesOf({ indexerId: 'beta' }, { blocklist: byTitle })).toEqual([]);
  });

  it('refuse what this request fetched before, by hash or by indexer and guid (no. 5)', () => {
    const infoHash = 'ab'.repeat(20);
    expect(
      codesOf({ infoHash }, { grabbed: [{ indexerId: 'x', guid: 'y', infoHash: infoHash.toUpperCase() }] }),
    ).toEqual(['ALREADY_GRABBED']);
    expect(codesOf({}, { grabbed: [{ indexerId: 'alpha', guid: 'guid-1' }] })).toEqual(['ALREADY_GRABBED']);
    expect(codesOf({}, { grabbed: [{ indexerId: 'beta', guid: 'guid-1' }] })).toEqual([]);
  });

  it('say when a temporary refusal is worth another look', () => {
    expect(rejectionsOf({ seeders: 2 }, { indexers: [{ ...ALPHA, minimumSeeders: 3 }] })).toEqual([
      {
        code: 'MIN_SEEDERS',
        permanent: false,
        detail: 'has 2 seeders, at least 3 are expected',
        retryAt: '2026-03-01T18:00:00.000Z',
      },
    ]);
    expect(rejectionsOf({}, { indexers: [{ ...ALPHA, backoffUntil: NOW + 60_000 }] })).toMatchObject([
      { code: 'INDEXER_BACKOFF', permanent: false, retryAt: '2026-03-01T12:01:00.000Z' },
    ]);
    expect(rejectionsOf({}, { indexers: [{ ...ALPHA, backoffUntil: NOW }] })).toEqual([]);
  });

  it('leave an untold author to the person who chooses', () => {
    const release = { title: 'Foundation M4B' };
    expect(codesOf(release)).toEqual(['AUTHOR_MISMATCH']);
    expect(codesOf(release, { mode: 'invoked' })).toEqual(['AUTHOR_MISMATCH']);
    expect(codesOf(release, { mode: 'interactive' })).toEqual([]);
  });

  it('collect every reason, not only the first', () => {
    const codes = codesOf({
      title: 'Jules Verne - Foundation and Empire EPUB',
      seeders: 0,
      sizeBytes: MEBIBYTE,
    });
    expect(codes).toEqual(['WRONG_TYPE', 'TITLE_MISMATCH', 'AUTHOR_MISMATCH', 'SIZE_BELOW', 'MIN_SEEDERS']);
  });

  it('refuse a weak match with LOW_MATCH', () => {
    // All required words, but apart, and nothing else that speaks for it.
    const wanted: { item: MediaItem } = { item: { mediaType: 'audiobook', title: 'Rings Lord' } };
    const release = { title: 'Of the Lord and Others, A Tale of Seven Rings 8 kbps wma', seeders: 1 };
    expect(codesOf(release, wanted)).toEqual(['LOW_MATCH']);
  });
});
