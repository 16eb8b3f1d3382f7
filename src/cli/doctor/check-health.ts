import { MINUTE_MS } from '../../domain/durations.js';
import { normalizeError } from '../../domain/faults.js';
import { RECONCILED_CHECKS } from '../../domain/health/check.js';
import { formatDuration } from '../../domain/jobs/amounts.js';
import type { HttpClient } from '../http-client.js';
import { healthList, type HealthCheck } from '../operations-answers.js';
import { RefusedError } from '../problem.js';
import { ok, wrong, type Finding } from './finding.js';

/** A look comes every 10 minutes: so old, two were left out. */
const LATE_MS = 30 * MINUTE_MS;

/** How the house was at the last look of the running service, and whether that look is old. */
export async function checkHealth(client: HttpClient): Promise<Finding[]> {
  try {
    const { checks } = await client.send({ path: '/api/health/checks', answer: healthList });
    return [lookFinding(checks), ...checks.flatMap(checkFinding)];
  } catch (error) {
    return [
      wrong('health', {
        state: 'advice',
        detail: `could not be read: ${normalizeError(error).message}`,
        remedy:
          error instanceof RefusedError
            ? 'Set LONGPLAY_TOKEN to a token, of a viewer at least'
            : 'Run "longplay doctor" again',
      }),
    ];
  }
}

function lookFinding(checks: HealthCheck[]): Finding {
  const looks = checks.filter(({ kind }) => !RECONCILED_CHECKS.some((other) => other === kind));
  if (looks.length === 0) {
    const detail = 'nothing was looked at so far';
    return wrong('health', { state: 'advice', detail, remedy: 'Look now: longplay job create health_check' });
  }
  const age = Date.now() - Math.max(...looks.map(({ lookedAt }) => Date.parse(lookedAt)));
  if (age >= LATE_MS) {
    return wrong('health', {
      state: 'advice',
      detail: `the last look was ${formatDuration(age)} ago`,
      remedy:
        'Look now: longplay job create health_check. Then see why its schedule did not: longplay schedule show health-check',
    });
  }
  const well = checks.filter(({ level }) => level === 'ok').length;
  return ok('health', { detail: `${well} of ${checks.length} checks were well at the last look` });
}

function checkFinding({ kind, subject, level, message, remedy, since }: HealthCheck): Finding[] {
  switch (level) {
    case 'ok':
      return [];
    case 'warning':
    case 'error':
      return [
        wrong(`health: ${kind.replaceAll('_', ' ')} ${subject}`.trim(), {
          state: level === 'error' ? 'broken' : 'advice',
          detail: `${message}, since ${since}`,
          remedy: remedy ?? 'See the log of Longplay',
        }),
      ];
  }
}
