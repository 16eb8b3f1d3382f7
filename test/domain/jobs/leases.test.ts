import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  admit,
  booked,
  byTurn,
  fits,
  leaseNeeds,
  needsInWords,
  shortageOf,
  sumOf,
  without,
  type Asker,
  type LeaseNeeds,
} from '../../../src/domain/jobs/leases.js';

const HOLD = 600_000;
const CARD = leaseNeeds({ vramMb: 16_000, encoderSessions: 3, aiSlots: 1, cpuTokens: 4 });
const NOTHING = leaseNeeds({});

function asker(id: string, needs: Partial<LeaseNeeds>, more: Partial<Asker> = {}): Asker {
  return { id, priority: 5, since: 0, needs: leaseNeeds(needs), refusedForMs: 0, ...more };
}

function admitted(asking: Asker[], given: { used?: LeaseNeeds; slots?: Record<string, number> } = {}) {
  const { used = NOTHING, slots = {} } = given;
  const result = admit({ capacity: CARD, used, slots, asking, holdAfterMs: HOLD });
  return { admitted: result.admitted.map(({ id }) => id), held: result.held.map(({ id }) => id) };
}

const needs = fc.record({
  vramMb: fc.nat(20_000),
  encoderSessions: fc.nat(4),
  aiSlots: fc.nat(1),
  cpuTokens: fc.nat(8),
});
const capacity = fc.record({
  vramMb: fc.nat(24_000),
  encoderSessions: fc.nat(8),
  aiSlots: fc.nat(2),
  cpuTokens: fc.nat(16),
});
const asking = fc
  .array(
    fc.record({
      priority: fc.integer({ min: 1, max: 10 }),
      since: fc.nat(1_000),
      needs,
      refusedForMs: fc.constantFrom(0, 1, HOLD - 1, HOLD, 10 * HOLD),
      queue: fc.constantFrom(undefined, 'gpu-encode', 'gpu-ai'),
    }),
    { maxLength: 12 },
  )
  .map((all) =>
    all.map(({ queue, ...one }, index): Asker => ({
      ...one,
      id: `job-${index}`,
      ...(queue === undefined ? {} : { slotOf: queue }),
    })),
  );
const slots = fc.record({ 'gpu-encode': fc.nat(3), 'gpu-ai': fc.nat(1) });

const house = fc.record({ capacity, used: needs, asking, slots, holdAfterMs: fc.constant(HOLD) });

describe('whatever asks', () => {
  it('never gets more than there is, neither of the host nor of the slots', () => {
    fc.assert(
      fc.property(house, (given) => {
        const { admitted: begun } = admit(given);
        const taken = sumOf(begun.map((one) => booked(one.needs, given.capacity)));
        expect(fits(taken, without(given.capacity, given.used))).toBe(true);
        for (const [queue, free] of Object.entries(given.slots))
          expect(begun.filter(({ slotOf }) => slotOf === queue).length).toBeLessThanOrEqual(free);
      }),
    );
  });

  it('is either served, held or left, and nobody twice; the order of asking changes nothing', () => {
    fc.assert(
      fc.property(house, (given) => {
        const first = admit(given);
        const all = [...first.admitted, ...first.held];
        expect(new Set(all).size).toBe(all.length);
        expect(admit({ ...given, asking: given.asking.toReversed() })).toEqual(first);
      }),
    );
  });

  it('is served where it fits beside all that was served and held before it', () => {
    fc.assert(
      fc.property(house, (given) => {
        const { admitted: begun, held } = admit(given);
        for (const one of given.asking) {
          if (begun.includes(one) || one.slotOf !== undefined) continue;
          const before = [...begun, ...held].filter((other) => byTurn(other, one) < 0);
          const kept = sumOf(before.map((other) => booked(other.needs, given.capacity)));
          const free = without(without(given.capacity, given.used), kept);
          expect(fits(booked(one.needs, given.capacity), free)).toBe(false);
        }
      }),
    );
  });

  it('is held only after the time, and only where the host could ever have room for it', () => {
    fc.assert(
      fc.property(house, (given) => {
        for (const one of admit(given).held) {
          expect(one.refusedForMs).toBeGreaterThanOrEqual(HOLD);
          expect(fits(booked(one.needs, given.capacity), given.capacity)).toBe(true);
        }
      }),
    );
  });
});

