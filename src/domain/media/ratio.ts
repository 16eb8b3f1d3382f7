import type { Ratio } from './source.js';

export function valueOf({ num, den }: Ratio): number {
  return num / den;
}

export function isSameRatio(one: Ratio, other: Ratio): boolean {
  return one.num * other.den === other.num * one.den;
}

/** In lowest terms, as FFmpeg's options take it: `30000/1001`, `25`. */
export function sayRatio({ num, den }: Ratio): string {
  return den === 1 ? String(num) : `${num}/${den}`;
}

export function dividedBy({ num, den }: Ratio, whole: number): Ratio {
  return num % whole === 0 ? { num: num / whole, den } : { num, den: den * whole };
}
