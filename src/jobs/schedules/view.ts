import type { FiringKind, FiringOutcome } from '../../domain/jobs/schedule.js';
import type { JobStatus } from '../../domain/jobs/status.js';
import type { Queryable } from '../../store/database.js';
import { lastFirings, lastSuccesses, type FiringRow } from '../../store/schedule-firings.js';
import type { ScheduleRow, ScheduleSettings } from '../../store/schedules.js';
import { nextRun } from './timing.js';

/** One firing as every surface shows it. Times are ISO 8601. */
export interface FiringView {
  /** When it was due, or when it was asked for. */
  nominalAt: string;
  kind: FiringKind;
  outcome: FiringOutcome;
  /** The job that was made. */
  jobId: string | null;
  /** The equal job that was open, so that none was made. */
  skippedJobId: string | null;
  /** Of either. */
  jobStatus: JobStatus | null;
  /** Why it was refused. */
  detail: string | null;
  madeBy: string;
  createdAt: string;
}

/** A schedule as every surface shows it. */
export interface ScheduleView extends ScheduleSettings {
  id: string;
  enabled: boolean;
  /** Whether Temporal has the present version. */
  applied: boolean;
  applyError: string | null;
  /** null while disabled. */
  nextAt: string | null;
  lastFiring: FiringView | null;
  /** When it fired last so that its job was completed; null: not within its last 100 firings. */
  lastSuccessAt: string | null;
  createdBy: string;
  createdAt: string;
  changedAt: string;
  version: number;
}

/** Two queries for any number of schedules. */
export async function viewSchedules(db: Queryable, rows: readonly ScheduleRow[]): Promise<ScheduleView[]> {
  const ids = rows.map(({ id }) => id);
  const [last, successes] = await Promise.all([lastFirings(db, ids), lastSuccesses(db, ids)]);
  const now = new Date();
  return rows.map((row) => ({
    ...viewSchedule(row, last.get(row.id), now),
    lastSuccessAt: successes.get(row.id)?.toISOString() ?? null,
  }));
}

function viewSchedule(
  row: ScheduleRow,
  last: FiringRow | undefined,
  now: Date,
): Omit<ScheduleView, 'lastSuccessAt'> {
  const { appliedVersion, appliedPrint: _print, createdAt, changedAt, ...shown } = row;
  return {
    ...shown,
    applied: appliedVersion === row.version,
    nextAt: nextOf(row, now)?.toISOString() ?? null,
    lastFiring: last === undefined ? null : viewFiring(last),
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
  };
}

/** As Temporal says, jitter included; our own reckoning while that is older than now, or of an earlier version. */
function nextOf(row: ScheduleRow, now: Date): Date | undefined {
  if (!row.enabled) return undefined;
  const told = row.appliedVersion === row.version ? row.nextAt : null;
  return told !== null && told > now ? told : nextRun(row, now);
}

export function viewFiring({ scheduleId: _id, nominalAt, createdAt, ...shown }: FiringRow): FiringView {
  return { ...shown, nominalAt: nominalAt.toISOString(), createdAt: createdAt.toISOString() };
}
