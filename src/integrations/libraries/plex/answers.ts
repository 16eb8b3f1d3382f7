import { z } from 'zod';

export const identity = z.object({
  MediaContainer: z.object({ machineIdentifier: z.string(), version: z.string() }),
});

export const sections = z.object({
  MediaContainer: z.object({
    Directory: z
      .array(
        z.object({
          key: z.string(),
          type: z.string(),
          title: z.string(),
          refreshing: z.boolean().default(false),
          Location: z.array(z.object({ path: z.string() })).default([]),
        }),
      )
      .default([]),
  }),
});

export const metadata = z.object({
  ratingKey: z.string(),
  guid: z.string().optional(),
  title: z.string(),
  parentRatingKey: z.string().optional(),
  parentTitle: z.string().optional(),
  grandparentTitle: z.string().optional(),
  year: z.number().int().optional(),
  /** Milliseconds. */
  duration: z.number().optional(),
  /** Unix seconds. */
  addedAt: z.number().optional(),
  index: z.number().int().optional(),
  parentIndex: z.number().int().optional(),
  Guid: z.array(z.object({ id: z.string() })).default([]),
  Media: z
    .array(
      z.object({
        Part: z.array(z.object({ file: z.string().optional(), size: z.number().optional() })).default([]),
      }),
    )
    .default([]),
});

export type Metadata = z.output<typeof metadata>;

export const page = z.object({
  MediaContainer: z.object({
    size: z.number().int(),
    totalSize: z.number().int(),
    offset: z.number().int().optional(),
    Metadata: z.array(metadata).default([]),
  }),
});

export const sessions = z.object({ MediaContainer: z.object({ size: z.number().int() }) });
