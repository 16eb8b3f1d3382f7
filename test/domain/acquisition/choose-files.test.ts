import { describe, expect, it } from '@jest/globals';

import { chooseEbook } from '../../../src/domain/acquisition/choose-ebook.js';
import { chooseEpisode, chooseMovie } from '../../../src/domain/acquisition/choose-video.js';
import { subtitleNames } from '../../../src/domain/acquisition/subtitle-names.js';

const sized = (files: Record<string, number>) =>
  Object.entries(files).map(([path, sizeBytes]) => ({ path, sizeBytes }));
const pathsOf = (chosen: { files: { path: string }[] } | undefined) => chosen?.files.map(({ path }) => path);

describe('the ebook of a download', () => {
  it.each<[string[], string]>([
    [['Emma/Emma.pdf', 'Emma/Emma.epub', 'Emma/Emma.mobi'], 'Emma/Emma.epub'],
    [['Emma.azw3', 'Emma.fb2'], 'Emma.azw3'],
    [['Jane Austen - Emma.epub', 'Jane Austen - Persuasion.epub'], 'Jane Austen - Emma.epub'],
    [['anything.epub'], 'anything.epub'],
  ])('of %j is %s, without a doubt', (paths, path) => {
    expect(chooseEbook(paths, { title: 'Emma' })).toEqual({ path });
  });

  it('is doubtful where several books are there and none is called so', () => {
    expect(chooseEbook(['01.epub', '02.epub'], { title: 'Emma' })?.doubt).toContain('2 books');
    expect(chooseEbook(['Emma I.epub', 'Emma II.epub'], { title: 'Other' })?.doubt).toContain('2 books');
  });

  it('is none of nothing', () => {
    expect(chooseEbook([], { title: 'Emma' })).toBeUndefined();
  });
});

describe('the film of a download', () => {
  it('is the largest by far', () => {
    const chosen = chooseMovie(sized({ 'Film/bonus.mkv': 100, 'Film/film.mkv': 4_000 }));
    expect(chosen).toMatchObject({ files: [{ path: 'Film/film.mkv' }] });
    expect(chosen?.doubt).toBeUndefined();
  });

  it('is all of its parts, in their order', () => {
    expect(pathsOf(chooseMovie(sized({ 'Film.CD2.avi': 700, 'Film.CD1.avi': 600 })))).toEqual([
      'Film.CD1.avi',
      'Film.CD2.avi',
    ]);
  });

  it('is doubtful among films of like size, and where a part is missing', () => {
    expect(chooseMovie(sized({ 'Film A.mkv': 4_000, 'Film B.mkv': 3_900 }))?.doubt).toContain('2 films');
    expect(chooseMovie(sized({ 'Film.cd1.avi': 700, 'Film.cd3.avi': 690 }))?.doubt).toContain('2 films');
  });
});

describe('the episode of a download', () => {
  const wanted = { season: 1, episode: 2 };

  it.each<[Record<string, number>, string, number[]]>([
    [{ 'Show.S01E01.mkv': 9, 'Show.S01E02.mkv': 8, 'Show.S01E03.mkv': 7 }, 'Show.S01E02.mkv', [2]],
    [{ 'S01/1x01.avi': 9, 'S01/1x02.avi': 8 }, 'S01/1x02.avi', [2]],
    [{ 'Show.S01E01E02.mkv': 9, 'Show.S01E03.mkv': 7 }, 'Show.S01E01E02.mkv', [1, 2]],
    [{ 'Show.S01E02.480p.mkv': 3, 'Show.S01E02.1080p.mkv': 9 }, 'Show.S01E02.1080p.mkv', [2]],
    [{ 'a83hf.mkv': 9 }, 'a83hf.mkv', []],
  ])('of %j is %s', (files, path, episodes) => {
    const chosen = chooseEpisode(sized(files), wanted);
    expect(chosen).toMatchObject({ files: [{ path }], episodes });
    expect(chosen?.doubt).toBeUndefined();
  });

  it.each<Record<string, number>>([
    { 'Show.S02E02.mkv': 9 },
    { 'Show.S01E01.mkv': 9, 'Show.S01E03.mkv': 8 },
    { 'one.mkv': 9, 'two.mkv': 8 },
  ])('is doubtful where none is called so: %j', (files) => {
    expect(chooseEpisode(sized(files), wanted)?.doubt).toBeDefined();
  });
});

describe('subtitles', () => {
  const take = (subtitles: string[], isAlone = true) =>
    subtitleNames(subtitles, { video: 'Film/Film.2001.mkv', name: 'Film (2001).mkv', isAlone }).map(
      ({ name }) => name,
    );

  it.each<[string[], string[]]>([
    [['Film/Film.2001.srt'], ['Film (2001).srt']],
    [['Film/Film.2001.en.forced.srt'], ['Film (2001).en.forced.srt']],
    [
      ['Film/Film.2001.idx', 'Film/Film.2001.sub'],
      ['Film (2001).idx', 'Film (2001).sub'],
    ],
    [
      ['Film/Subs/2_English.srt', 'Film/Subs/3_German.srt', 'Film/Subs/4_English.srt'],
      ['Film (2001).en.srt', 'Film (2001).de.srt', 'Film (2001).en.2.srt'],
    ],
    [['Film/Subs/Film.2001/2_French.srt', 'Film/Subs/Other/2_French.srt'], ['Film (2001).fr.srt']],
    [['Film/other.srt'], []],
  ])('of %j go along as %j', (subtitles, names) => {
    expect(take(subtitles)).toEqual(names);
  });

  it('of a folder for all go along with nobody where several videos are there', () => {
    expect(take(['Subs/2_English.srt'], false)).toEqual([]);
  });
});
