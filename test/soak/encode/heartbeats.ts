import type { Client } from '@temporalio/client';

import { query, type Evidence } from '../checks/evidence.js';
import type { Kill } from '../killer.js';

/** Heartbeat timeouts in the histories, by what had happened to the worker. */
export interface Heartbeats {
  /** Its worker had been killed: so a lost worker is noticed. */
  killedWorker: number;
  /** Temporal had been killed meanwhile: nobody could hear a heartbeat. */
  killedServer: number;
  /** Nobody had been killed: a living worker missed its heartbeats. */
  alone: { jobId: string; step: string; atMs: number }[];
}

/** temporal.api.enums.v1.TimeoutType. */
const HEARTBEAT = 4;

interface Timeout {
  jobId: string;
  step: string;
  queue: string;
  /** Of the activity. */
  scheduledMs: number;
  /** When its next attempt began, or when it was given up. */
  atMs: number;
}

interface AttemptRow {
  jobId: string;
  step: string;
  processId: number;
  startedMs: number;
}

/** Which worker's kill may cost an attempt of a queue its heartbeats. */
const SERVED_BY: Readonly<Record<string, Kill['kind']>> = { io: 'core', admin: 'core', cpu: 'cpu' };

export async function countHeartbeats(evidence: Evidence): Promise<Heartbeats> {
  const attempts = await query<AttemptRow>(
    evidence,
    `select a.job_id as "jobId", s.name as step, w.process_id as "processId",
       extract(epoch from a.started_at)::float8 * 1000 as "startedMs"
     from job_attempts a join job_steps s on s.id = a.step_id join workers w on w.id = a.worker_id order by a.started_at`,
  );
  const counted: Heartbeats = { killedWorker: 0, killedServer: 0, alone: [] };
  for (const timeout of await timeoutsIn(evidence.temporal)) {
    if (isByWorker(timeout, { attempts, kills: evidence.kills })) counted.killedWorker += 1;
    else if (isByServer(timeout, evidence.kills)) counted.killedServer += 1;
    else counted.alone.push({ jobId: timeout.jobId, step: timeout.step, atMs: timeout.atMs });
  }
  return counted;
}

function isByWorker(
  { jobId, step, queue, scheduledMs, atMs }: Timeout,
  { attempts, kills }: { attempts: readonly AttemptRow[]; kills: readonly Kill[] },
): boolean {
  const during = attempts.filter(
    (one) => one.jobId === jobId && one.step === step && one.startedMs >= scheduledMs && one.startedMs < atMs,
  );
  const isKilled = ({ processId, startedMs }: AttemptRow): boolean =>
    kills.some((kill) => kill.pid === processId && kill.atMs >= startedMs && kill.atMs <= atMs);
  if (during.some(isKilled)) return true;
  // It may have died before it had opened its attempt.
  const role = SERVED_BY[queue] ?? 'gpu';
  return (
    during.length === 0 &&
    kills.some((kill) => kill.kind === role && kill.atMs >= scheduledMs && kill.atMs <= atMs)
  );
}

/** Temporal alone hears heartbeats: no kill of Postgres excuses one that is missing. */
function isByServer({ scheduledMs, atMs }: Timeout, kills: readonly Kill[]): boolean {
  return kills.some((kill) => kill.kind === 'temporal' && kill.atMs >= scheduledMs && kill.atMs <= atMs);
}

async function timeoutsIn(temporal: Client): Promise<Timeout[]> {
  const found: Timeout[] = [];
  for await (const { workflowId, runId } of temporal.workflow.list({ query: 'JobType is not null' })) {
    const { events } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    found.push(...timeoutsOf(workflowId, events ?? []));
  }
  return found;
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];

/** A lost attempt that Temporal tries again is told by the next one's start alone, as its last failure. */
function timeoutsOf(jobId: string, events: readonly HistoryEvent[]): Timeout[] {
  const scheduled = new Map(
    events.flatMap((event) => {
      const about = event.activityTaskScheduledEventAttributes;
      return about ? [[String(event.eventId), { about, atMs: timeOf(event) }] as const] : [];
    }),
  );
  return events.flatMap((event) => {
    const started = event.activityTaskStartedEventAttributes;
    const timedOut = event.activityTaskTimedOutEventAttributes;
    const failure = started?.lastFailure ?? timedOut?.failure;
    if (Number(failure?.timeoutFailureInfo?.timeoutType) !== HEARTBEAT) return [];
    const from = scheduled.get(String(started?.scheduledEventId ?? timedOut?.scheduledEventId));
    return [
      {
        ...{ jobId, step: from?.about.activityType?.name ?? '', queue: from?.about.taskQueue?.name ?? '' },
        ...{ scheduledMs: from?.atMs ?? 0, atMs: timeOf(event) },
      },
    ];
  });
}

function timeOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1_000 + (eventTime?.nanos ?? 0) / 1_000_000;
}
