import { Fault, normalizeError } from '../domain/faults.js';
import { isQueue, PAUSABLE_QUEUES, QUEUES, type Queue } from '../domain/jobs/policy.js';
import type { Queryable } from '../store/database.js';
import { queueLoads, waitingLine, type QueueLoad } from '../store/queue-loads.js';
import {
  findQueueRow,
  forgetApplied,
  listQueueRows,
  lockQueue,
  recordQueueApplied,
  recordQueuePaused,
  recordQueueResumed,
  unappliedQueues,
  type QueueRow,
} from '../store/queues.js';
import { listLiveWorkers, type WorkerRow } from '../store/workers.js';
import { atMostFor } from './bounded.js';
import type { JobsDeps } from './deps.js';

/** A queue as every surface shows it. Times are ISO 8601. */
export interface QueueView {
  queue: Queue;
  /** Whether it can be paused. */
  pausable: boolean;
  /** Over all workers that are alive. */
  slots: number;
  workers: number;
  running: number;
  waiting: number;
  /** Since when the step waits that has waited longest. */
  oldestSince: string | null;
  paused: { by: string; at: string; reason: string | null } | null;
  /** What Temporal has not taken yet. */
  requested: 'pause' | 'resume' | null;
}

export interface QueueLine extends QueueView {
  steps: { position: number; jobId: string; title: string; step: string; priority: number; since: string }[];
}

export async function viewQueues(db: Queryable): Promise<QueueView[]> {
  const [loads, rows, workers] = await Promise.all([queueLoads(db), listQueueRows(db), listLiveWorkers(db)]);
  return QUEUES.map((queue) => viewQueue(queue, { load: loads.get(queue), row: rows.get(queue), workers }));
}

/** How much of the line is shown. */
const LINE = 50;

export async function viewQueueLine(db: Queryable, queue: Queue): Promise<QueueLine> {
  const [views, line] = await Promise.all([viewQueues(db), waitingLine(db, queue, LINE)]);
  const view = views.find((one) => one.queue === queue);
  if (view === undefined) throw new Error(`The queue ${queue} has no view`);
  return { ...view, steps: line.map((step) => ({ ...step, since: step.since.toISOString() })) };
}

function viewQueue(
  queue: Queue,
  { load, row, workers }: { load: QueueLoad | undefined; row: QueueRow | undefined; workers: WorkerRow[] },
): QueueView {
  const serving = workers.flatMap(({ queues }) => queues[queue] ?? []);
  const isPaused = row?.pausedAt !== null && row?.pausedAt !== undefined;
  return {
    queue,
    pausable: PAUSABLE_QUEUES.includes(queue),
    slots: serving.reduce((sum, slots) => sum + slots, 0),
    workers: serving.length,
    running: load?.running ?? 0,
    waiting: load?.waiting ?? 0,
    oldestSince: load?.oldestSince?.toISOString() ?? null,
    paused: isPaused
      ? { by: row.pausedBy ?? '', at: (row.pausedAt ?? new Date(0)).toISOString(), reason: row.reason }
      : null,
    requested: row?.appliedAt === null ? (isPaused ? 'pause' : 'resume') : null,
  };
}

/** @throws Fault gone for a name that is no queue's. */
export function requireQueue(name: string): Queue {
  if (isQueue(name)) return name;
  throw new Fault('gone', `There is no queue "${name}"`, { remedy: `The queues are ${QUEUES.join(', ')}` });
}

type QueueDeps = Pick<JobsDeps, 'db' | 'temporal' | 'log'>;

/** How long the answer waits for Temporal, ms: the row stands, and the sweeper tells it later. */
const TELL_MS = 1_000;

/**
 * Nothing of the queue begins any more; what runs goes on.
 * @throws Fault superseded for a queue without which nothing could be steered.
 */
export async function pauseQueue(
  deps: QueueDeps,
  { queue, by, reason }: { queue: Queue; by: string; reason: string | null },
): Promise<void> {
  requirePausable(queue);
  await recordQueuePaused(deps.db, { name: queue, by, reason });
  await atMostFor(
    TELL_MS,
    applySafely(deps, queue).then(() => undefined),
  );
}

/** What waits begins again, in its order. @throws as pauseQueue. */
export async function resumeQueue(deps: QueueDeps, queue: Queue): Promise<void> {
  requirePausable(queue);
  await recordQueueResumed(deps.db, queue);
  await atMostFor(
    TELL_MS,
    applySafely(deps, queue).then(() => undefined),
  );
}

function requirePausable(queue: Queue): void {
  if (PAUSABLE_QUEUES.includes(queue)) return;
  const why = queue === 'workflows' ? 'every job needs it' : 'it must work while all else stands still';
  throw new Fault('superseded', `The queue ${queue} cannot be paused: ${why}`, {
    remedy: `These can: ${PAUSABLE_QUEUES.join(', ')}. Single jobs can be paused too`,
  });
}

/**
 * Tells Temporal what it has not taken. A core that begins to lead tells everything: Temporal may be another one, or
 * its store new (jobs.md §5). The first that fails ends the pass; the next one is 5 s away.
 */
export async function applyQueues(deps: QueueDeps, { all }: { all: boolean }): Promise<void> {
  if (all) await forgetApplied(deps.db);
  for (const name of await unappliedQueues(deps.db)) if (!(await applySafely(deps, name))) return;
}

/** false when Temporal did not take it. */
async function applySafely(deps: QueueDeps, name: string): Promise<boolean> {
  try {
    // Again as long as something else was asked for meanwhile: whoever asked found the lock taken.
    while ((await apply(deps, name)) === 'changed');
    return true;
  } catch (error) {
    deps.log.warn(
      { queue: name, err: normalizeError(error) },
      'Temporal was not told of a queue; it is later',
    );
    return false;
  }
}

/** One at a time for each queue, over all processes: two calls that overtake each other would end as neither says. */
async function apply({ db, temporal }: QueueDeps, name: string): Promise<'applied' | 'changed' | 'busy'> {
  return db.transaction(async (tx) => {
    if (!(await lockQueue(tx, name))) return 'busy';
    const row = await findQueueRow(tx, name);
    if (row === undefined) return 'applied';
    const paused = row.pausedAt !== null;
    const reason = paused ? `paused in Longplay${row.reason === null ? '' : `: ${row.reason}`}` : 'resumed';
    await temporal.limitQueue({ queue: name, paused, reason });
    return (await recordQueueApplied(tx, { name, version: row.version })) ? 'applied' : 'changed';
  });
}
