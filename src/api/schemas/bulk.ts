import { z } from 'zod';

import { BULK_ACTIONS, BULK_MAX } from '../../domain/jobs/bulk.js';
import { JOB_STATUSES } from '../../domain/jobs/status.js';
import { jobFilterShape, priority } from './job.js';
import { several } from './parameters.js';

const dryRun = z.boolean().optional().describe('true: only says what would be taken');

const filter = z
  .strictObject({
    ...jobFilterShape,
    ids: z.array(z.string().min(1).max(200)).max(BULK_MAX).optional().describe('These jobs'),
  })
  .meta({ id: 'BulkFilter' });

export const bulkBody = z
  .strictObject({
    action: z.enum(BULK_ACTIONS),
    priority: priority.optional().describe('For setPriority, and for nothing else'),
    filter: filter.default({}).describe('All that is named must hold, as in the list of jobs'),
    all: z.boolean().optional().describe('true, instead of a filter: every job is meant'),
    dryRun,
    limit: z.int().min(1).max(BULK_MAX).optional().describe(`How many jobs at most; default ${BULK_MAX}`),
  })
  .refine(({ action, priority: given }) => (action === 'setPriority') === (given !== undefined), {
    path: ['priority'],
    error: 'expected a priority with setPriority, and none with any other action',
  })
  .meta({ id: 'Bulk' });

export const cancelRunningBody = z
  .strictObject({ type: several.optional().describe('Only these types or aliases'), dryRun })
  .meta({ id: 'CancelRunning' });

export const bulkAnswer = z
  .strictObject({
    matched: z.int().describe('Matching jobs that this call has looked at'),
    taken: z.int().describe('For so many of them the wish stands, made now or before'),
    refused: z
      .array(z.strictObject({ id: z.string(), reason: z.string().describe('Said about the job') }))
      .describe('For these the action makes no sense'),
    more: z.boolean().describe('Others match that the action fits: the same call again comes to them'),
    examples: z
      .array(
        z.strictObject({
          id: z.string(),
          type: z.string(),
          title: z.string(),
          status: z.enum(JOB_STATUSES).describe('Before the action'),
        }),
      )
      .describe('The first few that were taken'),
  })
  .meta({ id: 'BulkAnswer' });
