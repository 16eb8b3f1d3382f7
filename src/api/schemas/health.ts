import { z } from 'zod';

import { HEALTH_CHECKS, HEALTH_LEVELS } from '../../domain/health/check.js';
import { time } from './parameters.js';

export const alive = z.strictObject({ status: z.literal('alive'), version: z.string() });

const check = z.strictObject({ ok: z.boolean(), detail: z.string() });

export const readiness = z
  .strictObject({
    ready: z.boolean(),
    checks: z.strictObject({ postgres: check, temporal: check, coreWorker: check }),
  })
  .meta({ id: 'Readiness' });

export const worker = z
  .strictObject({
    id: z.string(),
    host: z.string(),
    processId: z.int(),
    role: z.string(),
    queues: z.record(z.string(), z.int()).describe('Slots per queue'),
    startedAt: time,
    seenAt: time,
    stoppedAt: time.nullable(),
  })
  .meta({ id: 'Worker' });

export const about = z
  .strictObject({
    version: z.string(),
    temporalAddress: z.string().describe('`temporal --address` for its own command line'),
    temporalNamespace: z.string().describe('`temporal --namespace`'),
    temporalUiUrl: z
      .string()
      .nullable()
      .describe('With the namespace; a job’s page is /workflows/<id> below it'),
  })
  .meta({ id: 'About' });

export const healthCheck = z
  .strictObject({
    kind: z.enum(HEALTH_CHECKS),
    subject: z.string().describe('The id of what was looked at; empty where there is only one of its kind'),
    level: z
      .enum(HEALTH_LEVELS)
      .describe('warning: it works or may mend itself; error: something stands still until somebody looks'),
    message: z.string(),
    remedy: z.string().nullable(),
    since: time.describe('Since when it has this level'),
    lookedAt: time,
  })
  .meta({ id: 'HealthCheck' });
