import { describe, expect, it } from '@jest/globals';

import { itemKey, mediaItem } from '../../../src/catalogue/acquisition/media-item.js';
import { titleOf } from '../../../src/domain/acquisition/item-title.js';

const keyOf = (fields: object): string => itemKey(mediaItem.parse({ title: 'Mistborn', ...fields }));

describe('the key of an item', () => {
  it.each<[string, object, object]>([
    ['in another case and punctuation', { title: 'The Time-Machine!' }, { title: 'the time machine' }],
    ['with other marks', { title: 'Café' }, { title: 'CAFE' }],
    ['with other initials', { author: 'J. R. R. Tolkien' }, { author: 'JRR Tolkien' }],
    ['with another apostrophe', { title: 'Don’t Panic' }, { title: "Don't Panic" }],
    ['with a padded volume', { seriesPart: '02' }, { seriesPart: '2' }],
    ['with an ASIN, whatever else is known', { asin: 'B0036N4HZC' }, { title: 'x', asin: 'B0036N4HZC' }],
  ])('is one for one item written %s', (_what, one, other) => {
    expect(keyOf(one)).toBe(keyOf(other));
  });

  it.each<[string, object, object]>([
    ['titles', { title: 'Foundation' }, { title: 'Foundation and Empire' }],
    ['authors', { author: 'Isaac Asimov' }, { author: 'Mercedes Lackey' }],
    ['kinds', { mediaType: 'ebook' }, { mediaType: 'audiobook' }],
    ['volumes', { seriesPart: '1' }, { seriesPart: '2' }],
    ['titles without a letter', { title: '???' }, { title: '!!!' }],
    [
      'episodes',
      { mediaType: 'episode', season: 1, episode: 1 },
      { mediaType: 'episode', season: 1, episode: 2 },
    ],
    [
      'seasons',
      { mediaType: 'episode', season: 1, episode: 1 },
      { mediaType: 'episode', season: 11, episode: 1 },
    ],
    ['years of a film', { mediaType: 'movie', year: 1984 }, { mediaType: 'movie', year: 2021 }],
    ['editions by their ids', { asin: 'B0036N4HZC' }, { asin: 'B000000000' }],
  ])('is another for other %s', (_what, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });
});

describe('an item as a param', () => {
  it.each<[string, object]>([
    ['an empty title', { title: '  ' }],
    ['a title of more than 300 characters', { title: 'x'.repeat(301) }],
    ['an ASIN in small letters', { title: 'x', asin: 'b0036n4hzc' }],
    ['an ISBN with dashes', { title: 'x', isbn: '978-0-553-29335-7' }],
    ['a year as a text', { title: 'x', year: '1951' }],
    ['no running time', { title: 'x', runtimeSeconds: 0 }],
    ['an unknown field', { title: 'x', path: '/etc' }],
  ])('is refused with %s', (_what, fields) => {
    expect(mediaItem.safeParse(fields).success).toBe(false);
  });

  it('is an audiobook where nothing is said, and its names are trimmed', () => {
    const item = mediaItem.parse({ title: ' Mistborn ', author: ' Brandon Sanderson ' });
    expect(item).toEqual({ mediaType: 'audiobook', title: 'Mistborn', author: 'Brandon Sanderson' });
    expect(titleOf(item)).toBe('Mistborn by Brandon Sanderson');
  });
});
