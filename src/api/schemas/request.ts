import { z } from 'zod';

import { mediaItem, tags } from '../../catalogue/acquisition/media-item.js';
import { PROTOCOLS } from '../../domain/acquisition/release.js';
import { REQUEST_STATES } from '../../domain/acquisition/request-state.js';
import { jobView, priority } from './job.js';
import { cursor, limit, several, time } from './parameters.js';

/** Only the numbers tell one episode of a show from another: without them every file of it would ask a person. */
const askedItem = mediaItem
  .refine(({ mediaType, season }) => mediaType !== 'episode' || season !== undefined, {
    path: ['season'],
    error: 'expected the number of the season, 0 for specials',
  })
  .refine(({ mediaType, episode }) => mediaType !== 'episode' || episode !== undefined, {
    path: ['episode'],
    error: 'expected the number of the episode in its season',
  });

export const createRequestBody = z
  .strictObject({
    item: askedItem,
    libraryId: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Default: the first library for this kind of thing'),
    priority: priority.optional(),
    qualityProfileId: z.string().min(1).max(100).optional().describe('Default: the library’s'),
    tags: tags.optional().describe('Delay profiles are chosen by them'),
    again: z.boolean().optional().describe('Fetches it anew, though the library has it; default false: 409'),
  })
  .meta({ id: 'CreateRequest' });

const state = z.enum(REQUEST_STATES);

export const listRequestsQuery = z.strictObject({
  state: several.pipe(z.array(state)).optional().describe('One or more states'),
  limit,
  cursor,
});

/** A row of the board. */
export const requestView = z
  .strictObject({
    id: z.string().describe('The request’s id; until its job has begun, the job’s'),
    jobId: z.string(),
    item: z.record(z.string(), z.unknown()),
    libraryId: z.string(),
    state,
    stateDetail: z.string().nullable(),
    libraryItemId: z.string().nullable(),
    createdBy: z.string(),
    createdAt: time,
    changedAt: time,
    job: jobView,
  })
  .meta({ id: 'Request' });

export const requestPage = z.strictObject({
  requests: z.array(requestView),
  next: z.string().nullable().describe('The cursor of the next page'),
});

export const candidate = z
  .strictObject({
    number: z.int(),
    rank: z.int().nullable().describe('1 is the best; null: refused'),
    indexerId: z.string(),
    guid: z.string(),
    title: z.string(),
    infoHash: z.string().nullable(),
    sizeBytes: z.number(),
    seeders: z.int().nullable(),
    accepted: z.boolean(),
    evaluation: z.unknown().describe('Scores, and every rejection with its code and reason'),
  })
  .meta({ id: 'Candidate' });

const indexerResult = z
  .strictObject({
    indexerId: z.string(),
    tier: z.int(),
    outcome: z.enum(['ok', 'throttled', 'disabled', 'error']),
    detail: z.string().nullable(),
    retryAt: time.nullable(),
    releases: z.int().describe('How many it found'),
    elapsedMs: z.int(),
  })
  .meta({ id: 'IndexerResult' });

const search = z
  .strictObject({
    id: z.string(),
    occurrence: z.int(),
    conclusion: z.string(),
    detail: z.string().nullable(),
    plan: z.unknown(),
    createdAt: time,
    indexers: z.array(indexerResult),
    candidates: z.array(candidate),
  })
  .meta({ id: 'Search' });

const download = z
  .strictObject({
    id: z.string(),
    jobId: z.string(),
    clientId: z.string(),
    protocol: z.enum(PROTOCOLS),
    infoHash: z.string().nullable(),
    releaseTitle: z.string(),
    indexerId: z.string().nullable(),
    state: z.string(),
    totalBytes: z.number(),
    completedBytes: z.number(),
    bytesPerSecond: z.number(),
    seeders: z.int().nullable(),
    fault: z.unknown(),
    createdAt: time,
    completedAt: time.nullable(),
    removedAt: time.nullable(),
  })
  .meta({ id: 'Download' });

export const libraryItem = z
  .strictObject({
    id: z.string(),
    libraryId: z.string(),
    path: z.string().describe('Below the library’s root'),
    mediaType: z.string(),
    title: z.string(),
    author: z.string().nullable(),
    narrator: z.string().nullable(),
    year: z.int().nullable(),
    asin: z.string().nullable(),
    isbn: z.string().nullable(),
    durationSeconds: z.number().nullable(),
    sizeBytes: z.number(),
    files: z.array(
      z.strictObject({
        path: z.string(),
        sizeBytes: z.number(),
        modifiedAtMs: z.number(),
        durationSeconds: z.number().nullable(),
      }),
    ),
    addedAt: time,
    seenAt: time,
    missingSince: time.nullable(),
  })
  .meta({ id: 'LibraryItem' });

const importedFile = z
  .object({
    path: z.string().describe('Root and path below it'),
    sizeBytes: z.number(),
    sha256: z.string().nullable().describe('Null: a hard link to what was downloaded, read by nobody since'),
    mode: z.string().describe('How it came there: hardlink, reflink, copy, written, found …'),
    durationSeconds: z.number().nullable(),
  })
  .meta({ id: 'ImportedFile' });

const confidence = z
  .strictObject({
    percent: z.int().describe('0 to 100'),
    why: z.string(),
  })
  .meta({ id: 'ImportConfidence' });

const reason = z.string().trim().min(1).max(500).optional().describe('Why, for the timeline');

export const reasonBody = z.strictObject({ reason }).meta({ id: 'Reason' });

export const selectReleaseBody = z
  .strictObject({
    searchId: z.string().min(1).max(100).describe('A search of this request'),
    candidate: z.int().min(0).describe('The number of the release in it'),
    reason,
  })
  .meta({ id: 'SelectRelease' });

export const searchTermsBody = z
  .strictObject({ terms: z.string().trim().min(1).max(300).nullable(), reason })
  .meta({ id: 'SearchTerms' });

export const decideImportBody = z
  .strictObject({ action: z.enum(['accept', 'reject']), reason })
  .meta({ id: 'DecideImport' });

export const requester = z.strictObject({ name: z.string(), askedAt: time }).meta({ id: 'Requester' });

const principal = z.string().min(1).max(100);

export const requesterParams = z.strictObject({ id: z.string().min(1).max(100), name: principal });

export const principalParams = z.strictObject({
  principal: principal.describe('A name, or * for everybody else'),
});

export const approvalRule = z
  .strictObject({ principal, autoApprove: z.boolean() })
  .meta({ id: 'ApprovalRule' });

export const approvalRuleBody = z
  .strictObject({ autoApprove: z.boolean().nullable().describe('null takes the rule away') })
  .meta({ id: 'SetApprovalRule' });

export const requestDetail = requestView
  .extend({
    timeline: z.array(z.strictObject({ time, state, actor: z.string(), detail: z.string().nullable() })),
    requesters: z.array(requester),
    searches: z
      .array(search)
      .describe('The whole decision: every search, who answered what, every candidate'),
    downloads: z.array(download),
    libraryItem: libraryItem.nullable(),
    importedFiles: z.array(importedFile),
    importConfidence: confidence
      .nullable()
      .describe(
        'How sure it is that the files are what was asked for; null: not known, or nothing is planned yet',
      ),
  })
  .meta({ id: 'RequestDetail' });

export const libraryItemsQuery = z.strictObject({
  libraryId: z.string().max(100).optional(),
  search: z.string().max(200).optional().describe('Words of title or author'),
  limit,
  cursor: z.string().max(200).optional().describe('`next` of the page before'),
});

export const libraryItemsPage = z.strictObject({
  items: z.array(libraryItem),
  next: z.string().nullable(),
});
