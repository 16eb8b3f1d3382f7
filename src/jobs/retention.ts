import { expiredJobs, removeFamilies, type RetentionRule } from '../store/retention.js';
import type { JobsDeps } from './deps.js';

/** Per type the last 100 completed and 200 failed stay whole; of the rest each for its time (jobs.md §4). */
export const RETENTION: readonly RetentionRule[] = [
  { status: 'completed', keepLatest: 100, days: 30 },
  { status: 'failed', keepLatest: 200, days: 90 },
  { status: 'cancelled', keepLatest: 0, days: 30 },
];

/** Families a pass and rule: what is left over goes with the next pass. */
const AT_ONCE = 200;

/** Forgets what nobody needs any more; returns how many jobs went. */
export async function forgetOldJobs(
  { db, catalogue, log }: Pick<JobsDeps, 'db' | 'catalogue' | 'log'>,
  rules: readonly RetentionRule[] = RETENTION,
): Promise<number> {
  let removed = 0;
  for (const { type } of catalogue.types) {
    for (const rule of rules) {
      const expired = await expiredJobs(db, { type, rule, limit: AT_ONCE });
      if (expired.length > 0) removed += await removeFamilies(db, expired);
    }
  }
  if (removed > 0) log.info({ removed }, 'old jobs were forgotten');
  return removed;
}
