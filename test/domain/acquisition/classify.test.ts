import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  classifyFile,
  inReadingOrder,
  likelyCovers,
  type FileClass,
} from '../../../src/domain/acquisition/classify.js';
import type { MediaType } from '../../../src/domain/acquisition/release.js';
import { refuseFiles } from '../../../src/domain/acquisition/file-rules.js';

/** acquisition.md §3.3 DANGEROUS_NAME. */
const DANGEROUS = ['lnk', 'ps1', 'scr', 'vbs', 'arj', 'lzh', 'zipx', 'exe', 'bat', 'cmd', 'sh'];

describe('classifyFile', () => {
  it.each<[FileClass, string[]]>([
    // acquisition.md §5.4, without the encrypted two.
    ['media', ['m4b', 'm4a', 'mp3', 'mp4', 'flac', 'ogg', 'opus', 'aac', 'wav', 'wma', 'aiff', 'mka']],
    ['encrypted', ['aa', 'aax']],
    ['executable', DANGEROUS],
    ['archive', ['rar', 'r00', 'zip', '7z', 'tar', 'gz']],
    ['subtitle', ['srt', 'vtt', 'ass', 'sub']],
    ['metadata', ['opf', 'nfo', 'cue', 'json']],
    ['otherMedia', ['pdf', 'epub', 'mkv']],
    ['junk', ['url', 'part', 'mp3x', '']],
  ])('knows %s by its extension, in any case', (kind, extensions) => {
    for (const extension of extensions) {
      expect([extension, classifyFile(`Book/01 Track.${extension}`, 'audiobook')]).toEqual([extension, kind]);
      expect(classifyFile(`01 TRACK.${extension.toUpperCase()}`, 'audiobook')).toBe(kind);
    }
  });

  it.each<[string, FileClass]>([
    ['Book/cover.jpg', 'cover'],
    ['Folder.JPEG', 'cover'],
    ['art.png', 'cover'],
    ['articles.jpg', 'junk'],
    ['booklet/page 03.jpg', 'junk'],
    ['Sample/The Time Machine.m4b', 'sample'],
    ['sample.mp3', 'sample'],
    ['The.Time.Machine-sample.mp3', 'sample'],
    ['Sample Text - Author/01.mp3', 'media'],
    ['Sampled.mp3', 'media'],
    ['sample.exe', 'executable'],
    ['01.mp3.exe', 'executable'],
    ['01.mp3.exe. ', 'executable'],
    ['exe.mp3', 'media'],
    ['Book/._01.mp3', 'junk'],
    ['__MACOSX/Book/01.mp3', 'junk'],
    ['.mp3', 'junk'],
    ['Vol. 1/01.mp3', 'media'],
  ])('takes "%s" for %s', (path, kind) => {
    expect(classifyFile(path, 'audiobook')).toBe(kind);
  });

  it.each<[MediaType, string, FileClass]>([
    ['ebook', 'Book/Book.epub', 'media'],
    ['ebook', 'Book/Book.m4b', 'otherMedia'],
    ['ebook', 'Book/sample.epub', 'sample'],
    ['movie', 'Film.2001.1080p/film.mkv', 'media'],
    ['movie', 'Film.2001.1080p/film.m2ts', 'media'],
    ['movie', 'Film.2001.1080p/Sample/film.mkv', 'sample'],
    ['movie', 'Film (2001)/Featurettes/Making of.mkv', 'extra'],
    ['movie', 'Film (2001)/Film-trailer.mp4', 'extra'],
    ['movie', 'The Interview (2014)/The Interview.mkv', 'media'],
    ['movie', 'Trailer Park/Trailer Park.mkv', 'media'],
    ['movie', 'Film/track.flac', 'otherMedia'],
    ['episode', 'Show/S01E01.mp4', 'media'],
    ['episode', 'Show/S01E01.srt', 'subtitle'],
    ['movie', 'poster.jpg', 'cover'],
  ])('for a wanted %s takes "%s" for %s', (mediaType, path, kind) => {
    expect(classifyFile(path, mediaType)).toBe(kind);
  });
});

describe('refuseFiles', () => {
  it.each(DANGEROUS)('refuses a release that brings a .%s beside its media', (extension) => {
    expect(refuseFiles(['01.mp3', `Bonus/Player.${extension}`])).toBe(
      `expected media alone, it brings a program: "Bonus/Player.${extension}"`,
    );
  });

  it('refuses encrypted audio, unless a playable file is there too', () => {
    expect(refuseFiles(['Book.aax', 'cover.jpg'])).toContain('"Book.aax" is encrypted');
    expect(refuseFiles(['Book.aax', 'Book.m4b'])).toBeUndefined();
  });

  it('lets an ordinary release pass, and one with a site’s name in it', () => {
    expect(refuseFiles(['01.mp3', 'cover.jpg', 'info.nfo', 'from example.com'])).toBeUndefined();
    expect(refuseFiles([])).toBeUndefined();
  });
});

describe('the likely covers', () => {
  it.each<[string[], string[]]>([
    [
      ['booklet.jpg', 'cover.jpg', '01.mp3'],
      ['cover.jpg', 'booklet.jpg'],
    ],
    [
      ['art.png', 'folder.jpg'],
      ['folder.jpg', 'art.png'],
    ],
    [
      ['CD1/cover.jpg', 'art.jpg'],
      ['art.jpg', 'CD1/cover.jpg'],
    ],
    [
      ['CD2/cover.jpg', 'CD1/cover.jpg'],
      ['CD1/cover.jpg', 'CD2/cover.jpg'],
    ],
    [['The Time Machine.jpg', '01.mp3'], ['The Time Machine.jpg']],
    [['page 1.jpg', 'page 2.jpg'], []],
    [['01.mp3'], []],
  ])('of %j are %j', (paths, covers) => {
    expect(likelyCovers(paths)).toEqual(covers);
  });
});

describe('the reading order', () => {
  it.each<[string, string[]]>([
    ['numbers by their value', ['1.mp3', '2.mp3', '10.mp3']],
    ['folder by folder', ['CD1/01.mp3', 'CD1/02.mp3', 'CD2/01.mp3', 'CD10/01.mp3']],
    ['a folder before its namesake with more words', ['Book/09.mp3', 'Book 2/01.mp3']],
    ['half parts between whole ones', ['Part 1.mp3', 'Part 1.5.mp3', 'Part 2.mp3']],
    ['any case', ['a 1.mp3', 'B 2.mp3', 'c 3.mp3']],
    ['folders that differ in case alone', ['CD/1.mp3', 'CD/2.mp3', 'cd/1.mp3', 'cd/2.mp3']],
    ['padded and not', ['01.mp3', '2.mp3', '003.mp3']],
    ['numbers inside a name', ['Ch 2 - Two.mp3', 'Ch 10 - Ten.mp3', 'Epilogue.mp3']],
  ])('goes by %s', (_what, paths) => {
    expect(inReadingOrder(paths.toReversed())).toEqual(paths);
  });

  it('is one and the same for every order of the list, and loses nothing', () => {
    const names = fc.constantFrom('1', '01', '10', '2', 'CD1', 'cd1', 'É', 'e', 'E', 'Book', 'Book 2');
    const paths = fc
      .uniqueArray(
        fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => `${parts.join('/')}.mp3`),
        { maxLength: 8 },
      )
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(paths, ([all, shuffled]) => {
        const sorted = inReadingOrder(all);
        expect(inReadingOrder(shuffled)).toEqual(sorted);
        expect(sorted.toSorted()).toEqual(all.toSorted());
      }),
    );
  });
});
