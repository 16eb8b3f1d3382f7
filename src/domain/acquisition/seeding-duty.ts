/**
 * What must be seeded before a client may be told to forget a download; null: nothing of that kind. Both null: it is
 * seeded without end.
 */
export interface SeedingDuty {
  /** Uploaded over size. */
  ratio: number | null;
  seconds: number | null;
}

export interface OpenDuty extends SeedingDuty {
  seededSeconds: number;
}

/** What the owner of an indexer's settings wants, and what the indexer itself states of a release. */
export interface DutySources {
  configured: { ratio: number | null; minutes: number | null };
  stated: { ratio?: number | undefined; seconds?: number | undefined };
}

/**
 * The larger of both, for each kind; 0 is none, and both configured as 0 mean that it is never removed by us
 * (acquisition.md §4.6). undefined: nothing is owed.
 */
export function seedingDuty({ configured, stated }: DutySources): SeedingDuty | undefined {
  if (configured.ratio === 0 && configured.minutes === 0) return { ratio: null, seconds: null };
  const ratio = Math.max(configured.ratio ?? 0, stated.ratio ?? 0);
  const seconds = Math.max((configured.minutes ?? 0) * 60, stated.seconds ?? 0);
  if (ratio === 0 && seconds === 0) return undefined;
  return { ratio: ratio === 0 ? null : ratio, seconds: seconds === 0 ? null : Math.round(seconds) };
}

/** Both, where both are owed; a ratio that nobody knows is not met. */
export function isDutyMet(duty: OpenDuty, { ratio }: { ratio: number | undefined }): boolean {
  if (isEndless(duty)) return false;
  const timeMet = duty.seconds === null || duty.seededSeconds >= duty.seconds;
  const ratioMet = duty.ratio === null || (ratio !== undefined && ratio >= duty.ratio);
  return timeMet && ratioMet;
}

export function isEndless({ ratio, seconds }: SeedingDuty): boolean {
  return ratio === null && seconds === null;
}
