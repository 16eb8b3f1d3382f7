import { describe, expect, it } from '@jest/globals';

import { readArguments } from './arguments.js';
import { defineBench } from './bench.js';
import { judge } from './figure.js';
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
      ...{ name: 'start', value: 81.2, unit: 'ms', goal: '≤ 2 × yardstick', met: false },
      yardstick: { ...yardstick, value: 40 },
    });
    expect(judge({ ...figure, goal: { kind: 'atLeast', value: 80 } })).toMatchObject({
      ...{ goal: '≥ 80 ms', met: true },
    });
  });

  it('judges nothing without a goal', () => {
    expect(judge({ name: 'end', value: 5, unit: 'ms' })).toEqual({
      ...{ name: 'end', value: 5, unit: 'ms', goal: null, met: null, yardstick: null },
    });
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
