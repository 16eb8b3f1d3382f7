import { describe, expect, it } from '@jest/globals';

import type { DownloadItem } from '../../../src/domain/acquisition/download.js';
import {
  afterHandOver,
  NEW_POLL_FACTS,
  pollDownload,
  type PollFacts,
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
  it('is complete only when two polls in a row say so (no. 22)', () => {
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
      fault: { blame: 'environment', code: 'disk_full', message: 'disk' },
    };
    expect(pollAll([{ item: held, atMs: 0 }])[0]?.transition).toMatchObject({
      kind: 'held',
      reason: 'disk_full',
    });
    const gone: DownloadItem = {
      ...held,
      fault: { blame: 'environment', code: 'files_missing', message: '' },
    };
    expect(pollAll([{ item: gone, atMs: 0 }])[0]?.transition).toMatchObject({ reason: 'mount_gone' });
    const failed: DownloadItem = {
      ...ACTIVE,
      state: 'failed',
      fault: { blame: 'release', code: '26', message: 'bad pieces' },
    };
    expect(pollAll([{ item: failed, atMs: 0 }])[0]?.transition).toMatchObject({ kind: 'release_fault' });
  });
});

describe('a download that stands still in its client', () => {
  const queued: DownloadItem = { ...ACTIVE, state: 'queued', downloadBytesPerSecond: 0 };
  const paused: DownloadItem = { ...queued, state: 'paused' };
  const told = (items: DownloadItem[]) =>
    pollAll(items.map((item, at) => ({ item, atMs: at * 10_000 }))).map(({ transition }) =>
      transition?.kind === 'held' ? transition.reason : transition?.kind,
    );

  it('says so, that it waits for its turn or that somebody paused it there, once two polls in a row have seen it', () => {
    expect(told([queued, ACTIVE, queued, queued, ACTIVE])).toEqual([
      ...['moving', 'moving', 'moving', 'client_queue', 'moving'],
    ]);
    expect(told([ACTIVE, paused, paused, queued])).toEqual([
      ...['moving', 'moving', 'paused_in_client', 'client_queue'],
    ]);
  });

  it('says nothing where it is ourselves who paused it', () => {
    let facts = NEW_POLL_FACTS;
    for (const nowMs of [0, 10_000, 20_000]) {
      const judged = pollDownload({ item: paused, facts, nowMs, clientRestarted: false, rests: true });
      expect(judged.transition).toMatchObject({ kind: 'moving' });
      ({ facts } = judged);
    }
  });
});

describe('a download that its client gave up', () => {
  const held: DownloadItem = {
    ...ACTIVE,
    state: 'held',
    downloadBytesPerSecond: 0,
    fault: { blame: 'environment', code: 'disk_full', message: 'disk' },
  };
  const due = (polls: { item?: DownloadItem; atMs: number }[]): number[] =>
    pollAll(polls).flatMap(({ addAgain }, at) => (addAgain ? [polls[at]?.atMs ?? -1] : []));
  const each5s = (item: DownloadItem, fromMs: number, toMs: number) =>
    Array.from({ length: (toMs - fromMs) / 5_000 + 1 }, (_, at) => ({ item, atMs: fromMs + at * 5_000 }));

  it('is handed over again after 30 s, then after twice as long each time, to 5 min', () => {
    expect(due(each5s(held, 0, 1_500_000))).toEqual([
      30_000, 90_000, 210_000, 450_000, 750_000, 1_050_000, 1_350_000,
    ]);
  });

  it('begins with 30 s anew once bytes came', () => {
    const moving: DownloadItem = { ...ACTIVE, downloadBytesPerSecond: 9 };
    const polls = [
      ...each5s(held, 0, 90_000),
      { item: moving, atMs: 95_000 },
      ...each5s(held, 100_000, 130_000),
    ];
    expect(due(polls)).toEqual([30_000, 90_000, 130_000]);
  });

  it('goes on at each look where a crash has only left it stopped', () => {
    const fault = { blame: 'environment', code: 'interrupted', message: 'it was ended' } as const;
    expect(due(each5s({ ...held, fault }, 0, 15_000))).toEqual([0, 5_000, 10_000, 15_000]);
  });

  it('goes on once there is room where its client paused itself, and says no more than that it is paused', () => {
    const full: DownloadItem = { ...held, clientPaused: true };
    const { fault: _fault, ...roomy } = { ...full, state: 'paused' as const };
    expect(due([...each5s(full, 0, 30_000), ...each5s(roomy, 35_000, 90_000)])).toEqual([30_000, 90_000]);
  });

  it('leaves the pause of a person alone, of the client or of the download', () => {
    const paused: DownloadItem = { ...ACTIVE, state: 'paused', downloadBytesPerSecond: 0 };
    const whole: DownloadItem = { ...paused, clientPaused: true };
    expect(due(each5s(whole, 0, 600_000))).toEqual([]);
    expect(due([...each5s(held, 0, 20_000), ...each5s(whole, 25_000, 600_000)])).toEqual([]);
    const full: DownloadItem = { ...held, clientPaused: true };
    expect(due([...each5s(full, 0, 20_000), ...each5s(paused, 25_000, 600_000)])).toEqual([]);
  });

  it.each([
    ['disk_full', 'disk_full'],
    ['files_missing', 'mount_gone'],
    ['NEWS_SERVER', 'client_trouble'],
  ])('waits with the reason that its client tells: %s is %s', (code, reason) => {
    const item: DownloadItem = { ...held, fault: { blame: 'environment', code, message: 'so it says' } };
    expect(pollAll([{ item, atMs: 0 }])[0]?.transition).toMatchObject({ reason, detail: 'so it says' });
  });

  it('stays as it is when nobody knows why: a person decides', () => {
    const unknown: DownloadItem = { ...held, fault: { blame: 'unknown', code: '1', message: '?' } };
    expect(due(each5s(unknown, 0, 600_000))).toEqual([]);
    expect(pollAll([{ item: unknown, atMs: 0 }])[0]?.transition).toMatchObject({ reason: 'decision_needed' });
  });
});

