import { z } from 'zod';

import { DEFAULT_PRIORITY } from '../../domain/jobs/priority.js';
import { viewJobs, type JobView } from '../../jobs/view.js';
import type { Queryable } from '../../store/database.js';
import { listJobs } from '../../store/job-list.js';
import { findJob, type JobRow } from '../../store/jobs.js';
import { listLogs } from '../../store/logs.js';
import { listAttempts } from '../../store/waits.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import {
  attempt,
  createJobBody,
  jobPage,
  jobType,
  jobView,
  listJobsQuery,
  logLine,
  logsQuery,
} from '../schemas/job.js';
import { DEFAULT_LIMIT, idParams, readCursor, writeCursor } from '../schemas/parameters.js';
import { createOnce } from './create-once.js';
import { filterOf, requireOffered } from './filter.js';
import { idempotencyKeyOf } from './idempotency-key.js';

const tag = 'jobs';

export const createJobOperation = defineOperation({
  id: 'createJob',
  tag,
  summary: 'Creates a job; `Idempotency-Key` makes a repeat safe',
  body: createJobBody,
  responses: {
    200: { description: 'An equal job is open: this is it', schema: jobView },
    201: { description: 'Started', schema: jobView },
    202: { description: 'Stored; it starts by itself when Temporal is back', schema: jobView },
  },
  refusals: [409, 422],
  handle: async (context, { body, principal, request }) => {
    // Before a key is spent on it.
    requireOffered(context, body.type).parse(body.params);
    const answer = await createOnce(context, {
      asked: body,
      wish: () => Promise.resolve({ ...body, createdBy: principal.name }),
      key: idempotencyKeyOf(request),
      principal: principal.id,
    });
    const { id, type } = answer.body as JobView;
    return {
      ...answer,
      headers: { location: `/api/jobs/${id}` },
      audit: { target: id, detail: { type, status: answer.status } },
    };
  },
});

export const listJobsOperation = defineOperation({
  id: 'listJobs',
  tag,
  summary: 'Lists jobs, newest first',
  query: listJobsQuery,
  responses: { 200: { description: 'One page', schema: jobPage } },
  handle: async ({ db, catalogue }, { query }) => {
    const { jobs, next } = await listJobs(db, {
      filter: filterOf(catalogue, query),
      after: readCursor(query.cursor),
      limit: query.limit ?? DEFAULT_LIMIT,
    });
    return { status: 200, body: { jobs: await viewJobs(db, jobs), next: writeCursor(next) } };
  },
});

export const listJobTypesOperation = defineOperation({
  id: 'listJobTypes',
  tag,
  summary: 'Lists what can be asked for, with the JSON schema of the params',
  responses: { 200: { description: 'Every type', schema: z.strictObject({ types: z.array(jobType) }) } },
  handle: ({ catalogue, demoJobs }) => {
    const offered = catalogue.types.filter(({ demo }) => demoJobs || !demo);
    const types = offered.map(({ type, summary, aliases, priority, direct, params }) => ({
      type,
      summary,
      aliases,
      priority: priority ?? DEFAULT_PRIORITY,
      direct,
      params: z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }),
    }));
    return Promise.resolve({ status: 200, body: { types } });
  },
});

export const getJobOperation = defineOperation({
  id: 'getJob',
  tag,
  summary: 'One job',
  params: idParams,
  responses: { 200: { description: 'The job', schema: jobView } },
  handle: async ({ db }, { params }) => ({
    status: 200,
    body: await viewOf(db, await requireJob(db, params.id)),
  }),
});

export const listLogsOperation = defineOperation({
  id: 'listJobLogs',
  tag,
  summary: 'Log lines of a job, oldest first',
  params: idParams,
  query: logsQuery,
  responses: {
    200: {
      description: 'Lines after `after`',
      schema: z.strictObject({ logs: z.array(logLine), next: z.int().describe('`after` of the next page') }),
    },
  },
  handle: async ({ db }, { params, query }) => {
    await requireJob(db, params.id);
    const logs = await listLogs(db, {
      jobId: params.id,
      after: query.after ?? 0,
      limit: query.limit ?? 200,
      level: query.level,
    });
    return { status: 200, body: { logs, next: logs.at(-1)?.id ?? query.after ?? 0 } };
  },
});

export const listAttemptsOperation = defineOperation({
  id: 'listJobAttempts',
  tag,
  summary: 'Every execution of every step, oldest first',
  params: idParams,
  responses: { 200: { description: 'All attempts', schema: z.strictObject({ attempts: z.array(attempt) }) } },
  handle: async ({ db }, { params }) => {
    await requireJob(db, params.id);
    return { status: 200, body: { attempts: await listAttempts(db, params.id) } };
  },
});

/** @throws HttpProblem gone for an unknown job. */
export async function requireJob(db: Queryable, id: string): Promise<JobRow> {
  const job = await findJob(db, id);
  if (job !== undefined) return job;
  throw new HttpProblem('gone', `There is no job "${id}"`);
}

export async function viewOf(db: Queryable, job: JobRow): Promise<JobView> {
  const [view] = await viewJobs(db, [job]);
  if (view === undefined) throw new Error(`The job ${job.id} has no view`);
  return view;
}
