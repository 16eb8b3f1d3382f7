import { describe, expect, it } from '@jest/globals';

import {
  categoriesFor,
  planSearch,
  type PlannedIndexer,
} from '../../../src/domain/acquisition/search-plan.js';
import { FOUNDATION } from './releases.js';

const able: PlannedIndexer = {
  id: 'able',
  categories: [],
  searching: { 'book-search': ['q', 'author', 'title'], search: ['q'] },
};
const plain: PlannedIndexer = { id: 'plain', categories: [], searching: { search: ['q'] } };
const mute: PlannedIndexer = { id: 'mute', categories: [], searching: null };

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

  it('never asks for books by author and title when a film is wanted', () => {
    const tiers = planSearch({
      item: { mediaType: 'movie', title: 'Solaris', author: 'x' },
      indexers: [able],
    });
    expect(tiers.map(({ tier }) => tier)).toEqual([2, 3]);
  });
});

describe('categoriesFor', () => {
  it('takes the standard one where none is configured, and the indexer’s own always', () => {
    expect(categoriesFor('audiobook', [])).toEqual([3030]);
    expect(categoriesFor('ebook', [3030, 7020, 7060, 100_009])).toEqual([7020, 7060, 100_009]);
    expect(categoriesFor('episode', [2000])).toEqual([]);
  });
});