describe('the progress of a download', () => {
  it('has no rate before 3 s, then rate and time left over the last 15 s', () => {
    const at = (seconds: number, mebibytes: number) => ({
      item: { ...ACTIVE, completedBytes: mebibytes * MIB },
      atMs: seconds * 1_000,
    });
    const polls = [at(0, 0), at(2, 2), at(5, 5), at(20, 50), at(30, 60)];
    const details = pollAll(polls).map(({ detail }) => detail);
    expect(details[1]).toMatchObject({ done: 2 * MIB, total: 100 * MIB, ratePerSecond: null, etaMs: null });
    expect(details[2]).toMatchObject({ ratePerSecond: MIB, etaMs: 95_000 });
    // What lies more than 15 s back does not count: 10 MiB in the last 10 s.
    expect(details[4]).toMatchObject({ ratePerSecond: MIB, etaMs: 40_000 });
  });

  it('is none while nothing can move', () => {
    const paused: DownloadItem = { ...ACTIVE, state: 'paused' };
    expect(pollAll([{ item: paused, atMs: 0 }])[0]).toMatchObject({ active: false, detail: null });
  });
});

describe('the stall clock', () => {
  const TICK_MS = 10_000;
  /** Looked at each 10 s from 0 on. */
  const watch = (item: Partial<DownloadItem>, { untilMs }: { untilMs: number }) => {
    let seen = tick(item, 0);
    for (let atMs = TICK_MS; atMs <= untilMs; atMs += TICK_MS) seen = tick(item, atMs, seen.clock);
    return seen;
  };
  const tick = (item: Partial<DownloadItem>, nowMs: number, clock = NEW_CLOCK) =>
    tickStallClock(clock, { ...ACTIVE, ...item }, { nowMs });

  it('runs out after 12 hours without progress, and after 2 without seeds (no. 15)', () => {
    const { withoutProgressMs, withoutSeedsMs } = STALL_LIMITS;
    const { clock } = watch({}, { untilMs: withoutProgressMs - TICK_MS });
    expect(tick({}, withoutProgressMs - 1, clock).stalled).toBeNull();
    expect(tick({}, withoutProgressMs, clock).stalled).toContain('no progress');
    const late = watch({ seeders: 0 }, { untilMs: withoutSeedsMs - TICK_MS });
    expect(late.stalled).toBeNull();
    expect(tick({ seeders: 0 }, withoutSeedsMs, late.clock).stalled).toContain('no seeds');
  });

  it('counts 2 hours without seeds from when the last one went, and of a download that has none of them never', () => {
    const { withoutSeedsMs } = STALL_LIMITS;
    const seeded = watch({ seeders: 1 }, { untilMs: withoutSeedsMs });
    expect(tick({ seeders: 0 }, withoutSeedsMs + TICK_MS, seeded.clock).stalled).toBeNull();
    const { seeders: _none, ...usenet } = ACTIVE;
    let { clock } = tickStallClock(NEW_CLOCK, usenet, { nowMs: 0 });
    for (let nowMs = TICK_MS; nowMs <= 2 * withoutSeedsMs; nowMs += TICK_MS) {
      const seen = tickStallClock(clock, usenet, { nowMs });
      expect(seen.stalled).toBeNull();
      clock = seen.clock;
    }
  });

  it('runs out after 24 hours at a pace at which more than 14 days are left; one good hour begins it anew', () => {
    const HOUR_MS = 3_600_000;
    // 1 MiB an hour is progress each time; of 500 MiB more than 14 days are left (336 h).
    const hours = (count: number, rates: (hour: number) => number) => {
      let clock = NEW_CLOCK;
      let completed = 0;
      const stalls: number[] = [];
      for (let nowMs = 0; nowMs <= count * HOUR_MS; nowMs += TICK_MS) {
        const hour = Math.floor(nowMs / HOUR_MS);
        if (nowMs % HOUR_MS === 0 && nowMs > 0) completed += rates(hour) * MIB;
        const item = { ...ACTIVE, completedBytes: completed, totalBytes: 500 * MIB };
        const seen = tickStallClock(clock, item, { nowMs });
        clock = seen.clock;
        if (seen.stalled !== null) stalls.push(hour);
        if (hour === 24 && seen.stalled !== null) expect(seen.stalled).toMatch(/^too slow for 1440 min/);
      }
      return stalls[0];
    };
    expect(hours(25, () => 1)).toBe(24);
    expect(hours(40, (hour) => (hour === 12 ? 3 : 1))).toBe(36);
    expect(hours(30, () => 3)).toBeUndefined();
  });

  it('stands still while nobody looks: the client was down, or Longplay was (no. 17)', () => {
    const { withoutSeedsMs } = STALL_LIMITS;
    const before = watch({ seeders: 0 }, { untilMs: 60_000 });
    expect(tick({ seeders: 0 }, 60_000 + withoutSeedsMs, before.clock)).toMatchObject({
      stalled: null,
      clock: { spentMs: 60_000 },
    });
  });

  it('stands still while the item is queued, paused, checked or held', () => {
    let { clock } = watch({}, { untilMs: STALL_LIMITS.withoutProgressMs - TICK_MS });
    for (const state of ['queued', 'paused', 'checking', 'held'] as const) {
      clock = tick({ state }, STALL_LIMITS.withoutProgressMs, clock).clock;
      expect(tick({ state }, STALL_LIMITS.withoutProgressMs + TICK_MS, clock).stalled).toBeNull();
    }
  });

  it('takes a mebibyte for progress, and a few bytes not', () => {
    const { clock } = tick({}, 0);
    expect(tick({ completedBytes: 10 * MIB + 10 }, 1, clock).progressed).toBe(false);
    expect(tick({ completedBytes: 11 * MIB }, 1, clock).progressed).toBe(true);
  });

  it('that its source refuses is held, asked for ever more seldom, and never called removed', () => {
    const refusal = { kind: 'held', reason: 'decision_needed', detail: 'a wrong password' } as const;
    const polled = pollDownload({ item: undefined, facts: NEW_POLL_FACTS, nowMs: 0, clientRestarted: true });
    const first = afterHandOver(polled, { refusal, nowMs: 0 });
    expect(first).toMatchObject({ state: 'held', active: false, transition: refusal });
    const poll = (facts: PollFacts, nowMs: number): PolledState =>
      pollDownload({ item: undefined, facts, nowMs, clientRestarted: false });
    expect(poll(first.facts, 29_999)).toMatchObject({ state: 'held', addAgain: false, transition: refusal });
    const second = afterHandOver(poll(first.facts, 30_000), { refusal, nowMs: 30_000 });
    expect(poll(second.facts, 89_999).addAgain).toBe(false);
    const due = poll(second.facts, 90_000);
    expect(due).toMatchObject({ addAgain: true, transition: null });
    const taken = afterHandOver(due, { refusal: undefined, nowMs: 90_000 });
    expect(taken).toMatchObject({ state: 'adding', active: true, facts: { refused: null } });
  });

  it('whose client forgot whose it is is handed over at once, then ever more seldom, if it came by us', () => {
    const poll = (facts: PollFacts, nowMs: number, owners?: string[], begun = true): PolledState => {
      const item = owners === undefined ? ACTIVE : { ...ACTIVE, owners };
      return pollDownload({ item, facts, nowMs, clientRestarted: false, begun });
    };
    const first = poll(NEW_POLL_FACTS, 0, []);
    expect(first).toMatchObject({ addAgain: true, transition: { kind: 'moving' } });
    expect(poll(first.facts, 29_999, []).addAgain).toBe(false);
    const second = poll(first.facts, 30_000, []);
    expect(second.addAgain).toBe(true);
    expect(poll(second.facts, 89_999, []).addAgain).toBe(false);
    const told = poll(second.facts, 40_000, ['a']);
    expect(told).toMatchObject({ addAgain: false, facts: { forgotten: null } });
    expect(poll(told.facts, 40_001, []).addAgain).toBe(true);
    // Somebody else's item, and a client that carries no tags.
    expect(poll(NEW_POLL_FACTS, 0, [], false).addAgain).toBe(false);
    expect(poll(NEW_POLL_FACTS, 0).addAgain).toBe(false);
  });

  it('that its client holds tells what its source said, until it moves', () => {
    const refusal = { kind: 'held', reason: 'decision_needed', detail: 'a wrong password' } as const;
    const fault = { blame: 'environment', code: '24', message: 'Authorization failed.' } as const;
    const item: DownloadItem = { ...ACTIVE, state: 'held', fault };
    const facts = { ...NEW_POLL_FACTS, refused: { times: 1, nextMs: 0, told: refusal } };
    const held = pollDownload({ item, facts, nowMs: 1, clientRestarted: false });
    expect(held.transition).toEqual(refusal);
    const moving = pollDownload({ item: ACTIVE, facts: held.facts, nowMs: 2, clientRestarted: false });
    expect(moving).toMatchObject({ transition: { kind: 'moving' }, facts: { refused: null } });
  });
});
