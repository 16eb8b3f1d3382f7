import { MINUTE_MS } from '../../domain/durations.js';
import type { HealthCheckKind, HealthLevel } from '../../domain/health/check.js';
import type { ConnectionTest } from '../../integrations/connection-test.js';
import type { HealthCheckRow } from '../../store/health-checks.js';

/** What earlier looks said. */
export type EarlierChecks = readonly HealthCheckRow[];

/** What was away for so long does not come back by itself, as a rule (acquisition.md §4.1 "alert after 10 min"). */
const LONG_MS = 10 * MINUTE_MS - 30_000;

/** What somebody has to mend is an error at once, and a silence once it has lasted. */
export function levelOfFailure(
  { fault }: ConnectionTest,
  { earlier, kind, subject }: { earlier: EarlierChecks; kind: HealthCheckKind; subject: string },
): HealthLevel {
  if (fault === 'credentials' || fault === 'bad_input') return 'error';
  const before = earlier.find((check) => check.kind === kind && check.subject === subject);
  if (before === undefined || before.level === 'ok') return 'warning';
  return before.level === 'error' || Date.now() - before.since.getTime() >= LONG_MS ? 'error' : 'warning';
}
