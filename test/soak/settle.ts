import { setTimeout as sleep } from 'node:timers/promises';

import type { House } from './house/house.js';
import type { Call } from './load/api-client.js';

export interface Settled {
  /** How long it took, ms; null when something was still open at the end of the quiet. */
  tookMs: number | null;
  open: string[];
}

const LOOK_MS = 1_000;

interface OpenJob {
  id: string;
  type: string;
  status: string;
  pausedBy: string | null;
  parentId: string | null;
  /** It waits minutes before its next try. */
  waitsToTry: boolean;
}

/** Lets everything end: what is paused goes on, what waits is tried again now, what hangs is cancelled; `withinMs` of quiet at most. */
export async function settle(house: House, call: Call, withinMs: number): Promise<Settled> {
  const begun = performance.now();
  const cancelled = new Set<string>();
  let open: string[] = ['nobody could look'];
  while (performance.now() - begun < withinMs) {
    const jobs = await openJobs(house).catch(() => undefined);
    if (jobs !== undefined) {
      open = [...jobs.map(({ id, status }) => `${id} ${status}`), ...(await openFacts(house))];
      if (open.length === 0) return { tookMs: Math.round(performance.now() - begun), open };
      for (const job of jobs) await letEnd(call, job, cancelled);
    }
    await sleep(LOOK_MS);
  }
  return { tookMs: null, open };
}

async function letEnd(call: Call, job: OpenJob, cancelled: Set<string>): Promise<void> {
  if (job.type === 'demo_hang' && !cancelled.has(job.id)) {
    const { status } = await call('POST', `/api/jobs/${job.id}/cancel`);
    if (status === 202) cancelled.add(job.id);
  } else if (job.pausedBy !== null && job.pausedBy !== 'its parent job') {
    await call('POST', `/api/jobs/${job.id}/resume`);
  } else if (job.waitsToTry) {
    await call('POST', `/api/jobs/${job.id}/retry-now`);
  }
}

async function openJobs(house: House): Promise<OpenJob[]> {
  const { rows } = await house.database().query<OpenJob>(
    `select id, type, status, paused_by as "pausedBy", parent_id as "parentId",
         exists (select from job_steps s where s.job_id = j.id and s.waiting_reason = 'retry_backoff') as "waitsToTry"
       from jobs j where outcome_status is null`,
  );
  return rows;
}

/** What may lag behind the end of its job for a moment. */
async function openFacts(house: House): Promise<string[]> {
  const { rows } = await house.database().query<{ said: string }>(
    `select 'attempt ' || id || ' of ' || job_id as said from job_attempts where ended_at is null
     union all select 'wish ' || kind || ' for ' || job_id from job_wishes where accepted_at is null
     union all select 'cleanup ' || activity || ' of ' || job_id from cleanups where done_at is null
     union all select 'demo item of ' || job_id from demo_items where active`,
  );
  return rows.map(({ said }) => said);
}
