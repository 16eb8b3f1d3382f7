import { describe, expect, it } from '@jest/globals';

import { decide } from '../../../src/domain/acquisition/decide.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import { indexWaiting } from '../../../src/domain/acquisition/waiting-index.js';
import { makeName, makeTitle } from '../../support/made-releases.js';
import { createRandom } from '../../support/random.js';
import { makeInput, makeRelease } from './releases.js';

const book = (title: string): { item: MediaItem } => ({ item: { mediaType: 'audiobook', title } });

function titlesFor(waiting: readonly { item: MediaItem }[], release: Parameters<typeof makeRelease>[0]) {
  return indexWaiting(waiting)(makeRelease(release)).map(({ item }) => item.title);
}

describe('the index over what is waited for', () => {
  const books = [book('Foundation'), book('The Dispossessed'), book('Do Androids Dream of Electric Sheep?')];

  it('gives a release to those whose title it may bear, and to no other', () => {
    expect(titlesFor(books, { title: 'Isaac.Asimov-Foundation-M4B' })).toEqual(['Foundation']);
    expect(titlesFor(books, { title: 'Ursula K. Le Guin - The Dispossessed' })).toEqual(['The Dispossessed']);
    expect(titlesFor(books, { title: 'Mary Shelley - Frankenstein' })).toEqual([]);
  });

  it('reads the title that the indexer tells, without marks and capitals', () => {
    expect(titlesFor([book('Élysée')], { title: 'a name', bookTitle: 'ELYSEE' })).toEqual(['Élysée']);
  });

  it('leaves out nobody whose title lacks one word of five, whichever it is', () => {
    const words = ['Brave', 'Androids', 'Dream', 'Electric', 'Sheep'];
    for (const missing of words) {
      const title = words.filter((word) => word !== missing).join('.');
      expect(titlesFor([book(words.join(' '))], { title })).toHaveLength(1);
    }
  });

  it('leaves out nobody to whom a decision would give the release', () => {
    const random = createRandom(20, 'waiting index');
    let accepted = 0;
    for (let n = 0; n < 400; n += 1) {
      const [title, author] = [makeTitle(random), makeName(random)];
      const item: MediaItem = { mediaType: 'audiobook', title, author };
      const told = title.split(' ').filter(() => random.chance(0.9));
      const release = makeRelease({
        guid: `g${n}`,
        title: `${author} - ${told.join(random.pick([' ', '.', '_']))} M4B`,
      });
      const { candidates } = decide(makeInput([release], { item }));
      if (candidates[0]?.rank !== 1) continue;
      accepted += 1;
      expect(indexWaiting([{ item }])(release)).toHaveLength(1);
    }
    expect(accepted).toBeGreaterThan(100);
  });

  it('finds films and episodes by id, whatever their release is called', () => {
    const film: MediaItem = { mediaType: 'movie', title: 'Solaris', year: 1972, imdbId: 'tt0069293' };
    const show: MediaItem = { mediaType: 'episode', title: 'Pilot', series: 'The Expanse', tvdbId: 280_619 };
    const waiting = [{ item: film }, { item: show }];
    expect(titlesFor(waiting, { title: 'Soljaris.1972', imdbId: 'tt0069293' })).toEqual(['Solaris']);
    expect(titlesFor(waiting, { title: 'The.Expanse.S01E01.1080p' })).toEqual(['Pilot']);
    expect(titlesFor(waiting, { title: 'La.Expansion', tvdbId: 280_619 })).toEqual(['Pilot']);
  });

  it('compares a title without words with everything', () => {
    expect(titlesFor([book('???')], { title: 'anything' })).toEqual(['???']);
  });
});
