import { describe, expect, it } from '@jest/globals';

import { decide, type Decision, type DecisionInput } from '../../../src/domain/acquisition/decide.js';
import type { MediaItem, Release } from '../../../src/domain/acquisition/release.js';
import { makeInput, makeRelease, MEBIBYTE } from './releases.js';

/** Two hours: 8,000 MiB are 9.3 Mbit/s. */
const FILM: MediaItem = { mediaType: 'movie', title: 'The Harbour', year: 2019, runtimeSeconds: 7_200 };
const EPISODE: MediaItem = {
  mediaType: 'episode',
  title: 'The First Night',
  series: 'Harbour Lights',
  season: 2,
  episode: 5,
  runtimeSeconds: 2_700,
};

function decided(item: MediaItem, releases: Partial<Release>[], more: Partial<DecisionInput> = {}): Decision {
  const categories = [item.mediaType === 'movie' ? 2000 : 5000];
  const sizeBytes = (item.mediaType === 'movie' ? 8_000 : 2_000) * MEBIBYTE;
  const list = releases.map((release, at) =>
    makeRelease({ guid: String(at), categories, sizeBytes, ...release }),
  );
  return decide(makeInput(list, { item, ...more }));
}

const codesOf = (
  item: MediaItem,
  title: string,
  more: Partial<Release> = {},
  input: Partial<DecisionInput> = {},
) => (decided(item, [{ title, ...more }], input).candidates[0]?.rejections ?? []).map(({ code }) => code);

const order = (item: MediaItem, titles: string[], input: Partial<DecisionInput> = {}): string[] =>
  decided(
    item,
    titles.map((title) => ({ title })),
    input,
  ).candidates.map(({ release }) => release.title);

describe('films', () => {
  it.each([
    'The.Harbour.2019.1080p.BluRay.x264-GRP',
    'The Harbour (2019) [1080p]',
    'Harbour.2019.1080p.WEB-DL.H.264',
    '[Grp] The Harbour 2019 1080p',
    'www.site.example - The.Harbour.2019.1080p.BluRay',
    'The.Harbour.1080p.BluRay.x264',
    'The.Harbour.2020.1080p.BluRay',
    'The.Harbour.2018.1080p.BluRay',
    'The.Harbour.Directors.Cut.2019.1080p.BluRay',
    'The.Harbour.2019.German.1080p.BluRay.FLAC',
    'The.Harbour.2019.Criterion.Collection.1080p.BluRay',
  ])('accept "%s"', (title) => {
    expect(codesOf(FILM, title)).toEqual([]);
  });

  it.each<[string, string, string[]]>([
    ['another year', 'The.Harbour.2016.1080p.BluRay', ['TITLE_MISMATCH']],
    ['a sequel', 'The.Harbour.2.2019.1080p.BluRay', ['TITLE_MISMATCH']],
    ['a longer title', 'The.Harbour.Master.2019.1080p.BluRay', ['TITLE_MISMATCH']],
    ['a title that ends like it', 'Return.to.the.Harbour.2019.1080p.BluRay', ['TITLE_MISMATCH']],
    ['an episode', 'The.Harbour.S01E02.1080p.WEB-DL', ['WRONG_TYPE']],
    ['a season', 'The.Harbour.S01.1080p.BluRay', ['WRONG_TYPE']],
    ['an audiobook', 'The Harbour 2019 M4B', ['WRONG_TYPE']],
    ['a pack', 'The.Harbour.2019.Trilogy.1080p.BluRay', ['PACK']],
    ['a cinema’s copy', 'The.Harbour.2019.HDCAM.x264', ['MUST_NOT_TERM']],
  ])('refuse %s', (_what, title, codes) => {
    const release = title.includes('M4B') ? { categories: [] } : {};
    expect(codesOf(FILM, title, release)).toEqual(codes);
  });

  it('let a misspelt title pass, in its own year alone', () => {
    const film: MediaItem = { mediaType: 'movie', title: 'The Lighthouse Keeper', year: 2019 };
    expect(codesOf(film, 'The.Lighthouse.Keper.2019.1080p.BluRay')).toEqual([]);
    expect(codesOf(film, 'The.Lighthouse.Keper.2020.1080p.BluRay')).toEqual(['TITLE_MISMATCH']);
    expect(codesOf(film, 'The.Lighthouse.Keeper.2020.1080p.BluRay')).toEqual([]);
  });

  it('take "Blade 2049" by its whole name, and its year for the year', () => {
    const film: MediaItem = { mediaType: 'movie', title: 'Blade 2049', year: 2017 };
    expect(codesOf(film, 'Blade.2049.2017.1080p.BluRay')).toEqual([]);
    expect(codesOf(film, 'Blade.2049.1080p.BluRay')).toEqual([]);
    expect(codesOf({ ...film, title: 'Mission: Harbour' }, 'Mission.2017.1080p.BluRay')).toEqual([
      'TITLE_MISMATCH',
    ]);
  });

  it('are recognized by an id that the indexer tells, and refused by another', () => {
    const film = { ...FILM, imdbId: 'tt0000001' };
    const foreign = 'Der.Hafen.2021.1080p.BluRay';
    const { candidates } = decided(film, [{ title: foreign, imdbId: 'tt0000001' }]);
    expect(candidates).toMatchObject([{ rank: 1, class: 'id' }]);
    expect(codesOf(film, 'The.Harbour.2019.1080p', { imdbId: 'tt0000002' })).toEqual(['TITLE_MISMATCH']);
  });

  it('hold sizes to what a picture of so many lines takes a minute', () => {
    const of = (title: string, mebibytes: number) =>
      codesOf(FILM, title, { sizeBytes: mebibytes * MEBIBYTE });
    expect(of('The.Harbour.2019.2160p.WEB-DL', 1_500)).toEqual(['SIZE_BELOW']);
    expect(of('The.Harbour.2019.1080p.WEB-DL', 1_500)).toEqual([]);
    expect(of('The.Harbour.2019.720p.WEB-DL', 40_000)).toEqual(['SIZE_ABOVE']);
    expect(of('The.Harbour.2019.1080p.REMUX', 4_000)).toEqual(['SIZE_BELOW']);
    expect(of('The.Harbour.2019.1080p.WEB-DL', 0)).toEqual([]);
  });

  it('stand in the order of their picture, then of their repairs', () => {
    const titles = [
      'The.Harbour.2019.2160p.REMUX',
      'The.Harbour.2019.2160p.WEB-DL',
      'The.Harbour.2019.1080p.BluRay.PROPER',
      'The.Harbour.2019.1080p.BluRay',
      'The.Harbour.2019.1080p.WEBRip',
      'The.Harbour.2019.720p.HDTV',
      'The.Harbour.2019.480p.DVDRip',
    ];
    const input = { item: FILM };
    const { runtimeSeconds: _runtime, ...unmeasured } = FILM;
    expect(order(unmeasured, titles.toReversed(), { ...input, item: unmeasured })).toEqual(titles);
  });

  it('follow another ranking of pictures', () => {
    const quality = {
      id: 'small',
      name: 'Small files',
      places: [[{ source: 'web-dl', resolution: '720p' }], [{ source: 'bluray', resolution: '1080p' }]],
    } as const;
    const titles = [
      'The.Harbour.2019.720p.WEB-DL',
      'The.Harbour.2019.1080p.BluRay',
      'The.Harbour.2019.2160p.REMUX',
    ];
    expect(
      order({ mediaType: 'movie', title: 'The Harbour', year: 2019 }, titles.toReversed(), {
        preferred: { quality },
      }),
    ).toEqual(titles);
  });
});

