import { describe, expect, it } from '@jest/globals';

import {
  latestQuery,
  readFeed,
  rememberFeed,
  type FeedMemory,
} from '../../../src/domain/acquisition/feed-reading.js';
import { makeRelease } from './releases.js';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;
const memory: FeedMemory = { newestGuid: 'g2', newestAt: NOON, seen: ['g2', 'g1'] };

const release = (guid: string, at?: number) =>
  makeRelease({ guid, ...(at === undefined ? {} : { publishedAt: new Date(at).toISOString() }) });

describe('what is asked of a list of new releases', () => {
  it('is one page at first, of every kind that is served', () => {
    expect(latestQuery(undefined, { categories: [], waitingSince: 0 })).toEqual({
      ...{ mode: 'latest', pages: 1, categories: [3030, 7020, 2000, 5000] },
    });
    expect(latestQuery(undefined, { categories: [3030, 4000], waitingSince: 0 }).categories).toEqual([3030]);
  });

  it('reaches back to the newest of last time, and no further than to when the first request began to wait', () => {
    const early = latestQuery(memory, { categories: [], waitingSince: 0 });
    expect(early).toMatchObject({ untilGuid: 'g2', untilTime: '2026-03-01T06:00:00.000Z', pages: 10 });
    const late = latestQuery(memory, { categories: [], waitingSince: NOON + 48 * HOUR });
    expect(late.untilTime).toBe('2026-03-03T06:00:00.000Z');
    const timeless = latestQuery({ ...memory, newestAt: null }, { categories: [], waitingSince: 0 });
    expect(timeless).not.toHaveProperty('untilTime');
  });
});

describe('what is new in an answer', () => {
  it('is what no reading has seen', () => {
    const releases = [release('g3'), release('g2')];
    const reading = readFeed({ outcome: 'ok', releases, reachedKnown: true }, memory);
    expect(reading).toEqual({ fresh: [releases[0]], gap: false });
    expect(readFeed({ outcome: 'ok', releases }, undefined)).toEqual({ fresh: releases, gap: false });
  });

  it('has a gap where the known one was not reached, but not where there is nothing at all', () => {
    const answer = { outcome: 'ok', reachedKnown: false } as const;
    expect(readFeed({ ...answer, releases: [release('g9')] }, memory).gap).toBe(true);
    expect(readFeed({ ...answer, releases: [] }, memory).gap).toBe(false);
    const failed = { outcome: 'error', class: 'transient', detail: 'HTTP 502' } as const;
    expect(readFeed({ ...failed, releases: [release('g9')] }, memory)).toMatchObject({ gap: false });
  });

  it('is remembered: the newest by its time, and every guid', () => {
    const next = rememberFeed(memory, [release('g4', NOON + HOUR), release('g3', NOON + 1)]);
    expect(next).toEqual({ newestGuid: 'g4', newestAt: NOON + HOUR, seen: ['g4', 'g3', 'g2', 'g1'] });
    expect(rememberFeed(memory, [])).toEqual(memory);
    const late = rememberFeed(memory, [release('g0', NOON - HOUR)]);
    expect(late).toEqual({ ...memory, seen: ['g0', 'g2', 'g1'] });
  });
});
