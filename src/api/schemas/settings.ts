import { z } from 'zod';

import { DEFAULT_PATH_TEMPLATE } from '../../domain/acquisition/path-template.js';
import { CLIENT_KINDS, INDEXER_KINDS, LIBRARY_KINDS } from '../../domain/acquisition/products.js';
import { MEDIA_TYPES } from '../../domain/acquisition/release.js';
import { TAG_WISHES } from '../../domain/acquisition/tag-wish.js';
import { tags } from '../../catalogue/acquisition/media-item.js';
import { time } from './parameters.js';

const slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected small letters, digits and dashes')
  .max(60);

export const id = slug.optional().describe('Default: made from the name; it never changes');

export const name = z.string().trim().min(1).max(100);

/** Stored and shown: so no user, password, key or fragment may stand in it. */
export const baseUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https address' })
  .max(500)
  .refine((text) => {
    // What is no address has been told already.
    if (!URL.canParse(text)) return true;
    const { username, password } = new URL(text);
    return username === '' && password === '' && !/[?#]/.test(text);
  }, 'expected an address without user, password or query: secrets have their own field');

const secret = z
  .string()
  .min(1)
  .max(500)
  .nullable()
  .optional()
  .describe('Write-only. Absent keeps the stored one, null removes it');

const priority = z.int().min(1).max(50).default(25).describe('Lower is asked first');
const enabled = z.boolean().default(true);

const username = z
  .string()
  .min(1)
  .max(200)
  .nullable()
  .default(null)
  .describe('Where it wants a user beside the secret');

const indexerShape = {
  name,
  kind: z.enum(INDEXER_KINDS).default('torznab'),
  baseUrl: baseUrl.describe('The feed’s address (it answers ?t=caps), or that of Prowlarr or of the source'),
  username,
  secret: secret.describe('The API key. Write-only: absent keeps the stored one, null removes it'),
  categories: z
    .array(z.int().min(0).max(999_999))
    .max(50)
    .default([])
    .describe('Torznab ids; empty: the default'),
  priority,
  minimumSeeders: z.int().min(0).max(10_000).default(1),
  seedRatio: z
    .number()
    .min(0)
    .max(100)
    .nullable()
    .default(null)
    .describe('Seed at least so often, also where the indexer asks for less; 0 for both: seed without end'),
  seedMinutes: z
    .int()
    .min(0)
    .max(1_000_000)
    .nullable()
    .default(null)
    .describe('Seed at least so long; null for both: as the indexer states, else until it is filed'),
  grabLimit: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .default(null)
    .describe('Releases that may be fetched from it in 24 hours; null: no limit'),
  callIntervalMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .nullable()
    .default(null)
    .describe('Least time between two calls, over all workers; null: 2 s, none in the own network'),
  removeAfterProcessing: z
    .boolean()
    .default(true)
    .describe('Usenet: remove a download from its client once the library shows it; false: leave it there'),
  enabled,
};

export const indexerBody = z.strictObject(indexerShape).meta({ id: 'IndexerSettings' });
export const newIndexerBody = indexerBody.extend({ id }).meta({ id: 'NewIndexer' });

export const indexerView = z
  .strictObject({
    ...indexerShape,
    secret: z.undefined().optional(),
    id: z.string(),
    hasSecret: z.boolean(),
    disabledUntil: time.nullable().describe('It asked for a pause, or failed again and again'),
    lastOutcome: z.string().nullable(),
    lastDetail: z.string().nullable(),
    lastUsedAt: time.nullable(),
    createdAt: time,
  })
  .omit({ secret: true })
  .meta({ id: 'Indexer' });

export const root = z
  .string()
  .min(1)
  .max(500)
  .describe('A logical path such as `library:` or `library:Audiobooks`, never a path of one machine');

export const pathMappings = z
  .array(
    z.strictObject({
      remote: z.string().min(1).max(1_000).describe('A folder as the other side sees it'),
      logical: root.describe('The same folder, such as `downloads:` or `library:Audiobooks`'),
    }),
  )
  .max(50)
  .default([])
  .describe('Where the other side sees folders under other names; the longest match counts');

const stallMinutes = z.number().min(0.1).max(100_000).exactOptional();

const clientShape = {
  name,
  kind: z.enum(CLIENT_KINDS).default('aria2'),
  baseUrl,
  username,
  secret,
  category: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .describe('Put on what Longplay adds, where the client knows categories'),
  pathMappings,
  priority,
  stallLimits: z
    .strictObject({
      metadata: stallMinutes.describe('Until a magnet has its description; default 30'),
      withoutSeeds: stallMinutes.describe('While nobody has the data; default 120'),
      withoutProgress: stallMinutes.describe('While nothing comes; default 720'),
      tooSlow: stallMinutes.describe(
        'While it comes so slowly that more than 14 days are left; default 1440',
      ),
    })
    .default({})
    .describe('Minutes after which another release is tried'),
  enabled,
};

export const downloadClientBody = z.strictObject(clientShape).meta({ id: 'DownloadClientSettings' });
export const newDownloadClientBody = downloadClientBody.extend({ id }).meta({ id: 'NewDownloadClient' });

export const downloadClientView = downloadClientBody
  .omit({ secret: true })
  .extend({
    id: z.string(),
    hasSecret: z.boolean(),
    embedded: z.boolean().describe('Started and stopped by Longplay itself'),
    reachableAt: time.nullable(),
    unreachableSince: time.nullable(),
    lastError: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'DownloadClient' });

export const libraryBody = z
  .strictObject({
    name,
    kind: z.enum(LIBRARY_KINDS).default('folder'),
    root,
    pathTemplate: z
      .string()
      .min(1)
      .max(500)
      .default(DEFAULT_PATH_TEMPLATE)
      .describe('Where an item goes below the root'),
    mediaTypes: z.array(z.enum(MEDIA_TYPES)).min(1).default(['audiobook']),
    baseUrl: baseUrl.nullable().default(null).describe('The address of its media server; null for a folder'),
    secret: secret.describe('The token or API key of its media server. Write-only, as for all settings'),
    section: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .describe('Which library of the server is meant: its id. A test without it tells which there are'),
    pathMappings,
    qualityProfileId: z
      .string()
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .describe('For requests that name none; null: the built-in figures'),
    tags: tags.default([]).describe('Of all its requests; delay profiles are chosen by them'),
    mergeChapters: z
      .boolean()
      .default(false)
      .describe('Imports of three files or more in one format become one M4B with chapters'),
    writeTags: z
      .enum(TAG_WISHES)
      .default('copies')
      .describe(
        'Tags in audiobooks. copies: in files that are no links to their download; always: what can be tagged is copied, which needs its room again',
      ),
    enabled,
  })
  .meta({ id: 'LibrarySettings' });

export const newLibraryBody = libraryBody.extend({ id }).meta({ id: 'NewLibrary' });

export const libraryView = libraryBody
  .omit({ secret: true })
  .extend({ id: z.string(), hasSecret: z.boolean(), lastScanAt: time.nullable(), createdAt: time })
  .meta({ id: 'Library' });

/** A test answers 200 either way: that it failed is what was asked for. */
export const testResult = z
  .strictObject({
    ok: z.boolean(),
    detail: z.string().describe('What answered, or what went wrong'),
    remedy: z.string().nullable(),
    elapsedMs: z.int(),
  })
  .meta({ id: 'TestResult' });
