import { z } from 'zod';

import { NAMED_PRIORITIES, type NamedPriority } from '../../domain/jobs/priority.js';
import { RESOURCE_CATEGORIES } from '../../domain/jobs/overrides.js';
import { JOB_STATUSES } from '../../domain/jobs/status.js';
import { WAITING_REASONS } from '../../domain/jobs/waiting.js';
import type { JobView } from '../../jobs/view.js';
import { WISHES } from '../../store/wishes.js';
import { cursor, flag, integerText, limit, several, time } from './parameters.js';

const names = Object.keys(NAMED_PRIORITIES) as [NamedPriority, ...NamedPriority[]];

export const priority = z
  .union([z.int().min(1).max(10), z.enum(names).transform((name) => NAMED_PRIORITIES[name])], {
    error: `expected a whole number from 1 to 10, or one of ${names.join(', ')}`,
  })
  .meta({
    description: '1 (first) to 10, or a name: high is 2, normal and medium are 5, low is 9',
    anyOf: [{ type: 'integer', minimum: 1, maximum: 10 }, { enum: names }],
  });

export const createJobBody = z
  .strictObject({
    type: z.string().min(1).max(100).describe('A type of GET /api/jobs/types, or one of its aliases'),
    params: z.record(z.string(), z.unknown()).default({}).describe('As the schema of the type says'),
    priority: priority.optional(),
    maxRetries: z.int().min(0).max(10).optional().describe('Counted failures per step; default the type’s'),
    resourceCategory: z
      .enum(RESOURCE_CATEGORIES)
      .optional()
      .describe('cpu moves the work of the GPU to the CPU; any other must be the type’s own'),
    vramRequired: z
      .int()
      .min(0)
      .max(10_000_000)
      .optional()
      .describe('MB of VRAM: at least what the type needs, at most what the card has'),
  })
  .meta({ id: 'CreateJob' });

export const priorityBody = z.strictObject({ priority });

const failure = z
  .strictObject({
    kind: z.string(),
    message: z.string(),
    remedy: z.string().optional(),
    waitingReason: z.string().optional(),
    retryAfterMs: z.number().optional(),
  })
  .meta({ id: 'JobError' });

const progressDetail = z
  .strictObject({
    step: z.string(),
    done: z.number(),
    total: z.number().nullable(),
    unit: z.enum(['bytes', 'files', 'items', 'seconds', 'steps']),
    ratePerSecond: z.number().nullable(),
    etaMs: z.number().nullable(),
  })
  .meta({ id: 'ProgressDetail' });

const status = z.enum(JOB_STATUSES);

/** The shape that every surface shows; `satisfies` keeps it one with JobView. */
export const jobView = z
  .strictObject({
    id: z.string().describe('Also the workflow id in Temporal'),
    type: z.string(),
    title: z.string(),
    status,
    requested: z.enum(WISHES).nullable().describe('A wish that is not yet true'),
    sentence: z.string().describe('The state in one sentence: the title is its subject'),
    waitingReason: z.enum(WAITING_REASONS).nullable(),
    queue: z.string().nullable(),
    queuePosition: z.int().nullable().describe('1 is next'),
    nextAttemptAt: time.nullable(),
    step: z.string().nullable(),
    worker: z.string().nullable(),
    tries: z.int(),
    progress: z.number().min(0).max(1).describe('Never goes down within a round'),
    progressDetail: progressDetail.nullable(),
    etaMs: z.number().nullable().describe('Milliseconds left of the running step'),
    priority: z.int().min(1).max(10),
    round: z.int().min(1).describe('Rises by each manual retry'),
    params: z.unknown(),
    subject: z.strictObject({ type: z.string(), id: z.string() }).nullable(),
    parentId: z.string().nullable(),
    children: z.array(z.strictObject({ id: z.string(), type: z.string(), status })),
    pausedBy: z.string().nullable(),
    result: z.unknown(),
    error: failure.nullable(),
    openCleanups: z.int().describe('What is still to be undone; retried without end'),
    createdBy: z.string(),
    createdAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    version: z.int(),
  })
  .meta({ id: 'Job' });

// A field of JobView that the document lacks, or the other way round, is a compile error here.
({}) as z.output<typeof jobView> satisfies Record<keyof JobView, unknown>;
({}) as JobView satisfies Record<keyof z.output<typeof jobView>, unknown>;

export const jobPage = z.strictObject({
  jobs: z.array(jobView),
  next: z.string().nullable().describe('The cursor of the next page'),
});

/** Filters of the list and of the event stream. */
export const jobFilterShape = {
  status: several.pipe(z.array(status)).optional().describe('One or more statuses'),
  type: several.optional().describe('One or more types or aliases'),
  parent: z.string().max(200).optional().describe('Children of this job'),
  subject: z.string().max(500).optional().describe('`type:id`, or `type`'),
  search: z
    .string()
    .max(200)
    .optional()
    .describe('Words of the title; or the beginning of an id, its dash included'),
  createdAfter: time.optional(),
  createdBefore: time.optional(),
};

export const listJobsQuery = z.strictObject({ ...jobFilterShape, limit, cursor });

export const jobType = z.strictObject({
  type: z.string(),
  summary: z.string(),
  aliases: z.array(z.string()),
  priority: z.int(),
  direct: z.boolean().describe('`job create --direct` runs it with no server'),
  params: z.record(z.string(), z.unknown()).describe('JSON schema of `params`'),
});

const level = z.enum(['info', 'warn', 'error']);

export const logsQuery = z.strictObject({
  after: integerText({ min: 0, max: Number.MAX_SAFE_INTEGER })
    .optional()
    .describe('Only lines after this id'),
  level: level.optional(),
  limit: integerText({ min: 1, max: 1_000 }).optional().describe('Default 200'),
});

export const logLine = z
  .strictObject({
    id: z.int(),
    time,
    level,
    context: z.string().describe('The step that speaks'),
    message: z.string(),
    metadata: z.unknown(),
    attemptId: z.string().nullable(),
  })
  .meta({ id: 'LogLine' });

export const attempt = z
  .strictObject({
    id: z.string(),
    step: z.string(),
    occurrence: z.int(),
    round: z.int(),
    number: z.int(),
    queue: z.string(),
    worker: z.string(),
    startedAt: time,
    endedAt: time.nullable(),
    outcome: z.string().nullable(),
    error: z.unknown(),
  })
  .meta({ id: 'Attempt' });

export const jobEventsQuery = z.strictObject({ logs: flag.optional().describe('1: also `log` events') });

export const eventsQuery = z.strictObject({
  ...jobFilterShape,
  limit: limit.describe('How many jobs the snapshot shows; default 50'),
});
