import { describe, expect, it } from '@jest/globals';

import { videoFileNames } from '../../../src/domain/acquisition/file-names.js';
import {
  renderFolder,
  templateFor,
  DEFAULT_PATH_TEMPLATE,
} from '../../../src/domain/acquisition/path-template.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';

const FILM: MediaItem = { mediaType: 'movie', title: 'Metropolis', year: 1927 };
const EPISODE: MediaItem = { mediaType: 'episode', title: 'Some Show', season: 1, episode: 2 };

describe('names of films', () => {
  it('tell year and quality, as far as they are known', () => {
    const quality = '1080p BluRay';
    expect(videoFileNames({ ...FILM, quality }, { extensions: ['.mkv'] })).toEqual([
      'Metropolis (1927) - 1080p BluRay.mkv',
    ]);
    expect(videoFileNames({ mediaType: 'movie', title: 'A/B: C' }, { extensions: ['.mp4'] })).toEqual([
      'A-B C.mp4',
    ]);
  });

  it('keep parts apart however long the title is', () => {
    const names = videoFileNames({ ...FILM, title: 'ü'.repeat(300) }, { extensions: ['.avi', '.avi'] });
    expect(names.map((name) => name.slice(-12))).toEqual([' - part1.avi', ' - part2.avi']);
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
  });
});

describe('names of episodes', () => {
  it.each<[Partial<MediaItem>, number[], string]>([
    [{}, [], 'Some Show - S01E02.mkv'],
    [{}, [2], 'Some Show - S01E02.mkv'],
    [{}, [2, 3], 'Some Show - S01E02-E03.mkv'],
    [{ season: 0, episode: 110 }, [], 'Some Show - S00E110.mkv'],
    [{ series: 'Some Show', title: 'Pilot' }, [], 'Some Show - S01E02 - Pilot.mkv'],
  ])('of %j with %j are %s', (own, episodes, name) => {
    expect(videoFileNames({ ...EPISODE, ...own }, { extensions: ['.mkv'], episodes })).toEqual([name]);
  });
});

describe('the built-in templates', () => {
  it.each<[MediaItem, string]>([
    [FILM, 'Metropolis (1927)'],
    [EPISODE, 'Some Show/Season 01'],
    [{ ...EPISODE, series: 'Some Show', title: 'Pilot', season: 12 }, 'Some Show/Season 12'],
    [{ mediaType: 'ebook', title: 'Emma', author: 'Jane Austen', year: 1815 }, 'Jane Austen/Emma (1815)'],
    [{ mediaType: 'audiobook', title: 'Emma', author: 'Jane Austen' }, 'Jane Austen/Emma'],
  ])('file %j into %s', (item, folder) => {
    expect(renderFolder(templateFor(DEFAULT_PATH_TEMPLATE, item.mediaType), item)).toBe(folder);
  });

  it('give way to one of the library’s own', () => {
    expect(templateFor('All/{title}', 'movie')).toBe('All/{title}');
  });
});
