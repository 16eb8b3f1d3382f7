import { z } from 'zod';

export const video = z.looseObject({
  id: z.string(),
  path: z.string(),
  title: z.string(),
  sizeBytes: z.number(),
  valid: z.boolean().nullable(),
  invalidReason: z.string().nullable(),
  verdict: z.enum(['valid', 'invalid', 'outdated']).nullable(),
  validatedAt: z.string().nullable(),
  validatedLevel: z.string().nullable(),
  durationSeconds: z.number().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  fps: z.number().nullable(),
  dynamicRange: z.string().nullable(),
  container: z.string().nullable(),
  videoCodec: z.string().nullable(),
  audioCodecs: z.array(z.string()),
  playable: z.boolean().nullable(),
  unplayableReasons: z.array(z.string()),
  reencodeJobId: z.string().nullable(),
  firstSeenAt: z.string(),
  missingSince: z.string().nullable(),
});
export type Video = z.output<typeof video>;

const version = z.looseObject({
  id: z.string(),
  kind: z.string(),
  path: z.string(),
  sizeBytes: z.number(),
  durationSeconds: z.number().nullable(),
  videoCodec: z.string().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  playable: z.boolean().nullable(),
  madeBy: z.string().nullable(),
  madeAt: z.string().nullable(),
  missingSince: z.string().nullable(),
});
export type VideoVersion = z.output<typeof version>;

export const videoDetail = video.extend({
  versions: z.array(version).default([]),
  findings: z.array(
    z.looseObject({ severity: z.string(), message: z.string(), remedy: z.string().nullable() }),
  ),
});
export type VideoDetail = z.output<typeof videoDetail>;

export const videoList = z.looseObject({ videos: z.array(video), next: z.string().nullable() });
