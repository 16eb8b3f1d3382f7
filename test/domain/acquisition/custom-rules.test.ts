import { describe, expect, it } from '@jest/globals';

import {
  compileRules,
  type CustomRule,
  type RuleCondition,
  type RuleEffect,
  type RuleProfile,
} from '../../../src/domain/acquisition/custom-rules.js';
import { decide, type Candidate } from '../../../src/domain/acquisition/decide.js';
import type { MediaItem, Release } from '../../../src/domain/acquisition/release.js';
import { makeInput, makeRelease, MEBIBYTE } from './releases.js';

const SCORE: RuleEffect = { kind: 'score', score: 10 };

function rule(conditions: RuleCondition[], more: Partial<CustomRule> = {}): CustomRule {
  return { id: 'r', name: 'a wish', conditions, effect: SCORE, ...more };
}

function profile(rules: CustomRule[], more: Partial<RuleProfile> = {}): RuleProfile {
  return { id: 'p', name: 'mine', rules: rules.map((one) => ({ rule: one })), minimumScore: 0, ...more };
}

function decided(rules: RuleProfile, releases: Partial<Release>[], item?: MediaItem): Candidate[] {
  const list = releases.map((release, at) => makeRelease({ guid: String(at), ...release }));
  return decide(makeInput(list, { rules, ...(item === undefined ? {} : { item }) })).candidates;
}

const matches = (conditions: RuleCondition[], release: Partial<Release>): boolean =>
  decided(profile([rule(conditions)]), [release])[0]?.custom.score === 10;

describe('the conditions of a custom rule', () => {
  it.each<[string, RuleCondition, Partial<Release>, Partial<Release>]>([
    ['title', { kind: 'title', pattern: '\\bm4b\\b' }, {}, { title: 'Isaac Asimov - Foundation MP3' }],
    ['flag', { kind: 'flag', flag: 'freeleech' }, { freeleech: true }, {}],
    ['flag of the name', { kind: 'flag', flag: 'unabridged' }, {}, { title: 'Isaac Asimov - Foundation' }],
    [
      'size',
      { kind: 'size', minimumBytes: 100 * MEBIBYTE, maximumBytes: 300 * MEBIBYTE },
      {},
      { sizeBytes: 301 * MEBIBYTE },
    ],
    ['a known size', { kind: 'size', maximumBytes: 300 * MEBIBYTE }, {}, { sizeBytes: 0 }],
    ['indexer', { kind: 'indexer', indexerId: 'alpha' }, {}, { indexerId: 'beta' }],
    ['language', { kind: 'language', language: 'en' }, {}, { title: 'Isaac Asimov - Foundation M4B' }],
    ['format', { kind: 'format', format: 'm4b' }, {}, { title: 'Isaac Asimov - Foundation MP3' }],
  ])('match by %s, and the other way round when negated', (_kind, condition, one, other) => {
    expect([matches([condition], one), matches([condition], other)]).toEqual([true, false]);
    const negated = { ...condition, negate: true };
    expect([matches([negated], one), matches([negated], other)]).toEqual([false, true]);
  });

  it('match by source, resolution and codec of a film', () => {
    const film: MediaItem = { mediaType: 'movie', title: 'Harbour Lights', year: 2019 };
    const scoreOf = (condition: RuleCondition): number | undefined =>
      decided(
        profile([rule([condition])]),
        [{ title: 'Harbour.Lights.2019.1080p.WEB-DL.H.265-GRP', categories: [2000] }],
        film,
      )[0]?.custom.score;
    expect(scoreOf({ kind: 'source', source: 'web-dl' })).toBe(10);
    expect(scoreOf({ kind: 'resolution', resolution: '1080p' })).toBe(10);
    expect(scoreOf({ kind: 'codec', codec: 'h265' })).toBe(10);
    expect(scoreOf({ kind: 'codec', codec: 'h264' })).toBe(0);
  });

  it('need all that are required, and one of the others', () => {
    const required: RuleCondition = { kind: 'indexer', indexerId: 'alpha', required: true };
    const others: RuleCondition[] = [
      { kind: 'format', format: 'mp3' },
      { kind: 'format', format: 'm4b' },
    ];
    expect(matches([required, ...others], {})).toBe(true);
    expect(matches([required, ...others], { indexerId: 'beta' })).toBe(false);
    expect(matches([required, ...others], { title: 'Isaac Asimov - Foundation FLAC' })).toBe(false);
    expect(matches([required], {})).toBe(true);
  });
});

