import type { MetricSources } from '../../metrics.js';
import type { Queryable } from '../../store/database.js';
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
  };
}
