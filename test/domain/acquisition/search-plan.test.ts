import { describe, expect, it } from '@jest/globals';

import { queryText } from '../../../src/domain/acquisition/query-text.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import {
  categoriesFor,
  planSearch,
  type PlannedIndexer,
  type SearchQuery,
  type SearchTier,
} from '../../../src/domain/acquisition/search-plan.js';
import { FOUNDATION } from './releases.js';

const able: PlannedIndexer = {
  id: 'able',
  categories: [],
  searching: { 'book-search': ['q', 'author', 'title'], search: ['q'] },
};
const plain: PlannedIndexer = { id: 'plain', categories: [], searching: { search: ['q'] } };
const mute: PlannedIndexer = { id: 'mute', categories: [], searching: null };
const byId: PlannedIndexer = {
  id: 'by-id',
  categories: [],
  searching: { 'movie-search': ['q', 'tmdbid'], 'tv-search': ['q', 'season', 'ep', 'tvdbid'] },
};

const EPISODE: MediaItem = {
  mediaType: 'episode',
  title: 'Severance',
  season: 2,
  episode: 7,
  tvdbId: 371_980,
};

const textsOf = (tiers: SearchTier[]) => tiers.map(({ tier, queries }) => [tier, queries[0]?.query.text]);

describe('planSearch', () => {
  it('goes from author and title to the main title alone', () => {
    const item = { ...FOUNDATION, title: 'Sapiens: A Brief History', author: 'Yuval Noah Harari' };
    const tiers = planSearch({ item, indexers: [able] });
    expect(tiers.map(({ tier, queries }) => [tier, queries[0]?.query])).toEqual([
      [
        1,
        { mode: 'book', author: 'Yuval Noah Harari', title: 'Sapiens: A Brief History', categories: [3030] },
      ],
      [2, { mode: 'search', text: 'Yuval Noah Harari Sapiens: A Brief History', categories: [3030] }],
      [3, { mode: 'search', text: 'Sapiens: A Brief History', categories: [3030] }],
      [4, { mode: 'search', text: 'Sapiens', categories: [3030] }],
    ]);
  });

  it('asks only those by author and title whose caps offer it', () => {
    const [first, second] = planSearch({ item: FOUNDATION, indexers: [plain, mute, able] });
    expect(first?.queries.map(({ indexerId }) => indexerId)).toEqual(['able']);
    expect(second?.queries.map(({ indexerId }) => indexerId)).toEqual(['able', 'mute', 'plain']);
  });

  it('leaves out a tier that would ask the same again', () => {
    expect(planSearch({ item: FOUNDATION, indexers: [plain] }).map(({ tier }) => tier)).toEqual([2, 3]);
    const { author: _author, ...unsigned } = FOUNDATION;
    expect(planSearch({ item: unsigned, indexers: [able] }).map(({ tier }) => tier)).toEqual([2]);
  });

  it('replaces the title by a person’s own words', () => {
    const tiers = planSearch({ item: FOUNDATION, indexers: [plain], terms: 'Foundation Trilogy' });
    expect(tiers.map(({ queries }) => queries[0]?.query.text)).toEqual([
      'Isaac Asimov Foundation Trilogy',
      'Foundation Trilogy',
    ]);
  });

  it('leaves out an indexer that is off for the media type, and plans nothing where all are', () => {
    const films = { ...plain, categories: [2000, 2040] };
    expect(planSearch({ item: FOUNDATION, indexers: [films] })).toEqual([]);
    expect(planSearch({ item: FOUNDATION, indexers: [] })).toEqual([]);
  });

  it('asks for a film with its year, then without, and never as for a book', () => {
    const film: MediaItem = { mediaType: 'movie', title: 'Solaris', author: 'x', year: 1972 };
    expect(textsOf(planSearch({ item: film, indexers: [able] }))).toEqual([
      [2, 'Solaris 1972'],
      [3, 'Solaris'],
    ]);
    const { year: _year, ...undated } = film;
    expect(textsOf(planSearch({ item: undated, indexers: [able] }))).toEqual([[2, 'Solaris']]);
  });

  it('asks for an episode by its numbers, and never for the whole series', () => {
    expect(textsOf(planSearch({ item: EPISODE, indexers: [plain] }))).toEqual([[2, 'Severance S02E07']]);
  });

  it('puts a person’s own words in the place of a title, also of films and episodes', () => {
    const film: MediaItem = { mediaType: 'movie', title: 'Solaris', year: 1972, tmdbId: 593 };
    expect(textsOf(planSearch({ item: film, indexers: [byId], terms: 'Solyaris' }))).toEqual([
      [2, 'Solyaris 1972'],
      [3, 'Solyaris'],
    ]);
    expect(textsOf(planSearch({ item: EPISODE, indexers: [byId], terms: 'Severance US' }))).toEqual([
      [2, 'Severance US S02E07'],
    ]);
  });
});

