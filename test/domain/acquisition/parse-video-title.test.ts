import { describe, expect, it } from '@jest/globals';

import { parseVideoTitle, type ParsedVideo } from '../../../src/domain/acquisition/parse-video-title.js';
import { foldTitle } from '../../../src/domain/acquisition/normalize-title.js';

const read = (title: string): ParsedVideo => parseVideoTitle(foldTitle(title), (text) => text);

describe('parseVideoTitle', () => {
  it.each<[string, Partial<ParsedVideo>]>([
    [
      'Harbour.Lights.2019.2160p.UHD.BluRay.REMUX.HEVC-GRP',
      { source: 'remux', resolution: '2160p', codec: 'h265' },
    ],
    ['Harbour.Lights.2019.1080p.BluRay.x264-GRP', { source: 'bluray', resolution: '1080p', codec: 'h264' }],
    [
      'Harbour Lights (2019) [1080p] [BDRip] [x265]',
      { source: 'bluray', resolution: '1080p', codec: 'h265' },
    ],
    ['Harbour.Lights.2019.1080p.AMZN.WEB-DL.DDP5.1.H.264-GRP', { source: 'web-dl', codec: 'h264' }],
    ['Harbour.Lights.2019.1080p.NF.WEBRip.x264', { source: 'webrip' }],
    ['Harbour.Lights.S01E02.720p.WEB.H264-GRP', { source: 'web-dl', resolution: '720p' }],
    ['Harbour.Lights.S01E02.HDTV.XviD-GRP', { source: 'hdtv', codec: 'xvid' }],
    ['Harbour.Lights.2019.1080i.HDTV.MPEG2.ts', { source: 'hdtv', resolution: '1080p', codec: 'mpeg2' }],
    ['Harbour.Lights.2019.DVDRip.XviD', { source: 'dvd' }],
    ['Harbour.Lights.2019.HDCAM.x264', { source: 'cam' }],
    ['Harbour Lights 2019 CAM', { source: 'cam' }],
    ['Harbour.Lights.2019.1080p.HDTS.x264', { source: 'telesync' }],
    ['Harbour.Lights.2019.TS.x264', { source: 'telesync' }],
    ['Harbour.Lights.2019.DVDScr.XviD', { source: 'screener' }],
    ['Harbour.Lights.2019.4K.AV1', { resolution: '2160p', codec: 'av1' }],
    ['Harbour.Lights.2019.480p', { resolution: '480p' }],
  ])('reads the picture of "%s"', (title, told) => {
    expect(read(title)).toMatchObject(told);
  });

  it('tells nothing that is not there', () => {
    expect(read('Harbour Lights')).toEqual({ revision: 0, text: 'harbour lights' });
  });

  it.each<[string, ParsedVideo['numbering']]>([
    ['Harbour.Lights.S01E02.720p', { kind: 'episodes', season: 1, episodes: [2] }],
    ['Harbour Lights s1e2', { kind: 'episodes', season: 1, episodes: [2] }],
    ['Harbour Lights 1x02', { kind: 'episodes', season: 1, episodes: [2] }],
    ['Harbour Lights 1x02-1x04', { kind: 'episodes', season: 1, episodes: [2, 3, 4] }],
    ['Harbour Lights 01x02-03', { kind: 'episodes', season: 1, episodes: [2, 3] }],
    ['Harbour.Lights.S01E02E03.720p', { kind: 'episodes', season: 1, episodes: [2, 3] }],
    ['Harbour.Lights.S01E02-E05.720p', { kind: 'episodes', season: 1, episodes: [2, 3, 4, 5] }],
    ['Harbour.Lights.S01E02-05.720p', { kind: 'episodes', season: 1, episodes: [2, 3, 4, 5] }],
    ['Harbour.Lights.S2019E120', { kind: 'episodes', season: 2019, episodes: [120] }],
    ['Harbour.Lights.S02.1080p.BluRay', { kind: 'seasons', from: 2, to: 2 }],
    ['Harbour Lights Season 2 Complete', { kind: 'seasons', from: 2, to: 2 }],
    ['Harbour.Lights.S01-S05.1080p', { kind: 'seasons', from: 1, to: 5 }],
    ['Harbour Lights Seasons 1-5', { kind: 'seasons', from: 1, to: 5 }],
    ['Harbour Lights Staffel 3', { kind: 'seasons', from: 3, to: 3 }],
    ['Harbour Lights The Complete Series 1080p', { kind: 'series' }],
    ['Harbour.Lights.2024.03.05.720p.WEB', { kind: 'daily', date: '2024-03-05' }],
    ['Harbour Lights 2024-03-05', { kind: 'daily', date: '2024-03-05' }],
    ['Harbour.Lights.2024.13.45', undefined],
    ['Harbour.Lights.2019.1920x1080', undefined],
  ])('reads the numbers of "%s"', (title, numbering) => {
    expect(read(title).numbering).toEqual(numbering);
  });

  it.each([
    ['Harbour.Lights.S01E02.PROPER.720p', 1],
    ['Harbour.Lights.S01E02.REPACK.PROPER.720p', 2],
    ['[Grp] Harbour Lights - 02v2 [720p]', 1],
    ['Harbour.Lights.S01E02.720p', 0],
  ])('counts the repairs of "%s": %i', (title, revision) => {
    expect(read(title).revision).toBe(revision);
  });
});
