import { z } from 'zod';

export const recycled = z.looseObject({
  id: z.string(),
  libraryId: z.string(),
  path: z.string(),
  bytes: z.number(),
  why: z.string(),
  jobId: z.string().nullish(),
  recycledAt: z.string().nullish(),
  restoredAt: z.string().nullish(),
  expiredAt: z.string().nullish(),
});
export type Recycled = z.output<typeof recycled>;

export const recycledList = z.looseObject({ recycledFiles: z.array(recycled), next: z.string().nullable() });

export const restored = z.looseObject({
  dryRun: z.boolean(),
  restored: z.array(recycled),
  refused: z.array(
    z.looseObject({
      id: z.string(),
      path: z.string().nullish(),
      why: z.string(),
      remedy: z.string().nullish(),
    }),
  ),
});
export type Restored = z.output<typeof restored>;
