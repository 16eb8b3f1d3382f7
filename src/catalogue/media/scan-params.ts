import { z } from 'zod';

/** The step that both scans run in slices. */
export const SLICED = 'scanVideos';

/** Names below a root, none of them hidden, empty or `..`. */
export const DIRECTORY = /^[^./\0][^/\0]*(\/[^./\0][^/\0]*)*$/;

export const SCAN_PARAMS = {
  directoryType: z
    .string()
    .max(200)
    .regex(DIRECTORY, 'expected the name of a directory below the root, such as videos')
    .default('videos')
    .describe('The directory below the root: videos is library:videos, for a public scan public:videos'),
  skipExisting: z.boolean().default(true).describe('Known and unchanged files are not opened'),
  quietSeconds: z
    .int()
    .min(0)
    .max(3_600)
    .default(60)
    .describe('Files that were changed so short a time ago are left for the next scan'),
  batchSize: z.int().min(10).max(2_000).default(200).describe('Files that are compared and written together'),
};
