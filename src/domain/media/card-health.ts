/** When a card is left alone, milliseconds (media.md §5.2). */
export interface QuarantineRules {
  /** So many faults */
  faults: number;
  /** within this time. */
  withinMs: number;
  firstMs: number;
  longestMs: number;
}

export const QUARANTINE_RULES: QuarantineRules = {
  faults: 3,
  withinMs: 10 * 60_000,
  firstMs: 10 * 60_000,
  longestMs: 60 * 60_000,
};

/** Times are ms of one clock. */
export interface CardHealth {
  faultsAt: readonly number[];
  quarantine: { since: number; until: number; reason: string } | null;
}

export const HEALTHY: CardHealth = { faultsAt: [], quarantine: null };

/** One fault more; what still runs on a card in quarantine makes it no longer. */
export function afterFault(
  health: CardHealth,
  { at, reason }: { at: number; reason: string },
  rules: QuarantineRules,
): CardHealth {
  if (health.quarantine !== null) return health;
  const faultsAt = [...health.faultsAt, at].filter((time) => time > at - rules.withinMs);
  if (faultsAt.length < rules.faults) return { faultsAt, quarantine: null };
  return { faultsAt, quarantine: { since: at, until: at + rules.firstMs, reason } };
}

/**
 * A probe after its end lifts a quarantine, where it is good; else it lasts twice as long. One before its end says little:
 * a card that fails in the middle of films passes a short trial.
 */
export function afterTrial(
  health: CardHealth,
  { at, isGood }: { at: number; isGood: boolean },
  rules: QuarantineRules,
): CardHealth {
  const { quarantine } = health;
  if (quarantine === null || at < quarantine.until) return health;
  if (isGood) return HEALTHY;
  const longer = Math.min(2 * (quarantine.until - quarantine.since), rules.longestMs);
  return { ...health, quarantine: { ...quarantine, since: at, until: at + longer } };
}
