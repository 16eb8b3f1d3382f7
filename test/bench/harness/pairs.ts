import type { Goal, Interval, Measured, Unit } from './figure.js';
import { median } from './quantile.js';

/** One run of ours and one of what it is held against, one right after the other. */
export interface Pair<Run> {
  ours: Run;
  theirs: Run;
}

/** A B B A A B …: whatever drifts while pairs are measured hits both alike. */
export async function inPairs<Run>(
  count: number,
  { ours, theirs }: { ours: () => Promise<Run>; theirs: () => Promise<Run> },
): Promise<Pair<Run>[]> {
  const pairs: Pair<Run>[] = [];
  for (let pair = 0; pair < count; pair += 1) {
    if (pair % 2 === 0) {
      const first = await ours();
      pairs.push({ ours: first, theirs: await theirs() });
    } else {
      const first = await theirs();
      pairs.push({ theirs: first, ours: await ours() });
    }
  }
  return pairs;
}

/** The median of the pairs' ratios, and the yardstick's side in words. */
export function ratioOf<Run>(
  name: string,
  pairs: readonly Pair<Run>[],
  { of, goal }: { of: (run: Run) => number; goal?: Goal },
): Measured {
  return medianOf(
    name,
    pairs.map(({ ours, theirs }) => of(ours) / of(theirs)),
    { unit: 'times', ...(goal === undefined ? {} : { goal }) },
  );
}

export function medianOf(
  name: string,
  samples: readonly number[],
  { unit, goal }: { unit: Unit; goal?: Goal },
): Measured {
  const interval = medianInterval(samples);
  return {
    ...{ name, value: median(samples), unit },
    ...(interval === undefined ? {} : { interval }),
    ...(goal === undefined ? {} : { goal }),
  };
}

const CONFIDENCE = 0.95;

/**
 * Two of the samples between which the median of all runs lies with 95 %, whatever their distribution: of nine the
 * second and the eighth. Undefined of fewer than six, whose whole range is no such interval.
 */
export function medianInterval(samples: readonly number[]): Interval | undefined {
  const sorted = [...samples].sort((one, other) => one - other);
  const { length } = sorted;
  // How likely it is that at most `rank` of the samples lie on one side of the median: a coin's tosses.
  let below = 2 ** -length;
  let ways = 1;
  let rank = 0;
  if (1 - 2 * below < CONFIDENCE) return undefined;
  for (;;) {
    ways *= (length - rank) / (rank + 1);
    const next = below + ways * 2 ** -length;
    if (1 - 2 * next < CONFIDENCE) break;
    below = next;
    rank += 1;
  }
  const [from, to] = [sorted[rank], sorted[length - 1 - rank]];
  return from === undefined || to === undefined ? undefined : { from, to };
}
