const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

const FIRST_WAITS_MS = [5 * SECOND_MS, 15 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS];
const QUICK_MS = 2 * MINUTE_MS;
/** With the first waits these make a quarter of an hour. */
const QUICK_LOOKS = 7;
const SLOW_MS = 6 * 60 * MINUTE_MS;

/**
 * How often a library is asked for what was filed into it, looks counted from 1: 5, 15, 30, 60 s, then each
 * 2 min to a quarter of an hour, then each 6 h. The first look after the quick ones reads the whole library,
 * since a scan of one folder may miss a new one (acquisition.md §6).
 */
export function confirmLook(look: number): { waitMs: number; whole: boolean } {
  const quick = FIRST_WAITS_MS.length + QUICK_LOOKS;
  const waitMs = FIRST_WAITS_MS[look - 1] ?? (look <= quick ? QUICK_MS : SLOW_MS);
  return { waitMs, whole: look > quick };
}
