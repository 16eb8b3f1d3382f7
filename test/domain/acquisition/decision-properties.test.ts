import { describe, expect, it } from '@jest/globals';

import {
  decide,
  type Candidate,
  type Decision,
  type DecisionInput,
} from '../../../src/domain/acquisition/decide.js';
import type { RuleProfile } from '../../../src/domain/acquisition/custom-rules.js';
import { MATCH_CLASSES } from '../../../src/domain/acquisition/compare.js';
import { DEFAULT_DELAY_PROFILE } from '../../../src/domain/acquisition/delay-profile.js';
import type { Release } from '../../../src/domain/acquisition/release.js';
import { SCORING_PROFILES } from '../../../src/domain/acquisition/scoring-profiles.js';
import { MADE_ITEM, makeReleases } from '../../support/made-releases.js';
import { createRandom, type Random } from '../../support/random.js';
import { NOW } from './releases.js';

const ROUNDS = 100;

const RULES: RuleProfile = {
  id: 'mine',
  name: 'Mine',
  minimumScore: -5,
  rules: [
    {
      rule: {
        id: 'whole',
        name: 'Whole',
        effect: { kind: 'score', score: 10 },
        conditions: [{ kind: 'title', pattern: '\\bunabridged\\b' }],
      },
    },
    {
      rule: {
        id: 'free',
        name: 'Free',
        effect: { kind: 'score', score: -10 },
        conditions: [{ kind: 'flag', flag: 'freeleech', negate: true }],
      },
    },
  ],
};

/** Everything that an input may have, sometimes. */
function makeInput(random: Random): DecisionInput {
  const releases = makeReleases(random, random.between(1, 25));
  const profile = {
    ...DEFAULT_DELAY_PROFILE,
    torrentDelay: random.pick([0, 60]),
    usenetDelay: random.pick([0, 30]),
  };
  return {
    item: MADE_ITEM,
    releases,
    indexers: ['alpha', 'beta', 'gamma'].map((id) => ({
      ...{ id, name: id, priority: random.between(1, 50), minimumSeeders: random.pick([0, 1, 50]) },
      ...(random.chance(0.1) ? { backoffUntil: NOW + 1_000 } : {}),
    })),
    blocklist: releases.flatMap(({ infoHash }) =>
      infoHash !== undefined && random.chance(0.1) ? [`hash:${infoHash}`] : [],
    ),
    grabbed: releases.filter(() => random.chance(0.05)).map(({ indexerId, guid }) => ({ indexerId, guid })),
    protocols: random.pick([['torrent', 'usenet'], ['torrent'], ['usenet']]),
    ...(random.chance(0.3) ? { rules: RULES } : {}),
    ...(random.chance(0.3) ? { scoring: SCORING_PROFILES.requirement } : {}),
    ...(random.chance(0.3) ? { delay: { profile } } : {}),
    ...(random.chance(0.2) ? { preferred: { protocol: 'usenet', formats: ['mp3'] } } : {}),
    now: NOW,
  };
}

function eachInput(name: string, check: (input: DecisionInput, random: Random) => void): void {
  const random = createRandom(11, name);
  for (let round = 0; round < ROUNDS; round += 1) check(makeInput(random), random);
}

function shuffle<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, place: random.next() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

const winnerOf = ({ candidates }: Decision): string | undefined =>
  candidates.find(({ rank }) => rank === 1)?.release.guid;

/** How sure it is, in one number: by class first, then by points. Smaller is surer. */
function matchOf({ class: matchClass, score }: Candidate): number {
  return MATCH_CLASSES.indexOf(matchClass) * 100 - Math.round(score.match / 5);
}

describe('a decision', () => {
  it('does not depend on the order of what it is made from', () => {
    eachInput('order', (input, random) => {
      const shuffled = {
        ...input,
        releases: shuffle(input.releases, random),
        indexers: shuffle(input.indexers, random),
        blocklist: shuffle(input.blocklist, random),
        grabbed: shuffle(input.grabbed, random),
        protocols: shuffle(input.protocols, random),
      };
      expect(decide(shuffled)).toEqual(decide(input));
    });
  });

  it('is the same for equal inputs, and changes none of them', () => {
    eachInput('equal', (input) => {
      const before = structuredClone(input);
      const decision = decide(input);
      expect(decide(structuredClone(input))).toEqual(decision);
      expect(input).toEqual(before);
    });
  });

  it('has the same winner with one more release that is refused', () => {
    let added = 0;
    eachInput('refused', (input, random) => {
      const [one] = makeReleases(random, 1) as [Release];
      const more = { ...one, guid: 'more', infoHash: 'f'.repeat(40) };
      const decision = decide({ ...input, releases: [...input.releases, more] });
      const isRefused = decision.candidates.some(
        ({ release, rank }) => release.guid === 'more' && rank === null,
      );
      if (!isRefused) return;
      added += 1;
      expect(winnerOf(decision)).toBe(winnerOf(decide(input)));
    });
    expect(added).toBeGreaterThan(ROUNDS / 4);
  });

  it('never lets priority, seeders, flags or size lift a worse match', () => {
    eachInput('match', (input) => {
      const accepted = decide(input).candidates.filter(({ rank }) => rank !== null);
      accepted.slice(1).forEach((candidate, at) => {
        const better = accepted[at];
        if (better === undefined) return;
        const [above, below] = [matchOf(better), matchOf(candidate)];
        expect(above).toBeLessThanOrEqual(below);
      });
    });
  });

  it('keeps its winner when a worse match gets every advantage that is no match', () => {
    let helped = 0;
    eachInput('advantage', (input) => {
      const before = decide(input).candidates.filter(({ rank }) => rank !== null);
      const [winner] = before;
      const worse = before.find((one) => winner !== undefined && matchOf(one) > matchOf(winner));
      if (winner === undefined || worse === undefined) return;
      const best = { seeders: 1_000_000, peers: 1_000_000, freeleech: true, indexerId: 'aaa' };
      const releases = input.releases.map((release) =>
        release.guid === worse.release.guid ? { ...release, ...best } : release,
      );
      const indexers = [...input.indexers, { id: 'aaa', name: 'aaa', priority: 1, minimumSeeders: 0 }];
      helped += 1;
      expect(winnerOf(decide({ ...input, releases, indexers }))).toBe(winner.release.guid);
    });
    expect(helped).toBeGreaterThan(ROUNDS / 10);
  });

  it('tells a reason for every refused release, and a time for each that passes', () => {
    eachInput('reasons', (input) => {
      for (const { rank, rejections, why } of decide(input).candidates) {
        expect(why.length).toBeGreaterThan(10);
        expect(rank === null).toBe(rejections.length > 0);
        for (const rejection of rejections)
          expect(rejection.permanent ? undefined : Date.parse(rejection.retryAt) > NOW).not.toBe(false);
      }
    });
  });
});