describe('those that wait for room', () => {
  it('are served by priority, then by since, then by id', () => {
    const all = [
      asker('late', { vramMb: 6_000 }, { since: 2 }),
      asker('b', { vramMb: 6_000 }, { since: 1 }),
      asker('a', { vramMb: 6_000 }, { since: 1 }),
      asker('urgent', { vramMb: 6_000 }, { since: 9, priority: 1 }),
    ];
    expect(admitted(all).admitted).toEqual(['urgent', 'a']);
  });

  it('are passed by what fits, for ten minutes; then what is free is kept for them', () => {
    const used = leaseNeeds({ vramMb: 10_000 });
    const big = (refusedForMs: number) => asker('big', { vramMb: 12_000 }, { refusedForMs });
    const small = asker('small', { vramMb: 2_000 }, { since: 1 });
    expect(admitted([big(HOLD - 1), small], { used })).toEqual({ admitted: ['small'], held: [] });
    expect(admitted([big(HOLD), small], { used })).toEqual({ admitted: [], held: ['big'] });
    const freed = leaseNeeds({ vramMb: 4_000 });
    expect(admitted([big(HOLD), small], { used: freed })).toEqual({ admitted: ['big'], held: [] });
  });

  it('block nobody who needs something else, however long they have waited', () => {
    const used = leaseNeeds({ vramMb: 10_000, encoderSessions: 3 });
    const all = [
      asker('big', { vramMb: 12_000 }, { refusedForMs: HOLD }),
      asker('sessions', { encoderSessions: 1 }, { refusedForMs: HOLD }),
      asker('software', { cpuTokens: 4 }, { since: 1 }),
    ];
    expect(admitted(all, { used })).toEqual({ admitted: ['software'], held: ['big', 'sessions'] });
  });

  it('stop nobody where no host of this size could ever serve them', () => {
    const all = [
      asker('never', { vramMb: 17_000 }, { refusedForMs: 99 * HOLD }),
      asker('small', { vramMb: 16_000 }, { since: 1 }),
    ];
    expect(admitted(all)).toEqual({ admitted: ['small'], held: [] });
  });

  it('let go first who is more urgent, also before one with a hold', () => {
    const used = leaseNeeds({ vramMb: 10_000 });
    const all = [
      asker('big', { vramMb: 12_000 }, { refusedForMs: HOLD }),
      asker('urgent', { vramMb: 6_000 }, { priority: 1, since: 1 }),
    ];
    expect(admitted(all, { used })).toEqual({ admitted: ['urgent'], held: ['big'] });
  });

  it('need a slot of their queue as well, and keep their room while the slots are taken', () => {
    const one = (refusedForMs: number) =>
      asker('first', { vramMb: 12_000 }, { slotOf: 'gpu-encode', refusedForMs });
    const other = asker('other', { vramMb: 6_000 }, { slotOf: 'gpu-ai', since: 1 });
    const full = { 'gpu-encode': 0, 'gpu-ai': 1 };
    expect(admitted([one(0), other], { slots: full })).toEqual({ admitted: ['other'], held: [] });
    expect(admitted([one(HOLD), other], { slots: full })).toEqual({ admitted: [], held: ['first'] });
  });
});

describe('what a host has none of', () => {
  const software = leaseNeeds({ cpuTokens: 2 });

  it('is not booked there: software does the work, and takes at most its cores', () => {
    const wants = leaseNeeds({ vramMb: 4_000, encoderSessions: 1, aiSlots: 1, cpuTokens: 8 });
    expect(booked(wants, software)).toEqual(software);
  });
});

describe('what is missing', () => {
  it.each<[string, Partial<LeaseNeeds>, Partial<LeaseNeeds>, string, string]>([
    ['VRAM', { vramMb: 4_000 }, { vramMb: 14_800 }, 'vram_busy', 'needs 4,000 MB of VRAM, 1,200 free'],
    [
      'an encoder session',
      { vramMb: 1, encoderSessions: 1 },
      { encoderSessions: 3 },
      'encoder_sessions',
      'needs 1 encoder session, 0 free',
    ],
    ['the AI slot', { aiSlots: 1 }, { aiSlots: 1 }, 'slots_busy', 'needs 1 AI slot, 0 free'],
    ['cores', { cpuTokens: 9 }, { cpuTokens: 3 }, 'slots_busy', 'needs 4 CPU tokens, 1 free'],
    [
      'a bigger card',
      { vramMb: 1_000_000 },
      {},
      'vram_busy',
      'needs 1,000,000 MB of VRAM, more than the 16,000 of this worker',
    ],
    [
      'nothing but its turn',
      { vramMb: 900 },
      {},
      'vram_busy',
      'needs 900 MB of VRAM, 16,000 free, kept for one that waits for longer',
    ],
  ])('is told in words: %s', (_what, wants, used, reason, detail) => {
    const told = shortageOf(leaseNeeds(wants), { capacity: CARD, used: leaseNeeds(used) });
    expect(told).toEqual({ reason, detail });
  });

  it('and what is needed is told without what is not', () => {
    expect(needsInWords(leaseNeeds({ vramMb: 4_000, cpuTokens: 1 }))).toBe('4,000 MB of VRAM, 1 CPU token');
  });
});
