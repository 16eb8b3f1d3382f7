import { z } from 'zod';

/** What the command line reads of the answers that operators ask for; unknown fields are kept for `--json`. */
const statusCounts = z.record(z.string(), z.number());

export const jobStats = z.looseObject({
  total: z.number(),
  byStatus: statusCounts,
  types: z.array(z.looseObject({ type: z.string(), total: z.number(), byStatus: statusCounts })),
  queues: z.array(z.looseObject({ queue: z.string(), waiting: z.number(), running: z.number() })),
});
export type JobStats = z.output<typeof jobStats>;

export const bulkAnswer = z.looseObject({
  matched: z.number(),
  taken: z.number(),
  refused: z.array(z.looseObject({ id: z.string(), reason: z.string() })),
  more: z.boolean(),
  examples: z.array(z.looseObject({ id: z.string(), title: z.string(), status: z.string() })).default([]),
});
export type BulkAnswer = z.output<typeof bulkAnswer>;

export const workerList = z.looseObject({
  workers: z.array(
    z.looseObject({
      id: z.string(),
      host: z.string(),
      processId: z.number(),
      role: z.string(),
      queues: z.record(z.string(), z.number()),
      startedAt: z.string(),
      seenAt: z.string(),
    }),
  ),
});
export type WorkerList = z.output<typeof workerList>;

export const queue = z.looseObject({
  queue: z.string(),
  slots: z.number(),
  workers: z.number(),
  running: z.number(),
  waiting: z.number(),
  oldestSince: z.string().nullable(),
  paused: z.looseObject({ by: z.string(), at: z.string(), reason: z.string().nullable() }).nullable(),
  requested: z.string().nullable(),
});
export type Queue = z.output<typeof queue>;

export const queueList = z.looseObject({ queues: z.array(queue) });

export const queueLine = queue.extend({
  steps: z.array(
    z.looseObject({
      position: z.number(),
      jobId: z.string(),
      title: z.string(),
      step: z.string(),
      priority: z.number(),
      since: z.string(),
    }),
  ),
});
export type QueueLine = z.output<typeof queueLine>;

export const healthList = z.looseObject({
  checks: z.array(
    z.looseObject({
      kind: z.string(),
      subject: z.string(),
      level: z.enum(['ok', 'warning', 'error']),
      message: z.string(),
      remedy: z.string().nullable(),
      since: z.string(),
      lookedAt: z.string(),
    }),
  ),
});
export type HealthCheck = z.output<typeof healthList>['checks'][number];
