import { z } from 'zod';

import { JOB_STATUSES } from '../domain/jobs/status.js';

/**
 * What the command line reads of the API's answers. Unknown fields are kept for `--json`, so that an older
 * command line shows all that a newer service tells.
 */
const time = z.string();

export const job = z.looseObject({
  id: z.string(),
  type: z.string(),
  title: z.string(),
  status: z.enum(JOB_STATUSES),
  requested: z.string().nullable().default(null),
  sentence: z.string(),
  step: z.string().nullable().default(null),
  worker: z.string().nullable().default(null),
  queue: z.string().nullable().default(null),
  queuePosition: z.number().nullable().default(null),
  tries: z.number().default(0),
  progress: z.number(),
  etaMs: z.number().nullable().default(null),
  priority: z.number(),
  round: z.number().default(1),
  params: z.unknown(),
  parentId: z.string().nullable().default(null),
  children: z
    .array(z.looseObject({ id: z.string(), type: z.string(), status: z.enum(JOB_STATUSES) }))
    .default([]),
  result: z.unknown(),
  error: z.looseObject({ message: z.string(), remedy: z.string().nullish() }).nullable().default(null),
  createdBy: z.string().default(''),
  createdAt: time,
  startedAt: time.nullable().default(null),
  endedAt: time.nullable().default(null),
});
export type Job = z.output<typeof job>;

export const jobList = z.looseObject({ jobs: z.array(job), next: z.string().nullable() });

export const log = z.looseObject({
  id: z.number(),
  time,
  level: z.string(),
  context: z.string(),
  message: z.string(),
  metadata: z.unknown(),
});
export type Log = z.output<typeof log>;

export const logList = z.looseObject({ logs: z.array(log), next: z.unknown() });

export const attempt = z.looseObject({
  step: z.string(),
  round: z.number(),
  number: z.number(),
  worker: z.string(),
  startedAt: time,
  endedAt: time.nullable(),
  outcome: z.string().nullable(),
  error: z.unknown(),
});
export type Attempt = z.output<typeof attempt>;

export const attemptList = z.looseObject({ attempts: z.array(attempt) });

/** A test answers this whether it went well or not: that it failed is what was asked for. */
export const testResult = z.looseObject({
  ok: z.boolean(),
  detail: z.string(),
  remedy: z.string().nullish(),
});

/** An indexer, a download client or a library, as far as lists show them. */
export const setting = z.looseObject({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  enabled: z.boolean(),
  baseUrl: z.string().nullish(),
  root: z.string().optional(),
});
export type Setting = z.output<typeof setting>;

export const token = z.looseObject({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  kind: z.string(),
  createdAt: time,
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
  revokedAt: time.nullable(),
});
export const newToken = token.extend({ secret: z.string() });
export const tokenList = z.looseObject({ tokens: z.array(token) });
export const loginLink = z.looseObject({ url: z.string() });

const check = z.looseObject({ ok: z.boolean(), detail: z.string() });

/** A 200 or a 503 of `/readyz`. */
export const readiness = z.looseObject({ ready: z.boolean(), checks: z.record(z.string(), check) });

export const jobTypeList = z.looseObject({
  types: z.array(
    z.looseObject({
      type: z.string(),
      aliases: z.array(z.string()).default([]),
      summary: z.string(),
      direct: z.boolean().default(false),
      params: z.unknown(),
    }),
  ),
});
