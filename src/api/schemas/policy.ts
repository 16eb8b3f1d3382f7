import { z } from 'zod';

import { RELEASE_FLAGS } from '../../domain/acquisition/custom-rules.js';
import { EDITION_NAMES } from '../../domain/acquisition/edition-names.js';
import { LANGUAGE_CODES } from '../../domain/acquisition/language.js';
import { RELEASE_FORMATS } from '../../domain/acquisition/release-format.js';
import { PROTOCOLS } from '../../domain/acquisition/release.js';
import { SCORING_PROFILE_IDS } from '../../domain/acquisition/scoring-profiles.js';
import { VIDEO_CODECS, VIDEO_RESOLUTIONS, VIDEO_SOURCES } from '../../domain/acquisition/video-quality.js';
import { tags } from '../../catalogue/acquisition/media-item.js';
import { time } from './parameters.js';
import { id, name } from './settings.js';

const bytes = z.number().min(0).max(1e13);

const always = {
  negate: z.boolean().exactOptional().describe('Holds where it would not'),
  required: z
    .boolean()
    .exactOptional()
    .describe('The rule needs this one; of those that are not required, one is enough'),
};

const condition = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('title'),
    pattern: z
      .string()
      .min(1)
      .max(500)
      .describe('A regular expression over the release’s name, without looking ahead and back references'),
    ...always,
  }),
  z.strictObject({ kind: z.literal('flag'), flag: z.enum(RELEASE_FLAGS), ...always }),
  z.strictObject({
    kind: z.literal('size'),
    minimumBytes: bytes.exactOptional(),
    maximumBytes: bytes.exactOptional(),
    ...always,
  }),
  z.strictObject({ kind: z.literal('indexer'), indexerId: z.string().min(1).max(100), ...always }),
  z.strictObject({ kind: z.literal('language'), language: z.enum(LANGUAGE_CODES), ...always }),
  z.strictObject({ kind: z.literal('format'), format: z.enum(RELEASE_FORMATS), ...always }),
  z.strictObject({ kind: z.literal('source'), source: z.enum(VIDEO_SOURCES), ...always }),
  z.strictObject({ kind: z.literal('resolution'), resolution: z.enum(VIDEO_RESOLUTIONS), ...always }),
  z.strictObject({ kind: z.literal('codec'), codec: z.enum(VIDEO_CODECS), ...always }),
]);

const score = z.int().min(-10_000).max(10_000);

const effect = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('must') }),
  z.strictObject({ kind: z.literal('must_not') }),
  z.strictObject({ kind: z.literal('score'), score }),
]);

export const customRuleBody = z
  .strictObject({
    name,
    conditions: z.array(condition).min(1).max(30),
    effect: effect.describe('What a match does: nothing else passes, it is refused, or it adds points'),
  })
  .meta({ id: 'CustomRuleSettings' });
export const newCustomRuleBody = customRuleBody.extend({ id }).meta({ id: 'NewCustomRule' });
export const customRuleView = customRuleBody
  .extend({ id: z.string(), createdAt: time })
  .meta({ id: 'CustomRule' });

const quality = z.strictObject({
  source: z.enum(VIDEO_SOURCES).exactOptional(),
  resolution: z.enum(VIDEO_RESOLUTIONS).exactOptional(),
});

export const preferences = z
  .strictObject({
    formats: z.array(z.enum(RELEASE_FORMATS)).min(1).max(20).exactOptional().describe('Best first'),
    bitrateKbps: z.int().min(8).max(100_000).exactOptional().describe('Sizes are compared with it'),
    edition: z.enum(['unabridged', 'abridged', 'any']).exactOptional(),
    editionName: z.enum(EDITION_NAMES).exactOptional().describe('Others are refused'),
    dramatised: z.boolean().exactOptional(),
    packs: z.boolean().exactOptional().describe('Takes packs of several volumes'),
    protocol: z.enum(PROTOCOLS).exactOptional().describe('Where all else is equal'),
    quality: z
      .strictObject({
        id: z.string().min(1).max(60),
        name,
        places: z.array(z.array(quality).min(1).max(20)).min(1).max(60),
      })
      .exactOptional()
      .describe('Films and episodes: which picture is better, best first'),
  })
  .meta({ id: 'Preferences' });

