import { z } from 'zod';

import { job } from './answers.js';

/** What the command line reads of requests and their decision; see answers.ts. */
const nullableText = z.string().nullable();

export const request = z.looseObject({
  id: z.string(),
  item: z.looseObject({
    title: z.string(),
    author: z.string().optional(),
    season: z.number().optional(),
    episode: z.number().optional(),
  }),
  libraryId: z.string(),
  state: z.string(),
  stateDetail: nullableText.default(null),
  createdBy: z.string(),
  createdAt: z.string(),
  job,
});
export type Request = z.output<typeof request>;

export const approvalRules = z.looseObject({
  rules: z.array(z.looseObject({ principal: z.string(), autoApprove: z.boolean() })),
});

export const requestList = z.looseObject({ requests: z.array(request), next: z.string().nullable() });

const candidate = z.looseObject({
  number: z.number(),
  rank: z.number().nullable(),
  indexerId: z.string(),
  title: z.string(),
  sizeBytes: z.number(),
  seeders: z.number().nullable(),
  accepted: z.boolean(),
  /** The rules' own sentence; their scores are for `--json`. */
  evaluation: z.looseObject({ why: z.string().optional() }).catch({}),
});
export type Candidate = z.output<typeof candidate>;

export const dryRun = z.looseObject({ candidates: z.array(candidate) });

const indexerResult = z.looseObject({
  indexerId: z.string(),
  outcome: z.string(),
  detail: nullableText,
  releases: z.number(),
  elapsedMs: z.number(),
});

const search = z.looseObject({
  occurrence: z.number(),
  conclusion: z.string(),
  detail: nullableText,
  createdAt: z.string(),
  indexers: z.array(indexerResult),
  candidates: z.array(candidate),
});
export type Search = z.output<typeof search>;

const download = z.looseObject({
  id: z.string(),
  completedAt: nullableText,
  removedAt: nullableText,
  releaseTitle: z.string(),
  clientId: z.string(),
  state: z.string(),
  totalBytes: z.number(),
  completedBytes: z.number(),
});

const file = z.looseObject({
  path: z.string(),
  sizeBytes: z.number(),
  durationSeconds: z.number().nullish(),
});

const libraryItem = z.looseObject({ path: z.string(), libraryId: z.string(), files: z.array(file) });

export const requestDetail = request.extend({
  timeline: z.array(
    z.looseObject({ time: z.string(), state: z.string(), actor: z.string(), detail: nullableText }),
  ),
  searches: z.array(search),
  downloads: z.array(download),
  libraryItem: libraryItem.nullable(),
  importConfidence: z.looseObject({ percent: z.number(), why: z.string() }).nullable().default(null),
});
export type RequestDetail = z.output<typeof requestDetail>;
