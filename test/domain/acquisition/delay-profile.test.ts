import { describe, expect, it } from '@jest/globals';

import { decide, type Candidate } from '../../../src/domain/acquisition/decide.js';
import type { DelayInput } from '../../../src/domain/acquisition/delay.js';
import {
  chooseAtFire,
  chooseDelayProfile,
  DEFAULT_DELAY_PROFILE,
  fireAt,
  judgeDelay,
  type DelayProfile,
  type Waiting,
} from '../../../src/domain/acquisition/delay-profile.js';
import type { Release } from '../../../src/domain/acquisition/release.js';
import type { SearchMode } from '../../../src/domain/acquisition/rule-facts.js';
import { makeInput, makeRelease, NOW } from './releases.js';

const MINUTE_MS = 60_000;
/** Torrents an hour, usenet half an hour; torrents preferred. */
const PATIENT: DelayProfile = { ...DEFAULT_DELAY_PROFILE, torrentDelay: 60, usenetDelay: 30 };
const WAITING: Waiting = {
  protocol: 'torrent',
  isInvoked: false,
  isBetterRevision: false,
  isHighestQuality: false,
  score: { base: 70, custom: 0 },
  now: NOW,
};

describe('judgeDelay', () => {
  it.each<[string, Partial<DelayProfile>, Partial<Waiting>, number | 'accept']>([
    ['1: a person asked for it', {}, { isInvoked: true }, 'accept'],
    ['2: no delay for the protocol', { torrentDelay: 0 }, {}, 'accept'],
    ['2: a direct source never waits', {}, { protocol: 'direct' }, 'accept'],
    ['3: a better revision, preferred protocol', {}, { isBetterRevision: true }, 'accept'],
    ['3: a better revision, other protocol', {}, { isBetterRevision: true, protocol: 'usenet' }, 30],
    ['4: the highest quality', { bypassIfHighestQuality: true }, { isHighestQuality: true }, 'accept'],
    ['4: the highest quality, without the flag', {}, { isHighestQuality: true }, 60],
    [
      '4: the highest quality, other protocol',
      { bypassIfHighestQuality: true },
      { isHighestQuality: true, protocol: 'usenet' },
      30,
    ],
    ['4: the score is reached', { bypassIfAboveScore: true, minimumScore: 70 }, {}, 'accept'],
    ['4: the score is missed', { bypassIfAboveScore: true, minimumScore: 70.1 }, {}, 60],
    [
      '4: the score of the rules is meant',
      { bypassIfAboveScore: true, minimumScore: 70, scoreKind: 'custom' },
      { score: { base: 0, custom: 70 } },
      'accept',
    ],
    [
      '4: the score, other protocol',
      { bypassIfAboveScore: true, minimumScore: 70 },
      { protocol: 'usenet' },
      30,
    ],
    ['5: the oldest pending one is old enough', {}, { pendingSince: NOW - 60 * MINUTE_MS }, 'accept'],
    ['6: the oldest pending one is younger', {}, { pendingSince: NOW - 45 * MINUTE_MS }, 15],
    ['6: nothing is pending yet', {}, {}, 60],
  ])('%s', (_step, profile, waiting, minutes) => {
    const verdict = judgeDelay({ ...PATIENT, ...profile }, { ...WAITING, ...waiting });
    expect(verdict).toMatchObject(
      minutes === 'accept' ? { verdict: 'accept' } : { verdict: 'wait', until: NOW + minutes * MINUTE_MS },
    );
  });
});

describe('chooseDelayProfile', () => {
  it('takes the first by order whose tag the item has, else the one without a delay', () => {
    const tagged = { ...PATIENT, id: 'tagged', tags: ['slow'], order: 1 };
    const all = { ...PATIENT, id: 'all', order: 2 };
    expect(chooseDelayProfile([all, tagged], ['slow']).id).toBe('tagged');
    expect(chooseDelayProfile([all, tagged], []).id).toBe('all');
    expect(chooseDelayProfile([tagged], ['other'])).toBe(DEFAULT_DELAY_PROFILE);
  });
});

describe('a decision with a delay profile', () => {
  const [poor, good] = ['Isaac Asimov - Foundation MP3', 'Isaac Asimov - Foundation M4B'] as const;
  const decided = (
    releases: Partial<Release>[],
    more: Partial<DelayInput> & { mode?: SearchMode; now?: number } = {},
  ) => {
    const { mode = 'automatic', now = NOW, ...delay } = more;
    return decide(
      makeInput(
        releases.map((release, at) => makeRelease({ guid: String(at), ...release })),
        { protocols: ['torrent', 'usenet'], delay: { profile: PATIENT, ...delay }, mode, now },
      ),
    ).candidates;
  };
  const titleOf = (candidate: Candidate | undefined): string | undefined => candidate?.release.title;

  it('holds what fits with DELAY and the time when it may go', () => {
    const candidates = decided([{ title: poor }]);
    expect(candidates).toMatchObject([
      { rank: null, rejections: [{ code: 'DELAY', permanent: false, retryAt: '2026-03-01T13:00:00.000Z' }] },
    ]);
    expect(fireAt(candidates)).toBe('2026-03-01T13:00:00.000Z');
  });

  it('takes the best pending one when the timer fires, also one that came later', () => {
    const at = NOW + 60 * MINUTE_MS;
    const due = decided([{ title: poor }, { title: good }], { pendingSince: NOW, now: at });
    expect(due.map(({ rank }) => rank)).toEqual([1, 2]);
    expect(titleOf(chooseAtFire(due))).toBe(good);
  });

  it('lets the first that is due free all others, so that the better one is taken', () => {
    const at = NOW + 30 * MINUTE_MS;
    const releases = [{ title: good }, { title: poor, protocol: 'usenet' as const }];
    expect(fireAt(decided(releases))).toBe(new Date(at).toISOString());
    const due = decided(releases, { pendingSince: NOW, now: at });
    expect(due.every(({ rank }) => rank !== null)).toBe(true);
    expect(titleOf(chooseAtFire(due))).toBe(good);
  });

  it('never chooses what is refused for anything else', () => {
    expect(chooseAtFire(decided([{ title: good, seeders: 0 }]))).toBeUndefined();
    const [bad, waiting] = [{ title: good, seeders: 0 }, { title: poor }];
    expect(titleOf(chooseAtFire(decided([bad, waiting])))).toBe(poor);
    expect(fireAt(decided([bad]))).toBeUndefined();
  });

  it('waits for nobody who searches now', () => {
    expect(decided([{ title: poor }], { mode: 'invoked' })).toMatchObject([{ rank: 1 }]);
  });

  it('knows a better revision of what the library has, in the same quality alone', () => {
    const existing = { title: 'Isaac Asimov - Foundation M4B' };
    expect(decided([{ title: `${good} REPACK` }], { existing })).toMatchObject([{ rank: 1 }]);
    expect(decided([{ title: `${poor} REPACK` }], { existing })).toMatchObject([{ rank: null }]);
    expect(decided([{ title: good }], { existing })).toMatchObject([{ rank: null }]);
  });

  it('refuses a protocol that the profile turns off, and prefers the one that it prefers', () => {
    const off = { ...PATIENT, enableUsenet: false };
    expect(decided([{ protocol: 'usenet' }], { profile: off })).toMatchObject([
      { rejections: [{ code: 'PROTOCOL_DISABLED' }] },
    ]);
    const usenet: DelayProfile = { ...DEFAULT_DELAY_PROFILE, preferredProtocol: 'usenet' };
    const [best] = decided([{}, { protocol: 'usenet' }], { profile: usenet });
    expect(best?.release.protocol).toBe('usenet');
  });
});
