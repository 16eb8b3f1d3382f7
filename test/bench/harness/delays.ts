import type { Goal, Measured } from './figure.js';
import { median, quantile } from './quantile.js';

export function atMostMs(value: number): Goal {
  return { kind: 'atMost', value };
}

/** Two figures of one series of delays in milliseconds; the goal holds for both. */
export function medianAndWorst(name: string, delays: readonly number[], goal?: Goal): Measured[] {
  return both(name, { delays, other: ', worst', share: 1, goal });
}

export function medianAndP99(name: string, delays: readonly number[], goal?: Goal): Measured[] {
  return both(name, { delays, other: ', p99', share: 0.99, goal });
}

function both(
  name: string,
  {
    delays,
    other,
    share,
    goal,
  }: { delays: readonly number[]; other: string; share: number; goal?: Goal | undefined },
): Measured[] {
  const held = goal === undefined ? {} : { goal };
  return [
    { name, value: median(delays), unit: 'ms', ...held },
    { name: `${name}${other}`, value: quantile(delays, share), unit: 'ms', ...held },
  ];
}
