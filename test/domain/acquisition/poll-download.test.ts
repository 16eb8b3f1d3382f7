import { describe, expect, it } from '@jest/globals';

import type { DownloadItem } from '../../../src/domain/acquisition/download.js';
import {
  NEW_POLL_FACTS,
  pollDownload,
  type PolledState,
} from '../../../src/domain/acquisition/poll-download.js';
import { NEW_CLOCK, STALL_LIMITS, tickStallClock } from '../../../src/domain/acquisition/stall-clock.js';

const MIB = 1024 * 1024;
const ACTIVE: DownloadItem = {
  clientItemId: 'a',
  name: 'book',
  state: 'active',
  totalBytes: 100 * MIB,
  completedBytes: 10 * MIB,
  uploadedBytes: 0,
  downloadBytesPerSecond: 1,
  seeders: 3,
};

/** Polls one after another, each with the facts of the one before. */
function pollAll(polls: { item?: DownloadItem; atMs: number; clientRestarted?: boolean }[]): PolledState[] {
  let facts = NEW_POLL_FACTS;
  return polls.map(({ item, atMs, clientRestarted = false }) => {
    const judged = pollDownload({ item, facts, nowMs: atMs, clientRestarted });
    facts = judged.facts;
    return judged;
  });
}

describe('a polled download', () => {
  it('is complete only when two polls in a row say so', () => {
    const done: DownloadItem = { ...ACTIVE, state: 'seeding', completedBytes: ACTIVE.totalBytes };
    const [first, second] = pollAll([
      { item: done, atMs: 0 },
      { item: done, atMs: 1_000 },
    ]);
    expect(first).toMatchObject({ state: 'checking', active: true, transition: { kind: 'moving' } });
    expect(second).toMatchObject({ state: 'seeding', active: false, transition: { kind: 'complete' } });
  });

  it('is not complete when a recheck undid it between the polls', () => {
    const done: DownloadItem = { ...ACTIVE, state: 'seeding' };
    const states = pollAll([
      { item: done, atMs: 0 },
      { item: ACTIVE, atMs: 1_000 },
      { item: done, atMs: 2_000 },
    ]);
    expect(states.map(({ transition }) => transition?.kind)).toEqual(['moving', 'moving', 'moving']);
  });

  it('is removed only after 3 polls and 2 minutes without it', () => {
    const states = pollAll([0, 10_000, 20_000, 119_000, 121_000].map((atMs) => ({ atMs })));
    expect(states.map(({ transition }) => transition?.kind)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'removed',
    ]);
  });

  it('is handed over again when its client restarted and forgot it', () => {
    const [, second] = pollAll([
      { item: ACTIVE, atMs: 0 },
      { atMs: 1_000, clientRestarted: true },
    ]);
    expect(second).toMatchObject({ addAgain: true, transition: null, active: true });
  });

  it('blames the release only when the client says that it is bad', () => {
    const held: DownloadItem = {
      ...ACTIVE,
      state: 'held',
      fault: { blame: 'environment', code: '9', message: 'disk' },
    };
    expect(pollAll([{ item: held, atMs: 0 }])[0]?.transition).toMatchObject({
      kind: 'held',
      reason: 'disk_full',
    });
    const failed: DownloadItem = {
      ...ACTIVE,
      state: 'failed',
      fault: { blame: 'release', code: '26', message: 'bad pieces' },
    };
    expect(pollAll([{ item: failed, atMs: 0 }])[0]?.transition).toMatchObject({ kind: 'release_fault' });
  });
});

describe('the stall clock', () => {
  const tick = (item: Partial<DownloadItem>, nowMs: number, clock = NEW_CLOCK) =>
    tickStallClock(clock, { ...ACTIVE, ...item }, { nowMs });

  it('runs out after 12 hours without progress, and after 2 without seeds', () => {
    const { clock } = tick({}, 1);
    expect(tick({}, STALL_LIMITS.withoutProgressMs, clock).stalled).toBeNull();
    expect(tick({}, STALL_LIMITS.withoutProgressMs + 1, clock).stalled).toContain('no progress');
    expect(tick({ seeders: 0 }, STALL_LIMITS.withoutSeedsMs + 1, clock).stalled).toContain('no seeds');
  });

  it('stands still while the item is queued, paused, checked or held', () => {
    let { clock } = tick({}, 0);
    for (const state of ['queued', 'paused', 'checking', 'held'] as const) {
      clock = tick({ state }, 100, clock).clock;
      expect(tick({ state }, 10 * STALL_LIMITS.withoutProgressMs, clock).stalled).toBeNull();
    }
  });

  it('takes a mebibyte for progress, and a few bytes not', () => {
    const { clock } = tick({}, 0);
    expect(tick({ completedBytes: 10 * MIB + 10 }, 1, clock).progressed).toBe(false);
    expect(tick({ completedBytes: 11 * MIB }, 1, clock).progressed).toBe(true);
  });
});
