import type { JobCount, MetricSources } from '../../metrics.js';
import type { Queryable } from '../../store/database.js';
import { listLiveWorkers } from '../../store/workers.js';

/** Ended jobs may be a million: counted once in this time, whatever the scraper's own rhythm. */
const ENDED_EVERY_MS = 60_000;

const OPEN = `status in ('pending', 'queued', 'running', 'paused')`;

export function createMetricSources(db: Queryable, now: () => number): MetricSources {
  let ended: { at: number; counts: JobCount[] } | undefined;
  return {
    jobs: async () => {
      if (ended === undefined || now() - ended.at > ENDED_EVERY_MS) {
        ended = { at: now(), counts: await countJobs(db, `not (${OPEN})`) };
      }
      return [...(await countJobs(db, OPEN)), ...ended.counts];
    },
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

async function countJobs(db: Queryable, condition: string): Promise<JobCount[]> {
  const { rows } = await db.query<JobCount>(
    `select type, status, count(*)::int as count from jobs where ${condition} group by type, status`,
  );
  return rows;
}
