import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Fault } from '../domain/faults.js';
import type { ChildOutcome, JobInput } from '../domain/jobs/job-input.js';
import { adoptChild, linkChild, upsertChildStep } from '../store/children.js';
import type { Queryable } from '../store/database.js';
import { beginRound, findJob, touchJob, type JobRow } from '../store/jobs.js';
import { insertNewJob } from './create.js';
import type { JobsDeps } from './deps.js';
import { inputOf } from './workflow-input.js';

export interface ChildWish {
  parentId: string;
  round: number;
  priority: number;
  type: string;
  params: unknown;
  name: string;
  occurrence: number;
}

export type CreatedChild =
  | { kind: 'start'; input: JobInput }
  /** `shared`: it was begun by somebody else, and may end by their wish. */
  | { kind: 'open'; jobId: string; shared: boolean }
  | { kind: 'ended'; outcome: ChildOutcome };

/**
 * The child's row, under its parent's step: a repeat finds it again. Completed → its result; open →
 * awaited; failed or cancelled → a new round of it, once per round of the parent (jobs.md §4).
 */
export async function createChild(deps: JobsDeps, wish: ChildWish): Promise<CreatedChild> {
  return deps.db.transaction(async (tx) => {
    const inputHash = createHash('sha256')
      .update(JSON.stringify([wish.type, wish.params]))
      .digest('hex')
      .slice(0, 32);
    const key = { parentId: wish.parentId, name: wish.name, occurrence: wish.occurrence, inputHash };
    const step = await upsertChildStep(tx, { ...key, round: wish.round });
    const known = step.childId === null ? undefined : await findJob(tx, step.childId);
    if (known !== undefined) return resumeChild(tx, known, wish.parentId);
    const created = await insertNewJob(tx, deps, {
      type: wish.type,
      params: wish.params,
      priority: wish.priority,
      createdBy: wish.parentId,
      parentId: wish.parentId,
    });
    await linkChild(tx, { ...key, childId: created.job.id });
    await touchJob(tx, wish.parentId);
    return created.existed
      ? { kind: 'open', jobId: created.job.id, shared: created.job.parentId !== wish.parentId }
      : { kind: 'start', input: inputOf(created.job) };
  });
}

async function resumeChild(tx: Queryable, child: JobRow, parentId: string): Promise<CreatedChild> {
  if (child.outcomeStatus === 'completed') return { kind: 'ended', outcome: outcomeOf(child) };
  const shared = child.parentId !== parentId;
  if (child.outcomeStatus === null) {
    return child.acceptedRound < child.round && !shared
      ? { kind: 'start', input: inputOf(child) }
      : { kind: 'open', jobId: child.id, shared };
  }
  const round = await beginRound(tx, {
    id: child.id,
    round: child.round,
    fresh: child.outcomeStatus !== 'failed',
  });
  // Whoever begins it anew is its parent: it ends with that one.
  if (round !== undefined) await adoptChild(tx, { childId: child.id, parentId });
  const begun = await findJob(tx, child.id);
  if (round === undefined || begun === undefined) return { kind: 'open', jobId: child.id, shared };
  return { kind: 'start', input: inputOf(begun) };
}

const POLL_MS = 500;

/** Waits for another job's confirmed outcome. @throws Fault gone when there is no such job. */
export async function awaitJobEnd(
  deps: Pick<JobsDeps, 'db'>,
  jobId: string,
  signal: AbortSignal,
): Promise<ChildOutcome> {
  for (;;) {
    const job = await findJob(deps.db, jobId);
    if (job === undefined) throw new Fault('gone', `There is no job "${jobId}"`);
    if (job.outcomeStatus !== null) return outcomeOf(job);
    await sleep(POLL_MS, undefined, { signal }).catch(() => {
      throw signal.reason;
    });
  }
}

function outcomeOf(job: JobRow): ChildOutcome {
  if (job.outcomeStatus === 'completed') return { status: 'completed', jobId: job.id, result: job.result };
  return {
    status: job.outcomeStatus === 'cancelled' ? 'cancelled' : 'failed',
    jobId: job.id,
    error: job.error ?? { kind: 'cancelled', message: `${job.id} was cancelled` },
  };
}
