import { describe, expect, it } from '@jest/globals';

import { bookTags, carriedTags } from '../../../src/domain/acquisition/book-tags.js';
import { mergedChapters, type ChapteredFile } from '../../../src/domain/acquisition/merge-chapters.js';
import { inMergeOrder } from '../../../src/domain/acquisition/merge-order.js';

function order(files: Record<string, Record<string, string>>): string[] {
  return inMergeOrder(Object.entries(files).map(([path, tags]) => ({ path, tags }))).map(({ path }) => path);
}

describe('inMergeOrder', () => {
  it('goes by disc and track where every file tells both apart', () => {
    expect(
      order({
        'c.mp3': { track: '1/2', disc: '1/2' },
        'a.mp3': { track: '2/2', disc: '2' },
        'b.mp3': { track: '10', disc: '1' },
        'd.mp3': { tracknumber: '1', discnumber: '2/2' },
      }),
    ).toEqual(['c.mp3', 'b.mp3', 'd.mp3', 'a.mp3']);
    expect(order({ 'a.mp3': { track: '2' }, 'b.mp3': { track: '1' } })).toEqual(['b.mp3', 'a.mp3']);
  });

  it.each([
    ['tracks that begin anew on each disc', { track: '1' }, { track: '1' }],
    ['a track that is missing', { track: '5' }, {}],
    ['a disc that only some tell', { track: '5', disc: '1' }, { track: '6' }],
    ['a track that is no number', { track: '5' }, { track: 'A1' }],
  ])('goes by the relative path, not the base name, with %s', (_why, one, other) => {
    expect(order({ 'CD2/01.mp3': one, 'CD10/01.mp3': {}, 'CD1/02.mp3': other, 'CD1/10.mp3': {} })).toEqual([
      'CD1/02.mp3',
      'CD1/10.mp3',
      'CD2/01.mp3',
      'CD10/01.mp3',
    ]);
  });
});

function chaptered(path: string, own: Partial<ChapteredFile> = {}): ChapteredFile {
  return { path, durationSeconds: 10, tags: {}, chapters: [], ...own };
}

function titles(files: ChapteredFile[], book = 'The Time Machine'): string[] {
  return mergedChapters(files, book).map(({ title }) => title);
}

describe('mergedChapters', () => {
  it('calls a chapter by its file, else by its tag, else by its number', () => {
    expect(
      titles([
        chaptered('CD1/01 - The_Sea.mp3', { tags: { title: 'another' } }),
        chaptered('02.mp3', { tags: { title: 'The Storm' } }),
        chaptered('03 - The Time Machine.mp3', { tags: { title: 'The Time Machine 3' } }),
        chaptered('1-04 Home.mp3'),
        chaptered('Track 05.mp3', { tags: { title: 'Track 5' } }),
      ]),
    ).toEqual(['The Sea', 'The Storm', 'Chapter 3', 'Home', 'Chapter 5']);
  });

  it('takes numbers where all files are called alike', () => {
    const tags = { title: 'Audiobook' };
    expect(titles([chaptered('1.mp3', { tags }), chaptered('2.mp3', { tags })])).toEqual([
      'Chapter 1',
      'Chapter 2',
    ]);
  });

  it('keeps chapters that a file has, moved to where the file begins, and goes on numbering', () => {
    const inner = [
      { title: 'One', startSeconds: 0, endSeconds: 4 },
      { title: 'Two', startSeconds: 4, endSeconds: 11 },
      { title: 'Empty', startSeconds: 11, endSeconds: 11 },
    ];
    const only = [{ title: 'Prologue', startSeconds: 0, endSeconds: 10 }];
    expect(
      mergedChapters(
        [chaptered('1.m4b', { chapters: only }), chaptered('2.m4b', { chapters: inner }), chaptered('3.m4b')],
        'Some Book',
      ),
    ).toEqual([
      { title: 'Prologue', startSeconds: 0, endSeconds: 10 },
      { title: 'One', startSeconds: 10, endSeconds: 14 },
      { title: 'Two', startSeconds: 14, endSeconds: 20 },
      { title: 'Chapter 4', startSeconds: 20, endSeconds: 30 },
    ]);
  });
});

describe('bookTags', () => {
  it('tells a series as an MP4 does, and leaves out what is not known', () => {
    const item = { mediaType: 'audiobook', title: 'B', author: 'A', year: 1895, series: 'S' } as const;
    expect(bookTags({ ...item, seriesPart: '2' })).toEqual({
      ...{ title: 'B', album: 'B', artist: 'A', album_artist: 'A', date: '1895', show: 'S', episode_id: '2' },
    });
    expect(bookTags({ mediaType: 'audiobook', title: 'B', narrator: ' ' })).toEqual({
      title: 'B',
      album: 'B',
    });
  });

  it('carries what only the files tell', () => {
    expect(carriedTags({ genre: 'Novel', comment: '', encoder: 'LAME' })).toEqual({ genre: 'Novel' });
  });
});
