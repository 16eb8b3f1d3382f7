import { Fault, FAULTS } from '../../domain/faults.js';
import type { FiringResult } from '../../domain/jobs/schedule.js';
import type { Queryable } from '../../store/database.js';
import type { JobRow } from '../../store/jobs.js';
import { findFiring, insertFiring, type FiringKey, type FiringRow } from '../../store/schedule-firings.js';
import { lockSchedule, type ScheduleRow } from '../../store/schedules.js';
import { insertNewJob } from '../create.js';
import type { JobsDeps } from '../deps.js';
import { startJob } from '../start.js';

export interface Firing extends FiringKey {
  /** Who is noted as the job's creator. */
  madeBy: string;
}

/**
 * Makes the job of one firing, once however often it is asked: its row and the firing's are one transaction, and
 * a repeat answers from the firing's (jobs.md §4 "Schedules"). What cannot be made is refused in words, not thrown.
 * @throws Fault environment while Postgres is away, transient when an equal job ended in this very moment.
 */
export async function fireSchedule(deps: JobsDeps, firing: Firing): Promise<FiringResult> {
  const { result, job } = await deps.db.transaction(async (tx) => {
    const schedule = await lockSchedule(tx, firing.scheduleId);
    if (schedule === undefined) return { result: refused(`there is no schedule "${firing.scheduleId}"`) };
    const known = await findFiring(tx, firing);
    if (known !== undefined) return { result: resultOf(known) };
    const fired = await makeJob(tx, deps, { schedule, firing });
    await insertFiring(tx, rowOf(firing, fired.result));
    return fired;
  });
  // A start that fails is the sweeper's, as any other job's.
  if (job !== undefined) await startJob(deps, job);
  return result;
}

async function makeJob(
  tx: Queryable,
  deps: JobsDeps,
  { schedule, firing }: { schedule: ScheduleRow; firing: Firing },
): Promise<{ result: FiringResult; job?: JobRow }> {
  if (firing.kind === 'scheduled' && !schedule.enabled) return { result: refused('it is disabled') };
  try {
    const { existed, job } = await insertNewJob(tx, deps, {
      type: schedule.type,
      params: schedule.params,
      priority: schedule.priority ?? undefined,
      maxRetries: schedule.maxRetries ?? undefined,
      createdBy: firing.madeBy,
      parentId: undefined,
    });
    return existed
      ? { result: { outcome: 'skipped', jobId: job.id } }
      : { result: { outcome: 'created', jobId: job.id }, job };
  } catch (error) {
    // Such a fault comes before anything is written: a type that is gone, or params that it no longer takes.
    if (error instanceof Fault && FAULTS[error.kind] === 'never') return { result: refused(error.message) };
    throw error;
  }
}

function refused(reason: string): FiringResult {
  return { outcome: 'refused', reason };
}

function rowOf(
  { scheduleId, nominalAt, kind, madeBy }: Firing,
  result: FiringResult,
): Parameters<typeof insertFiring>[1] {
  return {
    ...{ scheduleId, nominalAt, kind, madeBy, outcome: result.outcome },
    jobId: result.outcome === 'created' ? result.jobId : null,
    skippedJobId: result.outcome === 'skipped' ? result.jobId : null,
    detail: result.outcome === 'refused' ? result.reason : null,
  };
}

function resultOf({ outcome, jobId, skippedJobId, detail }: FiringRow): FiringResult {
  switch (outcome) {
    case 'created':
      return { outcome, jobId: jobId ?? 'a job that is no longer kept' };
    case 'skipped':
      return { outcome, jobId: skippedJobId ?? 'a job that is no longer kept' };
    case 'refused':
      return refused(detail ?? '');
  }
}
