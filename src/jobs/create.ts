import { createHash, randomBytes } from 'node:crypto';

import { Fault } from '../domain/faults.js';
import { makeJobId } from '../domain/jobs/job-id.js';
import { overrideSteps, type Overrides } from '../domain/jobs/overrides.js';
import { retryWaits, type JobPolicy } from '../domain/jobs/policy.js';
import { DEFAULT_PRIORITY } from '../domain/jobs/priority.js';
import type { JobType, ParsedJob } from '../catalogue/job-type.js';
import type { Queryable } from '../store/database.js';
import {
  beginRound,
  findEndedEqual,
  findJob,
  findOpenEqual,
  insertJob,
  setJobPriority,
  type JobRow,
} from '../store/jobs.js';
import { largestCardMb } from '../store/leases.js';
import type { JobsDeps } from './deps.js';
import { startJob } from './start.js';
import { titleFor } from './title.js';
import { makeWish } from './wish.js';

export interface CreateJob extends Overrides {
  type: string;
  params: unknown;
  /** 1–10; default the type's, else 5. */
  priority?: number | undefined;
  /** Bounds counted failures per step, 0–10. */
  maxRetries?: number | undefined;
  createdBy: string;
  /**
   * Where the last equal job has failed or was cancelled, its next round is begun in place of a job of its own, so that
   * what was learnt stays with it (acquisition.md §7.3); called in the same transaction.
   */
  resumed?: (tx: Queryable, jobId: string) => Promise<void>;
}

/** `existing`: an equal job is open; `pending`: the row stands and the sweeper will start it. */
export interface CreatedJob {
  kind: 'started' | 'pending' | 'existing';
  job: JobRow;
}

/**
 * Row first, then Temporal (jobs.md §4).
 * @throws Fault bad_input for an unknown type or invalid params, environment when Postgres is away; nothing is stored then.
 */
export async function createJob(deps: JobsDeps, wish: CreateJob): Promise<CreatedJob> {
  const own = { ...wish, parentId: undefined };
  const stored = await (wish.resumed === undefined
    ? insertNewJob(deps.db, deps, own)
    : deps.db.transaction((tx) => insertNewJob(tx, deps, own)));
  if (stored.existed) return { kind: 'existing', job: await joinOpen(deps, stored.job, wish) };
  const started = await startJob(deps, stored.job);
  if (started !== undefined) return { kind: 'started', job: started };
  return { kind: 'pending', job: (await findJob(deps.db, stored.job.id)) ?? stored.job };
}

/** Of two equal wishes the higher priority wins (jobs.md §4). */
export async function joinOpen(
  deps: Pick<JobsDeps, 'db' | 'temporal' | 'log'>,
  job: JobRow,
  { priority, createdBy }: Pick<CreateJob, 'priority' | 'createdBy'>,
): Promise<JobRow> {
  if (priority === undefined || priority >= job.priority) return job;
  try {
    return await makeWish(deps, { jobId: job.id, kind: 'setPriority', priority, madeBy: createdBy });
  } catch (error) {
    // It ended in this moment: its end is the answer.
    if (!(error instanceof Fault) || error.kind !== 'superseded') throw error;
    return (await findJob(deps.db, job.id)) ?? job;
  }
}

/** Stores the row, or finds the open job that equals it; starts nothing. */
export async function insertNewJob(
  db: Queryable,
  { catalogue }: Pick<JobsDeps, 'catalogue'>,
  wish: CreateJob & { parentId: string | undefined },
): Promise<{ existed: boolean; job: JobRow }> {
  const jobType = catalogue.find(wish.type);
  const parsed = jobType.parse(wish.params);
  const dedupeKey = dedupeKeyOf(jobType, parsed, wish.parentId);
  const again = dedupeKey === null ? undefined : await resume(db, { ...wish, parsed, dedupeKey });
  if (again !== undefined) return { existed: false, job: again };
  const id = makeJobId(jobType.type, randomBytes(8));
  const inserted = await insertJob(db, {
    id,
    type: jobType.type,
    title: await titleFor(db, parsed),
    params: parsed.params,
    policy: await resolvePolicy(db, { jobType, parsed, wish }),
    priority: wish.priority ?? jobType.priority ?? DEFAULT_PRIORITY,
    subject: parsed.subject,
    dedupeKey,
    parentId: wish.parentId,
    createdBy: wish.createdBy,
  });
  if (inserted !== undefined) return { existed: false, job: inserted };
  const open = await findOpenEqual(db, jobType.type, dedupeKey ?? '');
  if (open !== undefined) return { existed: true, job: open };
  throw new Fault('transient', `An equal ${jobType.type} job ended while this one was created`, {
    remedy: 'Ask again',
  });
}

/** Of the same params only: other ones are another wish, which must not be taken for the former. */
async function resume(
  db: Queryable,
  wish: CreateJob & { parsed: ParsedJob; dedupeKey: string },
): Promise<JobRow | undefined> {
  const { type, parsed, dedupeKey, priority, resumed } = wish;
  const { subject, params } = parsed;
  if (resumed === undefined || subject === undefined) return undefined;
  if ((await findOpenEqual(db, type, dedupeKey)) !== undefined) return undefined;
  const ended = await findEndedEqual(db, { type, subject, params });
  if (ended === undefined) return undefined;
  const fresh = ended.outcomeStatus !== 'failed';
  if ((await beginRound(db, { id: ended.id, round: ended.round, fresh })) === undefined) return undefined;
  if (priority !== undefined) await setJobPriority(db, ended.id, priority);
  await resumed(db, ended.id);
  return findJob(db, ended.id);
}

/** A child's key is scoped by its parent, unless the type is shareable (jobs.md §4). */
export function dedupeKeyOf(
  jobType: JobType,
  parsed: ParsedJob,
  parentId: string | undefined,
): string | null {
  if (parsed.dedupe === null) return null;
  const own =
    parsed.dedupe ??
    createHash('sha256')
      .update(JSON.stringify([parsed.params, parsed.subject ?? null]))
      .digest('hex');
  return parentId === undefined || jobType.shareable ? own : `${parentId}/${own}`;
}

/** @throws Fault bad_input for overrides that the type or the card does not allow. */
async function resolvePolicy(
  db: Queryable,
  { jobType: { policy }, parsed, wish }: { jobType: JobType; parsed: ParsedJob; wish: CreateJob },
): Promise<JobPolicy> {
  const retry = { waitsMs: retryWaits(policy.retry.waitsMs, wish.maxRetries) };
  const own = Object.fromEntries(
    Object.entries(policy.steps).map(([name, step]) => [name, { ...step, ...parsed.steps[name] }]),
  );
  const cardMb = wish.vramRequired === undefined ? undefined : await largestCardMb(db);
  const steps = overrideSteps(own, wish, cardMb);
  return { ...policy, steps, retry, ...(parsed.permit === undefined ? {} : { permit: parsed.permit }) };
}
