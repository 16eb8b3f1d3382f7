import { describe, expect, it } from '@jest/globals';

import { backoffAnswer, nextBackoff } from '../../../src/domain/acquisition/backoff.js';

const NOW = 1_000_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const after = (
  level: number,
  answer: Parameters<typeof nextBackoff>[0]['answer'],
  more: { retryAfterMs?: number; startedAt?: number } = {},
) => {
  const { level: next, until } = nextBackoff({ level, answer, now: NOW, ...more });
  return [next, until === null ? null : until - NOW];
};

describe('nextBackoff', () => {
  it('climbs the table of §3.2 with each failure, to a day at most', () => {
    const waits = [
      MINUTE,
      5 * MINUTE,
      15 * MINUTE,
      30 * MINUTE,
      HOUR,
      3 * HOUR,
      6 * HOUR,
      12 * HOUR,
      24 * HOUR,
      24 * HOUR,
    ];
    expect(waits.map((_, level) => after(level, 'failed')[1])).toEqual(waits);
    expect(after(9, 'failed')[0]).toBe(9);
  });

  it('goes down one level with each success, and asks at once', () => {
    expect(after(4, 'ok')).toEqual([3, null]);
    expect(after(0, 'ok')).toEqual([0, null]);
  });

  it('keeps the level where no connection came about, and still rests', () => {
    expect(after(3, 'unreachable')).toEqual([3, 15 * MINUTE]);
    expect(after(0, 'unreachable')).toEqual([0, MINUTE]);
  });

  it('raises the level until its period covers Retry-After, and rests the longer of both', () => {
    expect(after(0, 'limited', { retryAfterMs: 4 * MINUTE })).toEqual([2, 5 * MINUTE]);
    expect(after(4, 'limited', { retryAfterMs: MINUTE })).toEqual([4, 30 * MINUTE]);
    expect(after(0, 'limited', { retryAfterMs: 48 * HOUR })).toEqual([9, 48 * HOUR]);
  });

  it('rests at least an hour after a limit that names no time', () => {
    expect(after(0, 'limited')).toEqual([5, HOUR]);
    expect(after(7, 'limited')).toEqual([7, 6 * HOUR]);
  });

  it('does not escalate in the first 15 minutes after start', () => {
    expect(after(6, 'failed', { startedAt: NOW - MINUTE })).toEqual([6, 5 * MINUTE]);
    expect(after(0, 'failed', { startedAt: NOW - MINUTE })).toEqual([0, MINUTE]);
    expect(after(0, 'failed', { startedAt: NOW - 16 * MINUTE })).toEqual([1, MINUTE]);
  });
});

describe('an indexer that rests already', () => {
  const resting = (answer: 'ok' | 'failed' | 'limited', retryAfterMs?: number) =>
    nextBackoff({
      ...{ level: 2, restsUntil: NOW + 5 * MINUTE, answer, now: NOW },
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });

  it('is not blamed again by the other calls that were on their way, nor let off by a late good answer', () => {
    const kept = { level: 2, until: NOW + 5 * MINUTE };
    expect(resting('failed')).toEqual(kept);
    expect(resting('ok')).toEqual(kept);
    expect(resting('limited', MINUTE)).toEqual(kept);
  });

  it('rests longer where it asks for that', () => {
    expect(resting('limited', 10 * MINUTE)).toEqual({ level: 3, until: NOW + 15 * MINUTE });
    expect(nextBackoff({ level: 2, restsUntil: NOW - 1, answer: 'failed', now: NOW })).toMatchObject({
      level: 3,
    });
  });
});

describe('backoffAnswer', () => {
  it('tells a silence of nobody from a failure', () => {
    const silence = { outcome: 'error', class: 'transient', detail: '' } as const;
    expect(backoffAnswer({ ...silence, unreachable: true })).toBe('unreachable');
    expect(backoffAnswer(silence)).toBe('failed');
    expect(backoffAnswer({ outcome: 'throttled', retryAfterMs: 1, detail: '' })).toBe('limited');
    expect(backoffAnswer({ outcome: 'disabled', detail: '' })).toBe('failed');
    expect(backoffAnswer({ outcome: 'ok', releases: [] })).toBe('ok');
  });
});
