import { describe, expect, it } from '@jest/globals';

import { bookTags, fileTags } from '../../../src/domain/acquisition/book-tags.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';

const BOOK: MediaItem = {
  ...{ mediaType: 'audiobook', title: 'Some Book', author: 'Some Author', narrator: 'A Narrator' },
  ...{ series: 'A Series', seriesPart: '2', year: 1895, asin: 'B000000001' },
};
const WHOLE = { number: 1, of: 1, title: 'Old' };

describe('the tags of a book', () => {
  it('name it as players read it, a series as a show in an MP4', () => {
    const shared = {
      ...{ title: 'Some Book', album: 'Some Book', artist: 'Some Author', album_artist: 'Some Author' },
      ...{ composer: 'A Narrator', date: '1895' },
    };
    expect(bookTags(BOOK)).toEqual({ ...shared, show: 'A Series', episode_id: '2' });
    expect(bookTags(BOOK, 'other')).toEqual({ ...shared, series: 'A Series', 'series-part': '2' });
    expect(fileTags(BOOK, 'other', WHOLE)).toMatchObject({ title: 'Some Book', asin: 'B000000001' });
  });

  it('hold nothing that is not known, and no part without its series', () => {
    const plain: MediaItem = { mediaType: 'audiobook', title: 'Some\0 Book', seriesPart: '2', narrator: ' ' };
    expect(fileTags(plain, 'mp4', WHOLE)).toEqual({ title: 'Some Book', album: 'Some Book' });
  });

  it.each([
    ['The Storm', 'The Storm'],
    [' ', 'Some Book - Part 2'],
    [undefined, 'Some Book - Part 2'],
  ])('number each of several files, which keep their own titles (%s)', (title, told) => {
    const tags = fileTags(BOOK, 'mp4', { number: 2, of: 12, title });
    expect(tags).toMatchObject({ title: told, track: '2/12', album: 'Some Book' });
  });
});
