import { describe, expect, it } from '@jest/globals';

import { endingOf, isScannedFolder, isVideoName, titleOf } from '../../../src/domain/media/video-name.js';

describe('isVideoName', () => {
  it.each([
    'a.mp4',
    'A.MKV',
    '-dash.mp4',
    'x:y.mp4',
    '%d.mp4',
    '$(touch x).mp4',
    'two\nlines.webm',
    'a.part1.mp4',
    'a.m2ts',
  ])('takes %j', (name) => {
    expect(isVideoName(name)).toBe(true);
  });

  it.each([
    'a.txt',
    'mp4',
    '.a.mp4',
    'a.mp4.part',
    'a.mp4.tmp',
    'a.mp4.!qB',
    'a.mp4.partial',
    'a.mp4.partial-1',
    '.a.mp4.job.partial.mp4',
    'a.partial.mp4',
    'a.srt',
  ])('passes over %j', (name) => {
    expect(isVideoName(name)).toBe(false);
  });
});

it.each(['.git', '@eaDir', 'lost+found', '#recycle'])('scans do not look into %s', (name) => {
  expect(isScannedFolder(name)).toBe(false);
});

it('a title is the name without its ending', () => {
  expect(['A film.2020.mkv', 'x', '.mp4'].map(titleOf)).toEqual(['A film.2020', 'x', '.mp4']);
  expect(['A.MKV', 'x'].map(endingOf)).toEqual(['mkv', '']);
});
