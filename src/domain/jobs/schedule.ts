/** `manual`: somebody asked for it now; its nominal time is that moment. */
export const FIRING_KINDS = ['scheduled', 'manual'] as const;
export type FiringKind = (typeof FIRING_KINDS)[number];

/** `skipped`: an equal job was open. `refused`: deleted, disabled, or params that the type no longer takes. */
export const FIRING_OUTCOMES = ['created', 'skipped', 'refused'] as const;
export type FiringOutcome = (typeof FIRING_OUTCOMES)[number];

/** What came of one firing. */
export type FiringResult =
  | { outcome: 'created'; jobId: string }
  /** The equal job that is open. */
  | { outcome: 'skipped'; jobId: string }
  | { outcome: 'refused'; reason: string };

/** When a schedule fires: exactly one of `cron` and `everyMs` is set. */
export interface Timing {
  /** Five fields, minute to day of week. */
  cron: string | null;
  /** Milliseconds, whole seconds, counted from 1970. */
  everyMs: number | null;
  /** An IANA name; cron is read in it. */
  timezone: string;
}

/** What runs missed while Temporal was away are made up for, milliseconds; Temporal's own default is a year (temporal.md §11). */
export const DEFAULT_CATCHUP_WINDOW_MS = 600_000;
