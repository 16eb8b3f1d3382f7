import { MINUTE_MS } from '../../domain/durations.js';
import { well, type HealthResult } from '../../domain/health/check.js';
import type { Queue } from '../../domain/jobs/policy.js';
import { viewQueues } from '../../jobs/queues.js';
import { nextRun } from '../../jobs/schedules/timing.js';
import { viewSchedules, type ScheduleView } from '../../jobs/schedules/view.js';
import type { Queryable } from '../../store/database.js';
import { listSchedules } from '../../store/schedules.js';
import type { EarlierChecks } from './health-level.js';

const MOST_SCHEDULES = 1_000;

/** A look that comes so long after the last one is the first of a new start: what was missed meanwhile is being made up for. */
const REGULAR_MS = 25 * MINUTE_MS;

/** Whether each schedule fires; one that could not be brought to Temporal does not. */
export async function checkSchedules(db: Queryable, earlier: EarlierChecks): Promise<HealthResult[]> {
  const { schedules } = await listSchedules(db, { after: undefined, limit: MOST_SCHEDULES });
  const views = await viewSchedules(
    db,
    schedules.filter(({ enabled }) => enabled),
  );
  const now = new Date();
  const isRegular = earlier.some(({ lookedAt }) => now.getTime() - lookedAt.getTime() < REGULAR_MS);
  return views.map((schedule) => {
    const check = checkSchedule(schedule, now);
    return isRegular ? check : well('schedule', schedule.id, check.message);
  });
}

function checkSchedule(schedule: ScheduleView, now: Date): HealthResult {
  const { id, name, lastFiring, changedAt, applyError } = schedule;
  const about = { kind: 'schedule', subject: id } as const;
  if (applyError !== null) {
    const remedy = 'It is tried again each minute; if that lasts, edit the schedule';
    return { ...about, level: 'warning', message: `Temporal has not got "${name}": ${applyError}`, remedy };
  }
  const since = new Date(Math.max(Date.parse(changedAt), Date.parse(lastFiring?.nominalAt ?? changedAt)));
  const due = secondAfter(schedule, since);
  if (due === undefined || now < due)
    return well('schedule', id, `"${name}" last fired at ${lastFiring?.nominalAt ?? 'no time yet'}`);
  const told = lastFiring === null ? 'has never fired' : `has not fired since ${lastFiring.nominalAt}`;
  return {
    ...about,
    level: 'warning',
    message: `"${name}" ${told}, though it was due twice`,
    remedy: `Trigger it (longplay schedule trigger ${id}), and look whether Temporal and a core worker run`,
  };
}

/** The end of the second interval, with the time by which each firing may be late. */
function secondAfter(schedule: ScheduleView, since: Date): Date | undefined {
  const first = nextRun(schedule, since);
  const second = first === undefined ? undefined : nextRun(schedule, first);
  return second === undefined ? undefined : new Date(second.getTime() + schedule.jitterMs + LATE_MS);
}

const LATE_MS = MINUTE_MS;

/** Without these no request comes to its end. */
const NEEDED: readonly Queue[] = ['workflows', 'io', 'cpu', 'admin'];

/** A queue on which something waits, and nobody serves it; a paused one is meant so. */
export async function checkQueues(db: Queryable): Promise<HealthResult[]> {
  const queues = await viewQueues(db);
  return queues
    .filter(({ queue, waiting }) => NEEDED.includes(queue) || waiting > 0)
    .map(({ queue, workers, waiting, paused }) => {
      if (workers > 0) return well('queue', queue, `${workers} workers serve ${queue}`);
      if (paused !== null) return well('queue', queue, `${queue} is paused by ${paused.by}`);
      return {
        kind: 'queue',
        subject: queue,
        level: 'error',
        message: `No worker serves ${queue}; ${waiting} steps wait`,
        remedy: queue.startsWith('gpu')
          ? 'Start: longplay worker gpu'
          : 'Start: longplay up, or longplay worker',
      };
    });
}