describe('tier 0', () => {
  const firstQuery = (item: MediaItem, searching: PlannedIndexer['searching']) => {
    const [tier] = planSearch({ item, indexers: [{ id: 'one', categories: [], searching }] });
    return tier?.tier === 0 ? tier.queries[0]?.query : undefined;
  };
  const film: MediaItem = {
    mediaType: 'movie',
    title: 'Solaris',
    year: 1972,
    imdbId: 'tt0069293',
    tmdbId: 593,
  };

  it('asks by the most telling id that both sides know, and by one only', () => {
    expect(firstQuery(film, { 'movie-search': ['q', 'imdbid', 'tmdbid'] })).toEqual({
      ...{ mode: 'movie', title: 'Solaris', year: 1972, tmdbId: 593, categories: [2000] },
    });
    expect(firstQuery(film, { 'movie-search': ['q', 'imdbid'] })).toMatchObject({ imdbId: 'tt0069293' });
    expect(firstQuery(EPISODE, { 'tv-search': ['q', 'season', 'ep', 'tvdbid', 'tmdbid'] })).toEqual({
      ...{ mode: 'tv', title: 'Severance', season: 2, episode: 7, tvdbId: 371_980, categories: [5000] },
    });
  });

  it('is left out where caps offer no such id, the item has none, or the numbers cannot be asked', () => {
    expect(firstQuery(film, { 'movie-search': ['q'] })).toBeUndefined();
    expect(firstQuery(film, { 'tv-search': ['imdbid'] })).toBeUndefined();
    expect(firstQuery(film, null)).toBeUndefined();
    const { imdbId: _imdb, tmdbId: _tmdb, ...unknown } = film;
    expect(firstQuery(unknown, { 'movie-search': ['imdbid', 'tmdbid'] })).toBeUndefined();
    expect(firstQuery(EPISODE, { 'tv-search': ['q', 'tvdbid'] })).toBeUndefined();
    const { episode: _episode, ...season } = EPISODE;
    expect(firstQuery(season, { 'tv-search': ['season', 'ep', 'tvdbid'] })).toBeUndefined();
  });

  it('asks for a book by its ISBN where caps offer that', () => {
    const item: MediaItem = { ...FOUNDATION, isbn: '9780553293357' };
    expect(firstQuery(item, { 'book-search': ['q', 'author', 'title', 'isbn'] })).toMatchObject({
      mode: 'book',
      isbn: '9780553293357',
      title: 'Foundation',
    });
    expect(firstQuery(item, { 'book-search': ['author', 'title'] })).toBeUndefined();
  });
});

describe('queryText', () => {
  it.each<[Omit<SearchQuery, 'categories'>, string]>([
    [{ mode: 'search', text: 'Isaac Asimov Foundation' }, 'Isaac Asimov Foundation'],
    [{ mode: 'book', author: 'Isaac Asimov', title: 'Foundation' }, 'Isaac Asimov Foundation'],
    [{ mode: 'movie', title: 'Solaris', year: 1972 }, 'Solaris 1972'],
    [{ mode: 'movie', text: 'own words', title: 'Solaris', year: 1972 }, 'own words'],
    [{ mode: 'tv', title: 'Severance', season: 2, episode: 7 }, 'Severance S02E07'],
    [{ mode: 'latest' }, ''],
  ])('says %j in plain words', (query, text) => {
    expect(queryText(query)).toBe(text);
  });
});

describe('categoriesFor', () => {
  it('takes the standard one where none is configured, and the indexer’s own always', () => {
    expect(categoriesFor('audiobook', [])).toEqual([3030]);
    expect(categoriesFor('ebook', [3030, 7020, 7060, 100_009])).toEqual([7020, 7060, 100_009]);
    expect(categoriesFor('episode', [2000])).toEqual([]);
  });
});
