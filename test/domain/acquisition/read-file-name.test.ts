import { describe, expect, it } from '@jest/globals';

import { readEpisodeName, readMovieName } from '../../../src/domain/acquisition/read-file-name.js';
import { tagConfidence } from '../../../src/domain/acquisition/tag-confidence.js';

describe('what a library’s file is called', () => {
  it.each<[string, string, number | null]>([
    ['Metropolis (1927)/Metropolis (1927) - 1080p BluRay.mkv', 'Metropolis', 1927],
    ['Metropolis.1927.1080p.BluRay.x264-GRP.mkv', 'Metropolis', 1927],
    ['2001 A Space Odyssey (1968).mkv', '2001 A Space Odyssey', 1968],
    ['1917.mkv', '1917', null],
    ['Blade Runner 2049 (2017).mkv', 'Blade Runner 2049', 2017],
    ['Metropolis (1927) - part1.avi', 'Metropolis', 1927],
  ])('reads the film "%s"', (path, title, year) => {
    expect(readMovieName(path)).toEqual({ title, year, season: null, episode: null });
  });

  it.each<[string, string, number | null, number | null]>([
    ['Some Show/Season 01/Some Show - S01E02 - 1080p.mkv', 'Some Show', 1, 2],
    ['Some.Show.S01E02E03.720p.mkv', 'Some Show', 1, 2],
    ['Some Show/Season 1/1x02.avi', 'Some Show', 1, 2],
    ['Some Show (1999)/Season 1/Pilot.avi', 'Some Show', null, null],
  ])('reads the episode "%s"', (path, title, season, episode) => {
    expect(readEpisodeName(path)).toMatchObject({ title, season, episode });
  });
});

describe('the confidence that tags give', () => {
  const item = { title: 'The Time Machine', author: 'H. G. Wells' };

  it.each<[Record<string, string>[], number, number]>([
    [[{ album: 'The Time Machine', artist: 'H. G. Wells' }], 100, 100],
    [[{ album: 'The Time Machine (Unabridged)', artist: 'Wells, H.G.' }], 100, 100],
    [[{ title: 'Chapter 1' }, { title: 'Chapter 2' }], 80, 80],
    [[{}], 80, 80],
    // A translation's title, by the same author.
    [[{ album: 'Die Zeitmaschine', artist: 'H. G. Wells' }], 50, 100],
    [[{ album: 'Emma', artist: 'Jane Austen' }], 0, 49],
    [[{ album: 'Emma' }], 0, 49],
  ])('%j is %d to %d percent', (tags, least, most) => {
    const { percent } = tagConfidence(item, tags);
    expect(percent).toBeGreaterThanOrEqual(least);
    expect(percent).toBeLessThanOrEqual(most);
  });
});
