import { z } from 'zod';

import { job } from './answers.js';

/** What the command line reads of schedules; see answers.ts. */
const text = z.string();
const nullableText = text.nullable();
const nullableNumber = z.number().nullable();

export const firing = z.looseObject({
  nominalAt: text,
  kind: text,
  outcome: text,
  jobId: nullableText,
  skippedJobId: nullableText,
  jobStatus: nullableText,
  detail: nullableText,
  madeBy: text,
});
export type Firing = z.output<typeof firing>;

export const schedule = z.looseObject({
  id: text,
  name: text,
  type: text,
  params: z.record(text, z.unknown()),
  priority: nullableNumber,
  maxRetries: nullableNumber,
  cron: nullableText,
  everyMs: nullableNumber,
  timezone: text,
  jitterMs: z.number(),
  catchupWindowMs: z.number(),
  enabled: z.boolean(),
  applied: z.boolean(),
  applyError: nullableText,
  nextAt: nullableText,
  lastFiring: firing.nullable(),
  lastSuccessAt: nullableText.default(null),
  createdBy: text,
  createdAt: text,
  changedAt: text,
});
export type Schedule = z.output<typeof schedule>;

export const scheduleList = z.looseObject({ schedules: z.array(schedule), next: nullableText });
export const firingList = z.looseObject({ firings: z.array(firing), next: nullableText });
export const triggered = z.looseObject({ outcome: text, job });
