import { describe, expect, it } from '@jest/globals';

import {
  parseReleaseTitle,
  type ParsedReleaseTitle,
} from '../../../src/domain/acquisition/parse-release-title.js';

describe('parseReleaseTitle', () => {
  it.each<[string, Partial<ParsedReleaseTitle>]>([
    [
      'Isaac Asimov - Foundation (1951) [English] [Unabridged] [M4B 64 kbps] read by Scott Brick',
      {
        formats: ['m4b'],
        bitrateKbps: 64,
        abridged: false,
        languages: ['en'],
        narrator: 'scott brick',
        year: 1951,
      },
    ],
    [
      'Foundation.1951.Unabridged.MP3.128kbps-GRP',
      { formats: ['mp3'], bitrateKbps: 128, abridged: false, year: 1951 },
    ],
    ['Foundation (Abridged) {FLAC}', { formats: ['flac'], abridged: true }],
    ['Foundation [ePub + MOBI]', { formats: ['epub', 'mobi'] }],
    ['Foundation', { formats: [], languages: [], volumes: [], pack: false, revision: 0 }],
    ['Stiftung - Gekürzte Lesung', { abridged: true }],
    ['Die Foundation-Trilogie (Gekürzt) [DE]', { abridged: true, languages: ['de'] }],
    ['Foundation Deutsch Ungekürzt', { languages: ['de'], abridged: false }],
    ['Mistborn Book 02 - The Well of Ascension', { volumes: [2], pack: false }],
    ['Mistborn, Vol. II', { volumes: [2] }],
    ['Mistborn #1.5', { volumes: [1.5] }],
    ['Mistborn Book Three', { volumes: [3] }],
    ['Mistborn Books 1-3 [M4B]', { pack: true, volumes: [] }],
    ['Mistborn #1 - #3', { pack: true }],
    ['The Mistborn Trilogy', { pack: true }],
    ['Mistborn Trilogy, Book 1', { pack: false, volumes: [1] }],
    ['The Expanse Complete Series Box Set', { pack: true }],
    ['Foundation REPACK M4B', { revision: 1 }],
    ['Foundation [BBC Radio Drama]', { dramatised: true }],
    ['Foundation [GraphicAudio]', { dramatised: true }],
    ['Foundation M4B (no chapters)', { withoutChapters: true }],
    ['Foundation [B0036N4HZC]', { asin: 'B0036N4HZC' }],
    ['Foundation [AAX]', { formats: ['aax'] }],
    ['Foundation [AA]', { formats: ['aa'] }],
    ['AA Meetings Handbook', { formats: [] }],
  ])('reads "%s"', (title, told) => {
    expect(parseReleaseTitle(title)).toMatchObject(told);
  });

  it('reads no tag from the words of the item itself', () => {
    expect(parseReleaseTitle('The German Girl - Armando Lucas Correa', ['The German Girl'])).toMatchObject({
      languages: [],
    });
    expect(parseReleaseTitle('The Complete Collection [M4B]', ['The Complete Collection'])).toMatchObject({
      pack: false,
    });
    expect(parseReleaseTitle('George Orwell - 1984 (2007)', ['1984'])).toMatchObject({ year: 2007 });
  });

  it('does not take a year for a bit rate, or a bit rate for a year', () => {
    expect(parseReleaseTitle('Foundation 1951 [320k]')).toMatchObject({ year: 1951, bitrateKbps: 320 });
    expect(parseReleaseTitle('Foundation 10 Kings')).not.toHaveProperty('bitrateKbps');
  });

  it('ends the narrator at the next part of the name', () => {
    expect(parseReleaseTitle('Foundation narrated by Scott Brick [M4B]')).toMatchObject({
      narrator: 'scott brick',
    });
    expect(parseReleaseTitle('Foundation read by William Hope - 2019')).toMatchObject({
      narrator: 'william hope',
    });
  });
});
