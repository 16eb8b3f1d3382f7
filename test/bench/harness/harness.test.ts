import { describe, expect, it } from '@jest/globals';

import { readArguments } from './arguments.js';
import { defineBench } from './bench.js';
import { judge } from './figure.js';
import { inPairs, medianInterval, ratioOf } from './pairs.js';
import { median, quantile } from './quantile.js';
import { tableOf } from './report.js';

describe('quantile', () => {
  it('is a measured value, by nearest rank', () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantile(samples, 0.99)).toBe(99);
    expect(quantile(samples, 1)).toBe(100);
    expect(median(samples)).toBe(50);
    expect(median([7])).toBe(7);
  });

  it('refuses no samples', () => {
    expect(() => median([])).toThrow('Expected samples');
  });
});

describe('judge', () => {
  it('holds a value against its goal, or against a multiple of its yardstick', () => {
    const yardstick = { name: 'bare', value: 40.04, unit: 'ms' as const };
    const figure = { name: 'start', value: 81.23, unit: 'ms' as const, yardstick };
    const twice = { kind: 'atMost', timesYardstick: 2 } as const;
    expect(judge({ ...figure, goal: twice })).toEqual({
      ...{ name: 'start', value: 81.2, unit: 'ms', interval: null, goal: '≤ 2 × yardstick', met: false },
      yardstick: { ...yardstick, value: 40 },
    });
    expect(judge({ ...figure, goal: { kind: 'atLeast', value: 80 } })).toMatchObject({
      ...{ goal: '≥ 80 ms', met: true },
    });
  });

  it('judges nothing without a goal', () => {
    expect(judge({ name: 'end', value: 5, unit: 'ms' })).toEqual({
      ...{ name: 'end', value: 5, unit: 'ms', interval: null, goal: null, met: null, yardstick: null },
    });
  });
});

describe('inPairs', () => {
  it('takes turns so that each side goes first as often as it goes second', async () => {
    const order: string[] = [];
    const side = (name: string, value: number) => () => {
      order.push(name);
      return Promise.resolve(value);
    };
    const pairs = await inPairs(4, { ours: side('A', 6), theirs: side('B', 3) });
    expect(order.join('')).toBe('ABBAABBA');
    expect(pairs).toEqual(Array.from({ length: 4 }, () => ({ ours: 6, theirs: 3 })));
  });

  it('gives the median of the ratios, which the ratio of the medians is not', () => {
    const pairs = [
      { ours: 2, theirs: 1 },
      { ours: 9, theirs: 3 },
      { ours: 4, theirs: 4 },
    ];
    expect(ratioOf('x', pairs, { of: (run) => run, goal: { kind: 'atMost', value: 1.05 } })).toEqual({
      ...{ name: 'x', value: 2, unit: 'times', goal: { kind: 'atMost', value: 1.05 } },
    });
  });
});

describe('medianInterval', () => {
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => count - index);

  it.each([
    [6, 1, 6],
    [9, 2, 8],
    [20, 6, 15],
    [40, 14, 27],
  ])(
    'of %d samples reaches from the %dth to the %dth, as tables of the sign test have it',
    (count, from, to) => {
      expect(medianInterval(upTo(count))).toEqual({ from, to });
    },
  );

  it('is none of fewer than six, which no 95 % can be said of', () => {
    expect(medianInterval(upTo(5))).toBeUndefined();
    expect(medianInterval([])).toBeUndefined();
  });
});

describe('tableOf', () => {
  it('shows value, goal, yardstick and ratio in columns, then what was skipped', () => {
    const yardstick = { name: 'bare', value: 20, unit: 'jobs/s' as const };
    const goal = { kind: 'atLeast', timesYardstick: 0.8 } as const;
    const table = tableOf({
      figures: [judge({ name: 'no-ops', value: 15, unit: 'jobs/s', goal, yardstick })],
      skipped: [{ name: 'stats', why: 'not there yet' }],
    });
    expect(table.split('\n')).toEqual([
      '   figure  value      goal               yardstick       ratio',
      '✗  no-ops  15 jobs/s  ≥ 0.8 × yardstick  20 jobs/s bare  0.75',
      '–  stats: not there yet',
    ]);
  });
});

describe('tableOf a figure with an interval', () => {
  it('shows it behind the value', () => {
    const interval = { from: 1.0123, to: 1.0456 };
    const figures = [judge({ name: 'encode', value: 1.0234, unit: 'times', interval })];
    expect(tableOf({ figures, skipped: [] })).toContain('encode  1.02 times (1.01 to 1.05)');
  });
});

describe('readArguments', () => {
  const parts = ['start', 'cancel'].map((name) => ({ name, measure: () => Promise.resolve([]) }));
  const open = () => Promise.reject(new Error('not opened here'));
  const benches = [defineBench({ name: 'jobs', summary: 'all', open, parts })];

  it('lists without a name, and runs all parts or those that are picked, in their order', () => {
    expect(readArguments([], benches)).toEqual({ kind: 'list' });
    expect(readArguments(['jobs'], benches)).toMatchObject({ parts: ['start', 'cancel'], jsonFile: null });
    expect(readArguments(['jobs', '--only', 'cancel', '--json', 'a.json'], benches)).toMatchObject({
      ...{ parts: ['cancel'], jsonFile: 'a.json' },
    });
  });

  it('names what there is for what is unknown', () => {
    expect(() => readArguments(['media'], benches)).toThrow('Expected one of jobs, got "media"');
    expect(() => readArguments(['jobs', '--only', 'x'], benches)).toThrow('Expected --only start,cancel');
  });
});
