import { describe, expect, it } from '@jest/globals';

import { authorMatcher, splitAuthors } from '../../../src/domain/acquisition/author-match.js';
import { FOUNDATION, makeRelease } from './releases.js';

const match = (author: string, title: string, told?: string) =>
  authorMatcher({ ...FOUNDATION, author })(
    makeRelease({ title, ...(told === undefined ? {} : { author: told }) }),
  );

describe('authorMatcher', () => {
  it.each([
    ['Isaac Asimov', 'Isaac Asimov - Foundation'],
    ['Isaac Asimov', 'Asimov, Isaac - Foundation'],
    ['Isaac Asimov', 'Asimov Foundation 01 Isaac'],
    ['J. K. Rowling', 'JK Rowling - The Casual Vacancy'],
    ['Arkady & Boris Strugatsky', 'Boris Strugatsky - Roadside Picnic'],
    ['Gabriel García Márquez', 'Gabriel Garcia Marquez - Love in the Time of Cholera'],
    ['Fyodor Dostoyevsky', 'Fyodor Dostoevsky - The Idiot'],
  ])('finds %s in "%s"', (author, title) => {
    expect(match(author, title).matched).toBeGreaterThan(0);
  });

  it.each([
    ['Ian Rankin', 'Max Rankin - Knots and Crosses'],
    ['Isaac Asimov', 'Jules Verne - Foundation'],
    ['Isaac Asimov', 'Foundation M4B'],
    ['Dan Brown', 'Daniel Browning - Inferno'],
  ])('does not find %s in "%s"', (author, title) => {
    expect(match(author, title).matched).toBe(0);
  });

  it('believes the author that the indexer tells', () => {
    expect(match('Isaac Asimov', 'Foundation M4B', 'Isaac Asimov')).toMatchObject({ matched: 1, total: 1 });
  });

  it('counts the found ones of several', () => {
    expect(match('Terry Pratchett & Neil Gaiman', 'Terry Pratchett - Good Omens')).toMatchObject({
      matched: 1,
      total: 2,
    });
  });

  it('says nothing where the item names no author', () => {
    const { author: _author, ...unsigned } = FOUNDATION;
    expect(authorMatcher(unsigned)(makeRelease())).toEqual({ matched: 0, total: 0, likeness: 0 });
  });
});

describe('splitAuthors', () => {
  it.each([
    ['Terry Pratchett, Neil Gaiman', ['Terry Pratchett', 'Neil Gaiman']],
    ['Asimov, Isaac', ['Isaac Asimov']],
    ['Tolkien, J. R. R.', ['J. R. R. Tolkien']],
    ['A. B. Cee and D. E. Eff', ['A. B. Cee', 'D. E. Eff']],
    ['Sandra Anderson', ['Sandra Anderson']],
    ['', []],
  ])('splits "%s"', (text, names) => {
    expect(splitAuthors(text)).toEqual(names);
  });
});