describe('episodes', () => {
  it.each([
    'Harbour.Lights.S02E05.720p.WEB-DL',
    'Harbour.Lights.S02E05.The.First.Night.720p.WEB-DL',
    'Harbour Lights 2x05 720p',
    'Harbour.Lights.S02E04E05.720p.WEB-DL',
    'Harbour.Lights.2017.S02E05.720p.WEB-DL',
  ])('accept "%s"', (title) => {
    expect(codesOf(EPISODE, title)).toEqual([]);
  });

  it.each<[string, string, string[]]>([
    ['another episode', 'Harbour.Lights.S02E06.720p', ['VOLUME_CONFLICT']],
    ['another season', 'Harbour.Lights.S01E05.720p', ['VOLUME_CONFLICT']],
    ['no number', 'Harbour.Lights.720p.WEB-DL', ['VOLUME_CONFLICT']],
    ['a day', 'Harbour.Lights.2024.03.05.720p', ['VOLUME_CONFLICT']],
    ['its season as a pack', 'Harbour.Lights.S02.720p.WEB-DL', ['PACK']],
    ['another season as a pack', 'Harbour.Lights.S03.720p.WEB-DL', ['VOLUME_CONFLICT']],
    ['another show', 'Harbour.Lights.Revisited.S02E05.720p', ['TITLE_MISMATCH']],
    ['a show of another land', 'Harbour.Lights.US.S02E05.720p', ['TITLE_MISMATCH']],
  ])('refuse %s', (_what, title, codes) => {
    expect(codesOf(EPISODE, title)).toEqual(codes);
  });

  it('share the size of a release with several of them', () => {
    // 45 minutes at 720p take 161 MiB at least.
    expect(codesOf(EPISODE, 'Harbour.Lights.S02E05.720p', { sizeBytes: 170 * MEBIBYTE })).toEqual([]);
    expect(codesOf(EPISODE, 'Harbour.Lights.S02E04E05.720p', { sizeBytes: 170 * MEBIBYTE })).toEqual([
      'SIZE_BELOW',
    ]);
  });

  it('are known by their day where that is known', () => {
    const daily: MediaItem = { mediaType: 'episode', title: 'Harbour Lights', releaseDate: '2024-03-05' };
    expect(codesOf(daily, 'Harbour.Lights.2024.03.05.720p.WEB')).toEqual([]);
    expect(codesOf(daily, 'Harbour.Lights.2024.03.06.720p.WEB')).toEqual(['VOLUME_CONFLICT']);
  });

  it('stand single before several, and several before a season, where one is wanted', () => {
    const titles = [
      'Harbour.Lights.S02E05.720p.WEB-DL',
      'Harbour.Lights.S02E04E05.720p.WEB-DL',
      'Harbour.Lights.S02E05E06.720p.WEB-DL',
      'Harbour.Lights.S02E04E05E06.720p.WEB-DL',
      'Harbour.Lights.S02.720p.WEB-DL',
      'Harbour.Lights.S01-S03.720p.WEB-DL',
    ];
    expect(order(EPISODE, titles.toReversed(), { preferred: { packs: true } })).toEqual(titles);
  });

  it('of a whole season are wanted as one pack', () => {
    const { episode: _episode, ...season } = EPISODE;
    expect(codesOf(season, 'Harbour.Lights.S02.720p.WEB-DL')).toEqual([]);
    expect(codesOf(season, 'Harbour.Lights.S02E05.720p.WEB-DL')).toEqual(['VOLUME_CONFLICT']);
    expect(codesOf(season, 'Harbour.Lights.S01-S05.720p.WEB-DL')).toEqual(['PACK']);
    const titles = ['Harbour.Lights.S02.720p.WEB-DL', 'Harbour.Lights.S01-S05.720p.WEB-DL'];
    expect(order(season, titles.toReversed(), { preferred: { packs: true } })).toEqual(titles);
  });
});
