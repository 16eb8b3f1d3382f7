import { describe, expect, it } from '@jest/globals';

import { decide, type DecisionInput } from '../../../src/domain/acquisition/decide.js';
import type { Release } from '../../../src/domain/acquisition/release.js';
import type { ScoreParts } from '../../../src/domain/acquisition/score.js';
import { SCORING_PROFILES } from '../../../src/domain/acquisition/scoring-profiles.js';
import { FOUNDATION, makeInput, makeRelease, MEBIBYTE } from './releases.js';

function scoreOf(release: Partial<Release>, more: Partial<DecisionInput> = {}): ScoreParts | undefined {
  return decide(makeInput([makeRelease(release)], more)).candidates[0]?.score;
}

describe('the score', () => {
  it('gives a complete match 60, and a fuzzy one less', () => {
    expect(scoreOf({})?.match).toBe(60);
    expect(scoreOf({ title: 'Isaac Asimov - Foundatoin M4B' })?.match).toBe(0);
    const lord = { item: { ...FOUNDATION, title: 'The Lord of the Rings' } };
    expect(scoreOf({ title: 'Isaac Asimov - Rings of the Lord M4B' }, lord)?.match).toBeLessThan(60);
  });

  it.each([
    ['M4B', 10],
    ['M4B no chapters', 9],
    ['FLAC', 7],
    ['M4A', 6],
    ['MP3', 4],
    ['OGG', 1],
    ['', 1],
    ['MP3 M4B', 10],
  ])('gives the format "%s" %i points', (format, points) => {
    expect(scoreOf({ title: `Isaac Asimov - Foundation ${format}` })?.format).toBe(points);
  });

  it('follows a wish for formats', () => {
    const preferred = { formats: ['mp3', 'm4b'] as const };
    expect(scoreOf({ title: 'Isaac Asimov - Foundation MP3' }, { preferred })?.format).toBe(10);
    expect(scoreOf({ title: 'Isaac Asimov - Foundation M4B' }, { preferred })?.format).toBe(8);
    expect(scoreOf({ title: 'Isaac Asimov - Foundation FLAC' }, { preferred })?.format).toBe(1);
  });

  it('gives an honest 64 kbps book the full size points, and half at double the rate', () => {
    expect(scoreOf({ sizeBytes: 36_000 * 8_000 })?.size).toBe(15);
    expect(scoreOf({ sizeBytes: 36_000 * 16_000 })?.size).toBe(7.5);
    expect(scoreOf({ sizeBytes: 36_000 * 16_000 }, { preferred: { bitrateKbps: 128 } })?.size).toBe(15);
  });

  it('gives an unknown size the middle', () => {
    expect(scoreOf({ sizeBytes: 0 })?.size).toBe(7.5);
  });

  it.each([
    [4, 15],
    [15, 10],
    [20, 5],
  ])('gives an ebook of %i MiB %i size points', (mebibytes, points) => {
    const ebook = { item: { ...FOUNDATION, mediaType: 'ebook' as const } };
    const release = {
      title: 'Isaac Asimov - Foundation EPUB',
      categories: [7020],
      sizeBytes: mebibytes * MEBIBYTE,
    };
    expect(scoreOf(release, ebook)?.size).toBe(points);
  });

  it.each([
    [0, 0],
    [1, 1.8],
    [10, 6.2],
    [100, 12],
    [300, 14.9],
    [100_000, 15],
  ])('gives %i seeders %f points', (seeders, points) => {
    expect(scoreOf({ seeders })?.seeders).toBe(points);
  });

  it('gives usenet the full seeder points', () => {
    expect(scoreOf({ protocol: 'usenet' }, { protocols: ['usenet'] })?.seeders).toBe(15);
  });

  it('leaves another item at 40 at most', () => {
    const best = { sizeBytes: 36_000 * 8_000, seeders: 100_000 };
    expect(scoreOf({ ...best, title: 'Isaac Asimov - Foundation and Empire M4B' })).toMatchObject({
      match: 0,
      base: 40,
    });
  });
});

describe('the profile "requirement"', () => {
  const scoring = SCORING_PROFILES.requirement;

  it('gives the figures of the requirement', () => {
    expect(scoring).toMatchObject({
      ...{ titlePoints: 45, authorPoints: 15, sizePoints: 15, seederPoints: 15, threshold: 50 },
      ...{ audioFormats: { m4b: 10, flac: 7, m4a: 6, mp3: 4 }, otherFormat: 1, withoutChapters: 9 },
    });
    expect(scoreOf({ sizeBytes: 600 * MEBIBYTE, seeders: 1_000 }, { scoring })).toEqual({
      ...{ match: 60, format: 10, size: 15, seeders: 15, base: 100 },
    });
  });

  it('gives an honest 64 kbps book 6.9 of 15 for its size, the default all of them', () => {
    // 64 kbit/s are 0.458 MiB a minute; 1.0 MiB a minute are 140 kbit/s.
    const honest = { sizeBytes: 36_000 * 8_000 };
    expect(scoreOf(honest, { scoring })?.size).toBe(6.9);
    expect(scoreOf(honest, { scoring: SCORING_PROFILES.default })?.size).toBe(15);
    expect(scoreOf({ sizeBytes: 600 * MEBIBYTE }, { scoring })?.size).toBe(15);
    expect(scoreOf({ sizeBytes: 300 * MEBIBYTE }, { scoring })?.size).toBe(7.5);
  });

  it('refuses below 50 points and never multiplies', () => {
    const release = { title: 'Isaac Asimov - Foundation', sizeBytes: 110 * MEBIBYTE, seeders: 1 };
    const strict = { ...scoring, threshold: 66 };
    const codes = (more: Partial<DecisionInput>) =>
      decide(makeInput([makeRelease(release)], more)).candidates[0]?.rejections.map(({ code }) => code);
    expect(scoreOf(release, { scoring })?.base).toBe(65.6);
    expect(codes({ scoring })).toEqual([]);
    expect(codes({ scoring: strict })).toEqual(['LOW_MATCH']);
    const first = [{ id: 'alpha', name: 'Alpha', priority: 1, minimumSeeders: 1 }];
    expect(scoreOf({ ...release, freeleech: true }, { scoring, indexers: first })?.base).toBe(65.6);
  });

  it('is named in the decision, with the version of the rules', () => {
    const { profiles, rulesVersion } = decide(makeInput([], { scoring }));
    expect(profiles).toEqual({ scoring: 'requirement', rules: null, delay: null });
    expect(rulesVersion).toBe(3);
  });
});
