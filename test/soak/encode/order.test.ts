import { describe, expect, it } from '@jest/globals';

import { judgeOrder, type Look, type SeenStep, type Start } from './order.js';

const START: Start = { stepId: 'it', jobId: 'job-it', queue: 'gpu-encode', startedMs: 30_000 };

/** A look each second of a minute; `other` is seen beside the one that begins at 30 s with priority 5. */
function line(other: (atMs: number) => SeenStep | undefined): Look[] {
  return Array.from({ length: 60 }, (_, second) => {
    const atMs = second * 1_000 + 500;
    const seen = other(atMs);
    const steps = new Map([['it', waiting(5, { waits: atMs < START.startedMs })]]);
    return { atMs, steps: seen === undefined ? steps : steps.set('other', seen) };
  });
}

function waiting(priority: number, more: Partial<SeenStep> = {}): SeenStep {
  return { queue: 'gpu-encode', priority, waits: true, ...more };
}

function judge(other: (atMs: number) => SeenStep | undefined, hindrances: number[] = []) {
  return judgeOrder([START], { looks: line(other), hindrances });
}

describe('a start is out of turn', () => {
  it('where one of a better priority has waited for long and goes on waiting', () => {
    expect(judge(() => waiting(4))).toEqual({
      ...{ judged: 1, uncertain: 0 },
      overtaken: [{ start: START, priority: 5, passed: { stepId: 'other', priority: 4 } }],
    });
  });

  it.each<[string, (atMs: number) => SeenStep | undefined]>([
    ['is of the same priority', () => waiting(5)],
    ['waits for another queue', () => waiting(1, { queue: 'cpu' })],
    ['has come a moment before', (atMs) => (atMs < 28_000 ? undefined : waiting(1))],
    ['begins at the same moment', (atMs) => waiting(1, { waits: atMs < 31_000 })],
    ['was paused meanwhile', (atMs) => waiting(1, { waits: atMs < 20_000 || atMs > 25_000 })],
    ['was preferred a moment before', (atMs) => waiting(atMs < 29_000 ? 9 : 1)],
  ])('but not where the other %s', (_said, other) => {
    expect(judge(other).overtaken).toEqual([]);
  });

  it('but nobody can tell soon after a kill of what brings a step to the front', () => {
    expect(judge(() => waiting(1), [12_000])).toEqual({ judged: 0, uncertain: 1, overtaken: [] });
    expect(judge(() => waiting(1), [31_000]).overtaken).toHaveLength(1);
  });

  it('nor where nobody has looked', () => {
    const looks = line(() => waiting(1));
    const before = looks.filter(({ atMs }) => atMs < START.startedMs);
    expect(judgeOrder([START], { looks: before, hindrances: [] }).judged).toBe(0);
    const late = looks.filter(({ atMs }) => atMs > START.startedMs - 5_000);
    expect(judgeOrder([START], { looks: late, hindrances: [] }).judged).toBe(0);
  });
});
