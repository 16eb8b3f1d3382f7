/** The nearest-rank quantile: always a value that was measured. `share` is 0–1, e.g. 0.5 or 0.99. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('Expected samples, got none');
  return value;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}
