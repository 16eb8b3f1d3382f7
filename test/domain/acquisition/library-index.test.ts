import { describe, expect, it } from '@jest/globals';

import { fuzzyMatch } from '../../../src/domain/acquisition/fuzzy-match.js';
import { indexLibrary } from '../../../src/domain/acquisition/library-index.js';
import type { MatchTarget } from '../../../src/domain/acquisition/match-guards.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import { makeLibrary, makeWanted } from '../../support/made-releases.js';
import { createRandom, type Random } from '../../support/random.js';

/** Few letters, so that titles are alike in every degree, also right at the least that is accepted. */
function shortTitle(random: Random): string {
  const letters = Array.from({ length: random.between(0, 9) }, () =>
    random.pick(['a', 'b', 'A', 'é', ' ', '雪', ':']),
  );
  return letters.join('') + random.pick(['', '', '', ' 2', ' (Unabridged)', ', Book 1']);
}

const shortName = (random: Random): string =>
  Array.from({ length: random.between(1, 5) }, () => random.pick(['a', 'b', 'c', ' '])).join('');

function shortLibrary(random: Random): MatchTarget[] {
  return Array.from({ length: random.between(0, 12) }, (_, number) => ({
    id: String(number),
    title: shortTitle(random),
    author: random.chance(0.8) ? shortName(random) : null,
    narrator: random.chance(0.3) ? shortName(random) : null,
    asin: null,
    isbn: null,
    durationSeconds: random.pick([null, 3_600, 4_000]),
  }));
}

describe('indexLibrary', () => {
  it('finds nothing in an empty library, and knows titles of one letter', () => {
    const item: MediaItem = { mediaType: 'audiobook', title: 'V', author: 'Thomas Pynchon' };
    expect(indexLibrary([]).match(item)).toMatchObject({ verdict: 'none' });
    const letter: MatchTarget = {
      ...{ id: 'v', title: 'v.', author: 'Thomas Pynchon', narrator: null },
      ...{ asin: null, isbn: null, durationSeconds: null },
    };
    expect(indexLibrary([letter]).match(item)).toEqual({ verdict: 'matched', id: 'v', score: 1 });
  });

  it('answers as comparing with each does, for titles alike in every degree', () => {
    const random = createRandom(7, 'short');
    for (let round = 0; round < 1_500; round += 1) {
      const library = shortLibrary(random);
      const index = indexLibrary(library);
      for (let asked = 0; asked < 3; asked += 1) {
        const author = random.chance(0.7) ? { author: shortName(random) } : {};
        const item: MediaItem = { mediaType: 'audiobook', title: shortTitle(random), ...author };
        expect({ item, library, answer: index.match(item) }).toEqual({
          item,
          library,
          answer: fuzzyMatch(item, library),
        });
      }
    }
  });

  it('answers as comparing with each does, for a library like a real one', () => {
    const library = makeLibrary(createRandom(7, 'library'), 1_500);
    const index = indexLibrary(library);
    const answers = makeWanted(createRandom(7, 'wanted'), library, 60).map((item) => {
      const answer = index.match(item);
      expect({ item, answer }).toEqual({ item, answer: fuzzyMatch(item, library) });
      return answer.verdict;
    });
    expect(new Set(answers)).toEqual(new Set(['matched', 'none', 'needs_decision']));
  });
});
