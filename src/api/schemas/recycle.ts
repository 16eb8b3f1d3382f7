import { z } from 'zod';

import { RECYCLE_REASONS } from '../../domain/acquisition/recycle.js';
import { cursor, flag, isStorable, limit, time } from './parameters.js';

const storable = z.string().min(1).max(200).refine(isStorable, 'expected no NUL');

export const recycledView = z
  .strictObject({
    id: z.string(),
    libraryId: z.string(),
    path: z.string().describe('Where it was, a logical path'),
    binPath: z.string().describe('Where it is now, a logical path'),
    bytes: z.int(),
    why: z.enum(RECYCLE_REASONS),
    jobId: z.string().nullable(),
    recycledAt: time.nullable(),
    restoredAt: time.nullable(),
    expiredAt: time.nullable().describe('Removed for good'),
  })
  .meta({ id: 'RecycledFile' });

export const recycledPage = z.strictObject({
  recycledFiles: z.array(recycledView),
  next: z.string().nullable(),
});

export const listRecycledQuery = z.strictObject({
  libraryId: storable.optional(),
  jobId: storable.optional().describe('Only what this job has recycled'),
  all: flag.optional().describe('Also what was restored or removed for good'),
  limit,
  cursor,
});

export const restoreBody = z
  .strictObject({
    ids: z.array(storable).min(1).max(1_000).optional(),
    jobId: storable.optional().describe('All that this job has recycled, instead of ids'),
    dryRun: z.boolean().default(false).describe('Tells what would be put back, and moves nothing'),
  })
  .refine(({ ids, jobId }) => (ids === undefined) !== (jobId === undefined), {
    message: 'expected either ids or jobId',
  })
  .meta({ id: 'RestoreRecycled' });

export const restoredView = z.strictObject({
  dryRun: z.boolean(),
  restored: z.array(recycledView),
  refused: z.array(
    z.strictObject({
      id: z.string(),
      path: z.string().nullable().describe('null: there is no such file'),
      why: z.string(),
      remedy: z.string().nullable(),
    }),
  ),
});
