import { describe, expect, it } from '@jest/globals';

import {
  isQuiet,
  quietDetail,
  WEEKDAYS,
  type QuietRule,
  type QuietWhen,
} from '../../../src/domain/jobs/quiet.js';

const rule = (when: QuietWhen): QuietRule => ({
  ...{ id: 'r', name: 'Night', when, queues: ['cpu'], downloads: false, enabled: true },
});

const hours = (
  from: string,
  to: string,
  own: { days?: readonly ('mon' | 'fri')[]; timezone?: string } = {},
) => rule({ kind: 'hours', days: WEEKDAYS, timezone: 'UTC', ...own, from, to });

/** 2026-03-02 is a Monday. */
const at = (iso: string) => ({ now: new Date(iso) });

describe('quiet hours', () => {
  it.each([
    ['08:00', '10:00', '2026-03-02T07:59:59Z', false],
    ['08:00', '10:00', '2026-03-02T08:00:00Z', true],
    ['08:00', '10:00', '2026-03-02T10:00:00Z', false],
    ['22:00', '07:00', '2026-03-02T23:00:00Z', true],
    ['22:00', '07:00', '2026-03-03T06:59:00Z', true],
    ['22:00', '07:00', '2026-03-03T07:00:00Z', false],
    ['00:00', '00:00', '2026-03-03T12:00:00Z', true],
  ])('from %s to %s at %s: %s', (from, to, now, expected) => {
    expect(isQuiet(hours(from, to), at(now), false)).toBe(expected);
  });

  it('belong to the day on which they begin', () => {
    const friday = hours('22:00', '07:00', { days: ['fri'] });
    expect(isQuiet(friday, at('2026-03-06T23:00:00Z'), false)).toBe(true);
    expect(isQuiet(friday, at('2026-03-07T06:00:00Z'), false)).toBe(true);
    expect(isQuiet(friday, at('2026-03-06T06:00:00Z'), false)).toBe(false);
    expect(isQuiet(friday, at('2026-03-07T23:00:00Z'), false)).toBe(false);
  });

  it('are read in their time zone, also over a change of its clocks', () => {
    const berlin = hours('22:00', '07:00', { timezone: 'Europe/Berlin' });
    expect(isQuiet(berlin, at('2026-03-02T21:30:00Z'), false)).toBe(true);
    expect(isQuiet(berlin, at('2026-07-02T20:30:00Z'), false)).toBe(true);
    // Summer time began at 01:00 UTC that night.
    expect(isQuiet(berlin, at('2026-03-29T04:59:00Z'), false)).toBe(true);
    expect(isQuiet(berlin, at('2026-03-29T05:00:00Z'), false)).toBe(false);
    expect(quietDetail(berlin, at('2026-03-02T21:30:00Z'))).toBe('Night: until 07:00 (Europe/Berlin)');
  });
});

describe('what is measured', () => {
  it('is quiet while somebody watches, and stays as it was while no server can tell', () => {
    const watching = rule({ kind: 'watching' });
    const now = new Date(0);
    expect(isQuiet(watching, { now, watching: 1 }, false)).toBe(true);
    expect(isQuiet(watching, { now, watching: 0 }, true)).toBe(false);
    expect([true, false].map((held) => isQuiet(watching, { now }, held))).toEqual([true, false]);
  });

  it('begins at the load that is named, and ends well below', () => {
    const busy = rule({ kind: 'load', percent: 50 });
    const now = new Date(0);
    const loads = [49, 50, 40, 35, 34, 40];
    let held = false;
    const seen = loads.map((otherLoad) => (held = isQuiet(busy, { now, otherLoad }, held)));
    expect(seen).toEqual([false, true, true, true, false, false]);
  });
});
