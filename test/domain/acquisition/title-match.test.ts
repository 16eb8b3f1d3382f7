import { describe, expect, it } from '@jest/globals';

import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import { titleMatcher } from '../../../src/domain/acquisition/title-match.js';
import { FOUNDATION, makeRelease } from './releases.js';

const match = (
  title: string,
  more: Partial<MediaItem> = {},
  told: { bookTitle?: string; author?: string } = {},
) => titleMatcher({ ...FOUNDATION, ...more })(makeRelease({ title, ...told }));

describe('titleMatcher', () => {
  it.each([
    'Isaac Asimov - Foundation (1951) M4B',
    'Foundation by Isaac Asimov',
    'Isaac.Asimov.Foundation.Unabridged.MP3-GRP',
    'Asimov, Isaac - [Foundation 1] - Foundation',
    'Foundation: Foundation, Book 1',
    'Foundation_Isaac_Asimov_(read_by_Scott_Brick)',
    'FOUNDATION - Isaac Asimov - 64 kbps',
    'Isaac Asimov - Foundation Unabridged Audiobook',
    'The Foundation | Isaac Asimov',
  ])('finds the whole title in "%s"', (title) => {
    expect(match(title)).toMatchObject({ complete: true, wordShare: 1 });
  });

  it.each([
    ['Isaac Asimov - Foundation and Empire [M4B]', 'foundation and empire'],
    ['Isaac Asimov - Second Foundation', 'second foundation'],
    ["Isaac Asimov - Foundation's Edge", undefined],
    ['Isaac.Asimov.Prelude.to.Foundation.MP3', 'prelude to foundation'],
    ['Foundation - Foundation and Earth - Isaac Asimov', 'foundation and earth'],
  ])('sees another title in "%s"', (title, goesOn) => {
    const found = match(title);
    expect(found.complete).toBe(false);
    expect(found.goesOn).toBe(goesOn);
  });

  it('takes the words before a title for a name where no author is known', () => {
    const { author: _author, ...unsigned } = FOUNDATION;
    expect(titleMatcher(unsigned)(makeRelease({ title: 'Asimov Foundation M4B' }))).toMatchObject({
      complete: true,
    });
  });

  it('believes the book title that the indexer tells', () => {
    expect(match('Asimov_F2_64k', {}, { bookTitle: 'Foundation and Empire' })).toMatchObject({
      goesOn: 'foundation and empire',
    });
    expect(match('Asimov F1 64k', {}, { bookTitle: 'Foundation' })).toMatchObject({
      complete: true,
      wordShare: 1,
    });
  });

  it('finds a title without its leading article, and one with a subtitle', () => {
    expect(match('Stephen King - Stand, The', { title: 'The Stand', author: 'Stephen King' })).toMatchObject({
      complete: true,
    });
    const sapiens = { title: 'Sapiens: A Brief History of Humankind', author: 'Yuval Noah Harari' };
    expect(match('Sapiens A Brief History of Humankind - Harari', sapiens)).toMatchObject({ complete: true });
    expect(match('Yuval Noah Harari - Sapiens', sapiens)).toMatchObject({ complete: true, wordShare: 1 });
  });

  it('tells the number right behind the title', () => {
    const volume = (title: string) =>
      match(title, { title: 'Mistborn', author: 'Brandon Sanderson' }).volumeBehind;
    expect(volume('Brandon Sanderson - Mistborn 02')).toBe(2);
    expect(volume('Brandon Sanderson - Mistborn: Book 3 - x')).toBe(3);
    expect(volume('Mistborn (Book 2) M4B')).toBe(2);
    expect(volume('Mistborn 64 kbps')).toBeUndefined();
    expect(volume('Mistborn 2006 M4B')).toBeUndefined();
    expect(volume('Mistborn - 2 of 5')).toBeUndefined();
  });

  it('tells the share of words for a title in another order', () => {
    expect(match('Rings of the Lord', { title: 'The Lord of the Rings' })).toMatchObject({
      wordShare: 1,
      complete: false,
    });
    expect(match('The Lord', { title: 'The Lord of the Rings' }).wordShare).toBe(0.5);
  });
});