describe('a profile of custom rules', () => {
  const unabridged = rule([{ kind: 'flag', flag: 'unabridged' }], { id: 'u', name: 'whole' });

  it('refuses what does not match a must with MUST_TERM', () => {
    const must = profile([{ ...unabridged, effect: { kind: 'must' } }]);
    const [kept, refused] = decided(must, [{}, { title: 'Isaac Asimov - Foundation M4B' }]);
    expect(kept).toMatchObject({ rank: 1, custom: { matched: [{ id: 'u', effect: 'must', score: 0 }] } });
    expect(refused?.rejections).toEqual([
      { code: 'MUST_TERM', permanent: true, detail: 'expected a match of the rule "whole"' },
    ]);
  });

  it('refuses what matches a must not with MUST_NOT_TERM', () => {
    const [refused] = decided(profile([{ ...unabridged, effect: { kind: 'must_not' } }]), [{}]);
    expect(refused?.rejections).toEqual([
      { code: 'MUST_NOT_TERM', permanent: true, detail: 'matches the rule "whole"' },
    ]);
  });

  it('refuses a sum below its minimum with CUSTOM_SCORE', () => {
    const [refused] = decided(profile([unabridged], { minimumScore: 11 }), [{}]);
    expect(refused?.rejections).toEqual([
      {
        code: 'CUSTOM_SCORE',
        permanent: true,
        detail: 'scores 10 by the rules, at least 11 are expected',
      },
    ]);
    const malus = profile([{ ...unabridged, effect: { kind: 'score', score: -1 } }]);
    expect(decided(malus, [{}])[0]?.rejections).toMatchObject([{ code: 'CUSTOM_SCORE' }]);
  });

  it('adds up scores, its own before the rule’s, and tells every match in the sentence', () => {
    const mine: RuleProfile = {
      ...profile([]),
      rules: [
        { rule: unabridged, score: 25 },
        { rule: rule([{ kind: 'format', format: 'm4b' }], { id: 'f', name: 'chapters' }) },
        { rule: rule([{ kind: 'format', format: 'mp3' }], { id: 'x', name: 'other' }) },
      ],
    };
    const [best] = decided(mine, [{}]);
    expect(best?.custom).toEqual({
      profileId: 'p',
      score: 35,
      minimumScore: 0,
      matched: [
        { id: 'u', name: 'whole', effect: 'score', score: 25 },
        { id: 'f', name: 'chapters', effect: 'score', score: 10 },
      ],
      missing: [],
    });
    expect(best?.why).toContain('+25 by the rule "whole", +10 by the rule "chapters"');
  });

  it('ranks by its score behind format, and before protocol and indexer', () => {
    const wish = profile([rule([{ kind: 'flag', flag: 'freeleech' }])]);
    const [first] = decided(wish, [
      { indexerId: 'beta', seeders: 900 },
      { indexerId: 'alpha', freeleech: true },
    ]);
    expect(first?.release.indexerId).toBe('alpha');
    const [byFormat] = decided(wish, [
      { title: 'Isaac Asimov - Foundation [English] [Unabridged] MP3', freeleech: true },
      {},
    ]);
    expect(byFormat?.release.title).toContain('M4B');
  });

  it.each<[string, RuleProfile, string]>([
    ['a bad pattern', profile([rule([{ kind: 'title', pattern: '(a' }])]), 'Expected ")"'],
    [
      'an empty range',
      profile([rule([{ kind: 'size', minimumBytes: 2, maximumBytes: 1 }])]),
      'Expected a range of sizes that goes upwards in the rule "a wish"',
    ],
    ['no condition', profile([rule([])]), 'Expected conditions in the rule "a wish"'],
    ['a rule twice', profile([unabridged, unabridged]), '"u" is there twice'],
  ])('refuses %s', (_what, bad, message) => {
    expect(() => compileRules(bad)).toThrow(message);
  });
});