export const qualityProfileBody = z
  .strictObject({
    name,
    scoring: z.enum(SCORING_PROFILE_IDS).default('default').describe('The figures by which releases score'),
    preferences: preferences.default({}),
    rules: z
      .array(
        z.strictObject({
          ruleId: z.string().min(1).max(60),
          score: score.nullable().default(null).describe('In this profile; null: the rule’s own'),
        }),
      )
      .max(200)
      .default([])
      .describe('None, and no minimum score: the built-in rules of its kind of item'),
    minimumScore: score.default(0).describe('Releases whose rules add up to less are refused'),
  })
  .meta({ id: 'QualityProfileSettings' });
export const newQualityProfileBody = qualityProfileBody.extend({ id }).meta({ id: 'NewQualityProfile' });
export const qualityProfileView = qualityProfileBody
  .extend({ id: z.string(), createdAt: time })
  .meta({ id: 'QualityProfile' });

const minutes = z.int().min(0).max(100_000).default(0).describe('Minutes; 0: at once');

export const delayProfileBody = z
  .strictObject({
    name,
    enableUsenet: z.boolean().default(true),
    enableTorrent: z.boolean().default(true),
    preferredProtocol: z.enum(['torrent', 'usenet']).default('torrent'),
    usenetDelay: minutes,
    torrentDelay: minutes,
    bypassIfHighestQuality: z
      .boolean()
      .default(false)
      .describe('The best there is waits for nothing; preferred protocol alone'),
    bypassIfAboveScore: z.boolean().default(false).describe('So does a score of at least `minimumScore`'),
    minimumScore: score.default(0),
    scoreKind: z.enum(['base', 'custom']).default('base').describe('The 100 points, or the sum of the rules'),
    order: z.int().min(1).max(10_000).default(100).describe('Of several that fit, the lowest counts'),
    tags: tags.default([]).describe('An item needs one of them; none: it fits every item'),
  })
  .meta({ id: 'DelayProfileSettings' });
export const newDelayProfileBody = delayProfileBody.extend({ id }).meta({ id: 'NewDelayProfile' });
export const delayProfileView = delayProfileBody
  .extend({ id: z.string(), createdAt: time })
  .meta({ id: 'DelayProfile' });

export const requestPolicyBody = z
  .strictObject({
    qualityProfileId: z.string().min(1).max(100).nullable().describe('null: its library’s'),
    tags,
  })
  .meta({ id: 'SetRequestPolicy' });

export const blockedView = z
  .strictObject({
    id: z.int(),
    itemKey: z.string().describe('The item that it is blocked for; * for all'),
    releaseKey: z.string(),
    title: z.string().nullable(),
    reason: z.string(),
    evidence: z.string().describe('What was seen'),
    source: z.enum(['download', 'import', 'manual']),
    createdAt: time,
    expiresAt: time.nullable().describe('null: it stays'),
  })
  .meta({ id: 'BlockedRelease' });

export const blockReleaseBody = z
  .strictObject({
    searchId: z.string().min(1).max(100),
    candidate: z.int().min(0).describe('The number of the release in that search'),
    scope: z.enum(['item', 'global']).default('item'),
    evidence: z.string().trim().min(1).max(500).describe('Why, for whoever asks later'),
  })
  .meta({ id: 'BlockRelease' });

export const dryRunBody = z
  .strictObject({
    searchId: z.string().min(1).max(100).describe('A stored search: its answers are judged again'),
    qualityProfileId: z.string().min(1).max(100).optional().describe('By this profile instead of its own'),
  })
  .meta({ id: 'DecisionDryRun' });
