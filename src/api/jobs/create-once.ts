import { normalizeError } from '../../domain/faults.js';
import { createJob, insertNewJob, joinOpen, type CreatedJob, type CreateJob } from '../../jobs/create.js';
import { startJob } from '../../jobs/start.js';
import { viewJobs, viewNewJob } from '../../jobs/view.js';
import type { Queryable } from '../../store/database.js';
import { answerKey, releaseKey } from '../../store/idempotency.js';
import { findJob, type JobRow } from '../../store/jobs.js';
import type { ApiContext } from '../context.js';
import { takeKey, type OwnedKey } from './idempotency-key.js';

export interface JobAnswer {
  status: 200 | 201 | 202;
  body: unknown;
}

export interface CreateOnce {
  /** The body as it was sent: a repeat is told from another request by its hash. */
  asked: unknown;
  /** What is created for it; not asked for a repeat, whose answer stands whatever has changed since. */
  wish: () => Promise<CreateJob>;
  key: string | undefined;
  principal: string;
}

const STATUS = { started: 201, pending: 202, existing: 200 } as const satisfies Record<
  CreatedJob['kind'],
  number
>;

/**
 * Creates a job, at most once for an Idempotency-Key (jobs.md §3): the key's answer is written in the
 * row's own transaction, so that a crash between the two cannot make a second job.
 * @throws HttpProblem conflict while the first is being handled, unprocessable for another body.
 */
export async function createOnce(
  context: ApiContext,
  { asked, wish, key, principal }: CreateOnce,
): Promise<JobAnswer> {
  if (key === undefined) {
    const { kind, job } = await createJob(context, await wish());
    const known = kind === 'existing';
    return { status: STATUS[kind], body: await viewStored(context.db, job, known) };
  }
  const owned = { principal, key };
  const known = await takeKey(context.db, owned, asked);
  if (known !== undefined) return { status: known.status as JobAnswer['status'], body: known.body };
  return createUnderKey(context, wish, owned);
}

async function createUnderKey(
  context: ApiContext,
  wish: CreateOnce['wish'],
  owned: OwnedKey,
): Promise<JobAnswer> {
  const stored = await storeUnderKey(context, wish, owned);
  if (stored.existed) {
    return {
      status: 200,
      body: await viewOf(context.db, await joinOpen(context, stored.job, stored.wished)),
    };
  }
  const started = await startJob(context, stored.job);
  const job = started ?? (await findJob(context.db, stored.job.id)) ?? stored.job;
  const answer: JobAnswer = {
    status: started === undefined ? 202 : 201,
    body: await viewStored(context.db, job),
  };
  await answerKey(context.db, { ...owned, ...answer });
  return answer;
}

async function storeUnderKey(
  { db, catalogue, log }: ApiContext,
  wish: CreateOnce['wish'],
  owned: OwnedKey,
): Promise<{ existed: boolean; job: JobRow; wished: CreateJob }> {
  try {
    const wished = await wish();
    return await db.transaction(async (tx) => {
      const stored = await insertNewJob(tx, { catalogue }, { ...wished, parentId: undefined });
      await answerKey(tx, {
        ...owned,
        status: stored.existed ? 200 : 202,
        body: await viewStored(tx, stored.job, stored.existed),
      });
      return { ...stored, wished };
    });
  } catch (error) {
    await releaseKey(db, owned).catch((failure: unknown) => {
      log.warn({ err: normalizeError(failure) }, 'an idempotency key could not be released; it frees itself');
    });
    throw error;
  }
}

/** One that goes on in a new round has a past, as one that is open has. */
function viewStored(db: Queryable, job: JobRow, existed = false): Promise<unknown> {
  return existed || job.round > 1 ? viewOf(db, job) : viewNewJob(db, job);
}

async function viewOf(db: Queryable, job: JobRow): Promise<unknown> {
  const [view] = await viewJobs(db, [job]);
  return view;
}
