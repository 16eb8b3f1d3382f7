import { pauseQueue, requireQueue, resumeQueue, viewQueueLine, viewQueues } from '../../jobs/queues.js';
import { defineOperation } from '../http/operation.js';
import { pauseQueueBody, queueLine, queueList, queueParams } from '../schemas/queue.js';

const tag = 'queues';
const responses = { 202: { description: 'Taken; `requested` until Temporal has it', schema: queueLine } };

export const listQueuesOperation = defineOperation({
  id: 'listQueues',
  tag,
  summary: 'Every queue: its slots, what runs, what waits, and who paused it',
  responses: { 200: { description: 'All', schema: queueList } },
  handle: async ({ db }) => ({ status: 200, body: { queues: await viewQueues(db) } }),
});

export const getQueueOperation = defineOperation({
  id: 'getQueue',
  tag,
  summary: 'One queue and the first 50 of its line',
  params: queueParams,
  responses: { 200: { description: 'The queue', schema: queueLine } },
  handle: async ({ db }, { params }) => ({
    status: 200,
    body: await viewQueueLine(db, requireQueue(params.name)),
  }),
});

export const pauseQueueOperation = defineOperation({
  id: 'pauseQueue',
  tag,
  summary: 'Lets no step of the queue begin; what runs goes on',
  params: queueParams,
  body: pauseQueueBody,
  responses,
  refusals: [409],
  handle: async (context, { params, body, principal }) => {
    const queue = requireQueue(params.name);
    await pauseQueue(context, { queue, by: principal.name, reason: body.reason ?? null });
    return { status: 202, body: await viewQueueLine(context.db, queue), audit: { detail: body } };
  },
});

export const resumeQueueOperation = defineOperation({
  id: 'resumeQueue',
  tag,
  summary: 'Lets the steps of the queue begin again, in their order',
  params: queueParams,
  responses,
  refusals: [409],
  handle: async (context, { params }) => {
    const queue = requireQueue(params.name);
    await resumeQueue(context, queue);
    return { status: 202, body: await viewQueueLine(context.db, queue) };
  },
});
