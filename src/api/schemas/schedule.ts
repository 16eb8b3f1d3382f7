import { z } from 'zod';

import { DEFAULT_CATCHUP_WINDOW_MS, FIRING_KINDS, FIRING_OUTCOMES } from '../../domain/jobs/schedule.js';
import { JOB_STATUSES } from '../../domain/jobs/status.js';
import type { FiringView, ScheduleView } from '../../jobs/schedules/view.js';
import { jobView, priority } from './job.js';
import { cursor, limit, time } from './parameters.js';
import { id, name } from './settings.js';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

function milliseconds({ min, max }: { min: number; max: number }) {
  const told = `expected whole seconds in milliseconds, from ${min} (${min / SECOND} s) to ${max} (${max / DAY} days)`;
  return z.int(told).min(min, told).max(max, told).multipleOf(SECOND, told);
}

const scheduleShape = {
  name,
  type: z.string().min(1).max(100).describe('A type of GET /api/jobs/types, or one of its aliases'),
  params: z.record(z.string(), z.unknown()).default({}).describe('As the schema of the type says'),
  priority: priority.nullable().default(null).describe('Of its jobs; null: the type’s, else 5'),
  maxRetries: z.int().min(0).max(10).nullable().default(null).describe('null: the type’s'),
  cron: z
    .string()
    .max(200)
    .nullable()
    .default(null)
    .describe('Five fields: minute, hour, day of month, month, day of week. Either this or everyMs'),
  everyMs: milliseconds({ min: 10 * SECOND, max: 366 * DAY })
    .nullable()
    .default(null)
    .describe('Milliseconds, at least 10 s; counted from 1970, not from now'),
  timezone: z.string().min(1).max(100).default('UTC').describe('An IANA name; cron is read in it'),
  jitterMs: milliseconds({ min: 0, max: DAY })
    .default(0)
    .describe('Each firing is late by up to so much, milliseconds'),
  catchupWindowMs: milliseconds({ min: 10 * SECOND, max: 30 * DAY })
    .default(DEFAULT_CATCHUP_WINDOW_MS)
    .describe('What was missed no longer ago than this is made up for, milliseconds'),
};

export const scheduleBody = z.strictObject(scheduleShape).meta({ id: 'ScheduleSettings' });

export const newScheduleBody = scheduleBody
  .extend({
    id: id.describe('Default: schedule- and eight letters; it never changes'),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'NewSchedule' });

export const firingView = z
  .strictObject({
    nominalAt: time.describe('When it was due, or when it was asked for'),
    kind: z.enum(FIRING_KINDS),
    outcome: z.enum(FIRING_OUTCOMES),
    jobId: z.string().nullable().describe('The job that was made'),
    skippedJobId: z.string().nullable().describe('The equal job that was open, so that none was made'),
    jobStatus: z.enum(JOB_STATUSES).nullable().describe('Of either'),
    detail: z.string().nullable().describe('Why it was refused'),
    madeBy: z.string(),
    createdAt: time,
  })
  .meta({ id: 'ScheduleFiring' });

export const scheduleView = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    params: z.record(z.string(), z.unknown()),
    priority: z.int().nullable(),
    maxRetries: z.int().nullable(),
    cron: z.string().nullable(),
    everyMs: z.int().nullable(),
    timezone: z.string(),
    jitterMs: z.int(),
    catchupWindowMs: z.int(),
    enabled: z.boolean(),
    applied: z.boolean().describe('false: Temporal gets the present version within a minute of being back'),
    applyError: z.string().nullable().describe('Why it has not got it'),
    nextAt: time.nullable().describe('null while disabled'),
    lastFiring: firingView.nullable(),
    lastSuccessAt: time
      .nullable()
      .describe('When it fired last so that its job was completed; null: not within its last 100 firings'),
    createdBy: z.string(),
    createdAt: time,
    changedAt: time,
    version: z.int().describe('Rises by each change'),
  })
  .meta({ id: 'Schedule' });

// A field of a view that the document lacks, or the other way round, is a compile error here.
({}) as z.output<typeof scheduleView> satisfies Record<keyof ScheduleView, unknown>;
({}) as ScheduleView satisfies Record<keyof z.output<typeof scheduleView>, unknown>;
({}) as z.output<typeof firingView> satisfies Record<keyof FiringView, unknown>;
({}) as FiringView satisfies Record<keyof z.output<typeof firingView>, unknown>;

export const pageQuery = z.strictObject({ limit, cursor });

const next = z.string().nullable().describe('The cursor of the next page');

export const schedulePage = z.strictObject({ schedules: z.array(scheduleView), next });
export const firingPage = z.strictObject({ firings: z.array(firingView), next });

export const triggered = z
  .strictObject({
    outcome: z.enum(['created', 'skipped']),
    job: jobView.describe('The one that was made, or the equal one that is open'),
  })
  .meta({ id: 'TriggeredSchedule' });
