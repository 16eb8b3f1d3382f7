import type { ProgressDetail } from '../domain/jobs/progress.js';
import { isRoomReason } from '../domain/jobs/leases.js';
import { QUIET_RULES } from '../domain/jobs/quiet.js';
import { sentenceOf } from '../domain/jobs/sentence.js';
import type { JobStatus } from '../domain/jobs/status.js';
import type { StepFailure } from '../domain/jobs/job-input.js';
import type { WaitingReason } from '../domain/jobs/waiting.js';
import type { Queryable } from '../store/database.js';
import {
  childrenOf,
  externalItems,
  openCleanups,
  type ChildFact,
  type ExternalFact,
} from '../store/job-facts.js';
import type { JobRow } from '../store/jobs.js';
import { listQueueRows, type QueueRow } from '../store/queues.js';
import { permitWaits, type PermitWait } from '../store/permits.js';
import { runningSteps, waitingSteps, type RunningStep, type WaitingStep } from '../store/waits.js';
import { listLiveWorkers } from '../store/workers.js';
import { requestedOf, type WishKind } from '../store/wishes.js';

/** A job as every surface shows it: API, event stream, CLI and page. Times are ISO 8601. */
export interface JobView {
  id: string;
  type: string;
  title: string;
  status: JobStatus;
  /** A wish that is not yet true. */
  requested: WishKind | null;
  sentence: string;
  waitingReason: WaitingReason | null;
  queue: string | null;
  queuePosition: number | null;
  nextAttemptAt: string | null;
  step: string | null;
  worker: string | null;
  tries: number;
  /** 0–1, never going down within a round. */
  progress: number;
  progressDetail: ProgressDetail | null;
  etaMs: number | null;
  priority: number;
  round: number;
  params: unknown;
  subject: { type: string; id: string } | null;
  parentId: string | null;
  children: { id: string; type: string; status: JobStatus }[];
  pausedBy: string | null;
  result: unknown;
  error: StepFailure | null;
  openCleanups: number;
  createdBy: string;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  version: number;
}

/** Adds to the rows what waits, runs and belongs to them: nine queries for any number of jobs. */
export async function viewJobs(db: Queryable, jobs: JobRow[]): Promise<JobView[]> {
  const ids = jobs.map((job) => job.id);
  const open = jobs.filter((job) => job.outcomeStatus === null).map((job) => job.id);
  const [waiting, permits, running, children, external, requested, cleanups, workers, queues] =
    await Promise.all([
      waitingSteps(db, open),
      permitWaits(db, open),
      runningSteps(db, open),
      childrenOf(db, ids),
      externalItems(db, open),
      requestedOf(db, open),
      openCleanups(db, ids),
      listLiveWorkers(db),
      listQueueRows(db),
    ]);
  const served = new Set(workers.flatMap((worker) => Object.keys(worker.queues)));
  return jobs.map((job) =>
    viewJob(job, {
      waiting: waiting.get(job.id),
      permit: permits.get(job.id),
      running: running.get(job.id),
      children: children.get(job.id) ?? [],
      external: external.get(job.id),
      requested: requested.get(job.id) ?? null,
      cleanups: cleanups.get(job.id) ?? 0,
      served,
      queues,
    }),
  );
}

/** A job that was created in this moment: nothing belongs to it yet, so nothing is asked for. */
export async function viewNewJob(db: Queryable, job: JobRow): Promise<JobView> {
  const served = new Set((await listLiveWorkers(db)).flatMap((worker) => Object.keys(worker.queues)));
  const nothing = { waiting: undefined, permit: undefined, running: undefined, external: undefined };
  return viewJob(job, { ...nothing, children: [], requested: null, cleanups: 0, served, queues: new Map() });
}

interface Facts {
  waiting: WaitingStep | undefined;
  permit: PermitWait | undefined;
  running: RunningStep | undefined;
  children: ChildFact[];
  external: ExternalFact | undefined;
  requested: WishKind | null;
  cleanups: number;
  served: Set<string>;
  queues: Map<string, QueueRow>;
}

