import { retryJob } from '../../jobs/retry.js';
import { makeWish } from '../../jobs/wish.js';
import type { WishKind } from '../../store/wishes.js';
import { defineOperation, type Operation } from '../http/operation.js';
import { jobView, priorityBody } from '../schemas/job.js';
import { idParams } from '../schemas/parameters.js';
import { requireJob, viewOf } from './operations.js';

const tag = 'jobs';
const responses = { 202: { description: 'Taken; `requested` until it is true', schema: jobView } };

export const pauseJobOperation = steer(
  'pauseJob',
  'pause',
  'Stops at the next checkpoint and frees its slot',
);
export const resumeJobOperation = steer('resumeJob', 'resume', 'Goes on from the checkpoint');
export const cancelJobOperation = steer('cancelJob', 'cancel', 'Ends the job and undoes what it began');
export const retryNowOperation = steer(
  'retryJobNow',
  'retryNow',
  'Ends a waiting time, e.g. before the next try',
);

function steer(id: string, kind: Exclude<WishKind, 'setPriority'>, summary: string): Operation {
  return defineOperation({
    id,
    tag,
    summary,
    params: idParams,
    responses,
    refusals: [409],
    handle: async (context, { params, principal }) => {
      await requireJob(context.db, params.id);
      const job = await makeWish(context, { jobId: params.id, kind, madeBy: principal.name });
      return { status: 202, body: await viewOf(context.db, job) };
    },
  });
}

export const retryJobOperation = defineOperation({
  id: 'retryJob',
  tag,
  summary: 'Begins a new round of an ended job; a failed one keeps its finished steps',
  params: idParams,
  responses: { 202: { description: 'A new round', schema: jobView } },
  refusals: [409],
  handle: async (context, { params }) => {
    await requireJob(context.db, params.id);
    const job = await retryJob(context, { jobId: params.id });
    return { status: 202, body: await viewOf(context.db, job), audit: { detail: { round: job.round } } };
  },
});

export const setPriorityOperation = defineOperation({
  id: 'setJobPriority',
  tag,
  summary: 'Changes the order among what waits; never stops what runs',
  params: idParams,
  body: priorityBody,
  responses,
  refusals: [409],
  handle: async (context, { params, body, principal }) => {
    await requireJob(context.db, params.id);
    const job = await makeWish(context, {
      jobId: params.id,
      kind: 'setPriority',
      priority: body.priority,
      madeBy: principal.name,
    });
    return { status: 202, body: await viewOf(context.db, job), audit: { detail: body } };
  },
});
