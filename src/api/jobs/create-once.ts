import { createHash } from 'node:crypto';

import { normalizeError } from '../../domain/faults.js';
import { createJob, insertNewJob, joinOpen, type CreatedJob, type CreateJob } from '../../jobs/create.js';
import { startJob } from '../../jobs/start.js';
import { viewJobs, viewNewJob } from '../../jobs/view.js';
import type { Queryable } from '../../store/database.js';
import { answerKey, releaseKey, reserveKey } from '../../store/idempotency.js';
import { findJob, type JobRow } from '../../store/jobs.js';
import type { ApiContext } from '../context.js';
import { HttpProblem } from '../http/problem.js';

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
    const view = kind === 'existing' ? viewOf : viewNewJob;
    return { status: STATUS[kind], body: await view(context.db, job) };
  }
  const owned = { principal, key };
  const known = await reserveKey(context.db, { ...owned, bodyHash: hashOf(asked) });
  switch (known.kind) {
    case 'answered':
      return { status: known.status as JobAnswer['status'], body: known.body };
    case 'in_progress':
      throw new HttpProblem(
        'conflict',
        'The first request with this Idempotency-Key is still being handled',
        { remedy: 'Ask again in a second', headers: { 'retry-after': '1' } },
      );
    case 'other_body':
      throw new HttpProblem('unprocessable', 'This Idempotency-Key was used with another body', {
        remedy: 'Use a new key for a new request',
      });
    case 'first':
      return createUnderKey(context, wish, owned);
  }
}

async function createUnderKey(
  context: ApiContext,
  wish: CreateOnce['wish'],
  owned: { principal: string; key: string },
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
    body: await viewNewJob(context.db, job),
  };
  await answerKey(context.db, { ...owned, ...answer });
  return answer;
}

async function storeUnderKey(
  { db, catalogue, log }: ApiContext,
  wish: CreateOnce['wish'],
  owned: { principal: string; key: string },
): Promise<{ existed: boolean; job: JobRow; wished: CreateJob }> {
  try {
    const wished = await wish();
    return await db.transaction(async (tx) => {
      const stored = await insertNewJob(tx, { catalogue }, { ...wished, parentId: undefined });
      await answerKey(tx, {
        ...owned,
        status: stored.existed ? 200 : 202,
        body: await (stored.existed ? viewOf : viewNewJob)(tx, stored.job),
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

async function viewOf(db: Queryable, job: JobRow): Promise<unknown> {
  const [view] = await viewJobs(db, [job]);
  return view;
}

function hashOf(asked: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(asked)))
    .digest('hex');
}

/** The same object with its keys in another order is the same body. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}