function viewJob(job: JobRow, facts: Facts): JobView {
  const waiting = job.status === 'queued' ? waitingOf(job, facts) : null;
  const nextAttemptAt = iso(facts.waiting?.nextAttemptAt ?? job.waitUntil);
  return {
    id: job.id,
    type: job.type,
    title: job.title,
    status: job.status,
    requested: facts.requested,
    sentence: sentence(job, facts, waiting, nextAttemptAt),
    waitingReason:
      waiting?.reason ??
      (job.status === 'pending' && job.startError !== null ? 'temporal_unavailable' : null),
    queue: facts.running?.queue ?? facts.waiting?.queue ?? null,
    // The place is true at once; only the words wait until somebody could read them.
    queuePosition: job.status === 'queued' ? (waiting?.position ?? facts.waiting?.position ?? null) : null,
    nextAttemptAt: job.status === 'queued' ? nextAttemptAt : null,
    step: facts.running?.step ?? facts.waiting?.step ?? null,
    worker: facts.running?.worker ?? null,
    tries: facts.running?.tries ?? facts.waiting?.tries ?? 0,
    progress: job.progress,
    progressDetail: job.status === 'running' ? job.progressDetail : null,
    etaMs: job.status === 'running' ? (job.progressDetail?.etaMs ?? null) : null,
    priority: job.priority,
    round: job.round,
    params: job.params,
    subject: job.subjectType === null ? null : { type: job.subjectType, id: job.subjectId ?? '' },
    parentId: job.parentId,
    children: facts.children.map(({ id, type, status }) => ({ id, type, status })),
    pausedBy: job.pausedBy,
    result: job.result,
    error: job.error,
    openCleanups: facts.cleanups,
    createdBy: job.createdBy,
    createdAt: job.createdAt.toISOString(),
    startedAt: iso(job.startedAt),
    endedAt: iso(job.endedAt),
    version: job.version,
  };
}

interface Waiting {
  reason: WaitingReason;
  detail: string | null;
  queue: string | null;
  position: number | null;
}

/** A wait for a slot is told once it lasts 1 s (jobs.md §2): most are over before anybody could read it. */
const SHOWN_AFTER_MS = 1_000;

function waitingOf(job: JobRow, facts: Facts): Waiting | null {
  if (job.stuckError !== null)
    return { reason: 'workflow_stuck', detail: job.stuckError, queue: null, position: null };
  if (facts.waiting !== undefined) return waitingStepOf(facts.waiting, facts);
  if (facts.permit !== undefined) {
    const { group, maximum, position } = facts.permit;
    return { reason: 'limit_busy', detail: `${group}: ${maximum} at a time`, queue: null, position };
  }
  if (job.waitReason !== null)
    return { reason: job.waitReason, detail: job.waitDetail, queue: null, position: null };
  const child = facts.children.find(
    ({ status }) => status !== 'completed' && status !== 'failed' && status !== 'cancelled',
  );
  if (child !== undefined) return { reason: 'child', detail: child.title, queue: null, position: null };
  if (!facts.served.has('workflows'))
    return { reason: 'no_worker', detail: 'workflows', queue: 'workflows', position: null };
  // The short steps of this queue write no waiting row (jobs.md §3), and nothing else is left to wait for.
  return pausedQueueOf(facts, { queue: 'io', position: null });
}

function waitingStepOf(step: WaitingStep, facts: Facts): Waiting | null {
  const { queue, position } = step;
  if (step.state === 'backoff') {
    return { reason: step.reason ?? 'retry_backoff', detail: step.detail, queue, position: null };
  }
  if (step.reason === 'paused_in_temporal') {
    return { reason: step.reason, detail: null, queue, position: null };
  }
  const paused = pausedQueueOf(facts, { queue, position });
  if (paused !== null) return paused;
  // Of its own words: what it needs, and how much of that was free.
  if (isRoomReason(step.reason)) return { reason: step.reason, detail: step.detail, queue, position };
  if (step.waitedMs < SHOWN_AFTER_MS) return null;
  return { reason: facts.served.has(queue) ? 'slots_busy' : 'no_worker', detail: queue, queue, position };
}

function pausedQueueOf(
  { queues }: Facts,
  { queue, position }: { queue: string; position: number | null },
): Waiting | null {
  const row = queues.get(queue);
  if (row === undefined || row.pausedAt === null) return null;
  if (row.pausedBy === QUIET_RULES) return { reason: 'quiet_hours', detail: row.reason, queue, position };
  const detail = row.reason === null ? queue : `${queue}: ${row.reason}`;
  return { reason: 'queue_paused', detail, queue, position };
}

function sentence(job: JobRow, facts: Facts, waiting: Waiting | null, nextAttemptAt: string | null): string {
  return sentenceOf({
    status: job.status,
    round: job.round,
    startError: job.startError,
    pausedBy: job.pausedBy,
    running: facts.running ?? null,
    waiting,
    nextAttemptAt,
    children: facts.children,
    external: facts.external?.active === true ? job.progressDetail : null,
    partial: null,
    error: job.error,
  });
}

function iso(date: Date | null | undefined): string | null {
  return date?.toISOString() ?? null;
}
