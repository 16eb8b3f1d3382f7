import { RECONCILED_CHECKS } from '../../domain/health/check.js';
import type { HealthFigures, MetricSources } from '../../metrics.js';
import type { Queryable } from '../../store/database.js';
import { countHealthChecks, type HealthCount } from '../../store/health-checks.js';
import { readJobCounts } from '../../store/job-counts.js';
import { listLiveWorkers } from '../../store/workers.js';

export function createMetricSources(db: Queryable): MetricSources {
  return {
    jobs: () => readJobCounts(db),
    openAttempts: async () => {
      const { rows } = await db.query<{ queue: string; count: number }>(
        `select queue, count(*)::int as count from job_attempts where ended_at is null group by queue`,
      );
      return rows;
    },
    workers: async () => {
      const counts = new Map<string, number>();
      for (const { role } of await listLiveWorkers(db)) counts.set(role, (counts.get(role) ?? 0) + 1);
      return [...counts].map(([role, count]) => ({ role, count }));
    },
    health: async () => healthFigures(await countHealthChecks(db)),
  };
}

function healthFigures(counts: HealthCount[]): HealthFigures {
  const ages = new Map<string, number>();
  for (const { kind, ageSeconds } of counts) {
    const type = RECONCILED_CHECKS.includes(kind) ? 'reconcile_clients' : 'health_check';
    ages.set(type, Math.min(ageSeconds, ages.get(type) ?? Infinity));
  }
  return {
    checks: counts.map(({ kind, level, count }) => ({ kind, level, count })),
    ages: [...ages].map(([type, seconds]) => ({ type, seconds })),
  };
}
