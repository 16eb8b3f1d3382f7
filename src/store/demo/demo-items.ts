import type { DemoItemMove, DemoItemState } from '../../domain/demo/demo-item.js';
import type { ProgressDetail } from '../../domain/jobs/progress.js';
import type { Database } from '../database.js';
import { touchJob } from '../jobs.js';

export interface PlannedDemoItem {
  jobId: string;
  round: number;
  durationMs: number;
  stallAtMs: number | null;
  stallForMs: number;
}

/** A later round takes up where the item is, unless it was removed; and it is told of its state anew. */
export async function planDemoItem(db: Database, plan: PlannedDemoItem): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      `insert into demo_items as d (job_id, round, duration_ms, stall_at_ms, stall_for_ms, active) values ($1, $2, $3, $4, $5, true)
       on conflict (job_id) do update set round = $2, signalled_state = null, removed_at = null, polled_at = now(), active = true,
         state = case when d.removed_at is null then d.state else 'moving' end,
         elapsed_ms = case when d.removed_at is null then d.elapsed_ms else 0 end,
         stalled_ms = case when d.removed_at is null then d.stalled_ms else 0 end
       where d.round <= $2`,
      [plan.jobId, plan.round, plan.durationMs, plan.stallAtMs, plan.stallForMs],
    );
    // The poller rests while it has nothing to look at.
    await tx.query(`select pg_notify('longplay_demo_items', $1)`, [plan.jobId]);
    await touchJob(tx, plan.jobId);
  });
}

export interface OpenDemoItem extends PlannedDemoItem {
  state: DemoItemState;
  active: boolean;
  elapsedMs: number;
  stalledMs: number;
  signalledState: string | null;
  /** Since the last look. */
  passedMs: number;
  paused: boolean;
  /** Its job has ended, as by a terminate, which undoes nothing. */
  ended: boolean;
}

/** What is not removed and has not told its end. */
export async function openDemoItems(db: Database): Promise<OpenDemoItem[]> {
  const { rows } = await db.query<OpenDemoItem>(
    `select d.job_id as "jobId", d.round, d.duration_ms as "durationMs", d.stall_at_ms as "stallAtMs",
       d.stall_for_ms as "stallForMs", d.state, d.active, d.elapsed_ms as "elapsedMs", d.stalled_ms as "stalledMs",
       d.signalled_state as "signalledState", j.paused_at is not null as paused, j.outcome_status is not null as ended,
       greatest(0, extract(epoch from now() - d.polled_at) * 1000)::int as "passedMs"
     from demo_items d join jobs j on j.id = d.job_id
     where d.removed_at is null and d.signalled_state is distinct from 'complete' order by d.job_id`,
  );
  return rows;
}

/** One look's facts; the job is touched only when something that people see has changed. */
export async function recordDemoLook(
  db: Database,
  look: DemoItemMove & { jobId: string; round: number; active: boolean; detail: ProgressDetail | null },
): Promise<void> {
  await db.transaction(async (tx) => {
    const { rows } = await tx.query<{ changed: boolean }>(
      `with before as (select state, active, elapsed_ms from demo_items where job_id = $1)
       update demo_items d set state = $3, active = $4, elapsed_ms = $5, stalled_ms = $6, polled_at = now()
       from before where d.job_id = $1 and d.round = $2 and d.removed_at is null and d.elapsed_ms <= $5
       returning (before.state <> $3 or before.active <> $4 or before.elapsed_ms <> $5) as changed`,
      [look.jobId, look.round, look.state, look.active, look.elapsedMs, look.stalledMs],
    );
    if (rows[0]?.changed !== true) return;
    const detail = look.detail === null ? null : JSON.stringify(look.detail);
    await tx.query(`update jobs set progress_detail = $2 where id = $1`, [look.jobId, detail]);
    await touchJob(tx, look.jobId);
  });
}

/** The job has been told of this state; it is not told again. */
export async function recordDemoSignalled(
  db: Database,
  { jobId, round, state }: { jobId: string; round: number; state: DemoItemState },
): Promise<void> {
  await db.query(`update demo_items set signalled_state = $3 where job_id = $1 and round = $2`, [
    jobId,
    round,
    state,
  ]);
}

/** One that a later round has taken up again is left alone. */
export async function removeDemoItem(
  db: Database,
  { jobId, round }: { jobId: string; round: number },
): Promise<void> {
  await db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `update demo_items set active = false, removed_at = now() where job_id = $1 and round <= $2 and removed_at is null`,
      [jobId, round],
    );
    if (rowCount === 1) await touchJob(tx, jobId);
  });
}
