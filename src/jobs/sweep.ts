import { orphans } from '../store/children.js';
import type { Database } from '../store/database.js';
import { forgetOldKeys } from '../store/idempotency.js';
import { endAttemptsOfDeadWorkers } from '../store/steps.js';
import { confirmJob, confirmProposed } from './confirm.js';
import type { JobsDeps } from './deps.js';
import { startPending } from './start.js';
import { makeWish, resendWishes } from './wish.js';

/** Unseen for 12 s means dead: three missed reports of 4 s each. */
const DEAD_WORKER_MS = 12_000;

/**
 * One pass of what runs each 5 s (jobs.md §4). Each part is safe to run twice. `ledMs`: how long the sweeper
 * has had the database; after it was away, living workers must have had the time to report themselves.
 */
export async function sweepOften(deps: JobsDeps, { ledMs }: { ledMs: number }): Promise<void> {
  if (ledMs >= DEAD_WORKER_MS) await endAttemptsOfDeadWorkers(deps.db, DEAD_WORKER_MS);
  await confirmProposed(deps);
  await startPending(deps);
  await resendWishes(deps);
  for (const jobId of await orphans(deps.db)) {
    await makeWish(deps, { jobId, kind: 'cancel', madeBy: 'sweeper: its parent ended' });
  }
}

/** One pass of what runs each 60 s: open rows are compared with Temporal, workflows closed since `since` first. */
export async function sweepSeldom(deps: JobsDeps, since: Date): Promise<{ repaired: number }> {
  await forgetOldKeys(deps.db);
  let repaired = 0;
  const compared = new Set<string>();
  for await (const jobId of deps.temporal.closedSince(since)) {
    compared.add(jobId);
    if (await repairIfOpen(deps, jobId)) repaired += 1;
  }
  for (const jobId of await openUnexplained(deps.db)) {
    if (!compared.has(jobId) && (await repairIfOpen(deps, jobId))) repaired += 1;
  }
  return { repaired };
}

/** Open rows in Temporal's hands for which no step of ours waits or runs: their run may be gone. */
async function openUnexplained(db: Database): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select j.id from jobs j where j.outcome_status is null and j.accepted_round = j.round and j.status = 'queued'
       and not exists (select from job_steps s where s.job_id = j.id and s.state in ('waiting', 'backoff'))
     order by j.created_at limit 200`,
  );
  return rows.map((row) => row.id);
}

async function repairIfOpen(deps: JobsDeps, jobId: string): Promise<boolean> {
  const { rows } = await deps.db.query<{ open: boolean }>(
    `select outcome_status is null as open from jobs where id = $1`,
    [jobId],
  );
  if (rows[0]?.open !== true) return false;
  return (await confirmJob(deps, jobId)) === 'ended';
}
